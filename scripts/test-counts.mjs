/**
 * What `npm test` counts: the reports of Vitest and Playwright in three figures. What did not run is skipped, never passed,
 * and a report that is missing or empty is a failure.
 */

/** The sum of several counts. */
export function sumCounts(counts) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of counts) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

/** Counts of the JSON report of Vitest; null where it does not tell of any test. */
export function unitCounts(report) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report ?? {};
  const passed = numPassedTests ?? 0;
  const failed = numFailedTests ?? 0;
  const skipped = (numPendingTests ?? 0) + (numTodoTests ?? 0);
  return passed + failed + skipped === 0 ? null : { passed, failed, skipped };
}

/** Counts of the JSON report of Playwright; null where it does not tell of any test. */
export function endToEndCounts(report) {
  const { expected, flaky, unexpected, skipped } = report?.stats ?? {};
  const counts = {
    passed: (expected ?? 0) + (flaky ?? 0),
    failed: unexpected ?? 0,
    skipped: skipped ?? 0,
  };
  return counts.passed + counts.failed + counts.skipped === 0 ? null : counts;
}
