/** A test that failed; `title` is empty where its file could not be loaded, `why` is the first line of its error. */
export interface FailedTest {
  readonly file: string;
  readonly title: string;
  readonly why: string;
}

export function failedUnitTests(report: unknown): readonly FailedTest[];
export function failedSpecs(report: unknown): readonly FailedTest[];
export function failureLine(test: FailedTest): string;
export function passedAgain(
  first: readonly FailedTest[],
  second: readonly FailedTest[],
): readonly FailedTest[];
