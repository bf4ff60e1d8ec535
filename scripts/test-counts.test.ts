/** That the line of counts at the end of `npm test` is true, also where Electron is missing. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Counts, endToEndCounts, sumCounts, unitCounts } from './test-counts.mjs';

const ROOT = join(import.meta.dirname, '..');
const NODE = realpathSync(join(ROOT, 'node_modules/node/bin/node'));

interface Report {
  readonly suites: readonly Suite[];
  readonly stats: Readonly<Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number>>;
}
interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs?: readonly {
    readonly tests: readonly { readonly annotations: readonly { readonly description?: string }[] }[];
  }[];
}

function playwright(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Report> {
  const cli = join(ROOT, 'node_modules/@playwright/test/cli.js');
  return new Promise((resolve, reject) => {
    execFile(
      NODE,
      [cli, 'test', ...args, '--reporter=json'],
      { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 64 << 20 },
      (error, stdout) => {
        try {
          resolve(JSON.parse(stdout) as Report);
        } catch {
          reject(error ?? new Error(stdout));
        }
      },
    );
  });
}

const reasons = ({ suites = [], specs = [] }: Suite): string[] => [
  ...suites.flatMap(reasons),
  ...specs.flatMap(({ tests }) =>
    tests.flatMap(({ annotations }) => annotations.map(({ description }) => description ?? '')),
  ),
];

test('where Electron is missing every spec of the desktop app is skipped with the reason, and none passes', async () => {
  const missing = { SIGNALBOX_NO_ELECTRON: 'it was not downloaded' };
  // A worker costs more than the specs that it skips.
  const args = ['--project=electron', 'start-stop', 'electron-windows', '--workers=1'];
  const report = await playwright(args, missing);
  const specs = reasonsCount(report);
  expect(specs).toBeGreaterThan(5);
  expect(report.stats).toMatchObject({ expected: 0, unexpected: 0, flaky: 0, skipped: specs });
  expect(endToEndCounts(report)).toEqual({ passed: 0, failed: 0, skipped: specs });
  expect(new Set(report.suites.flatMap(reasons))).toEqual(new Set(['not run here: it was not downloaded']));
});

function reasonsCount({ suites }: Report): number {
  const count = (suite: Suite): number =>
    (suite.suites ?? []).reduce((sum, one) => sum + count(one), 0) +
    (suite.specs ?? []).reduce((sum, { tests }) => sum + tests.length, 0);
  return suites.reduce((sum, suite) => sum + count(suite), 0);
}

test('what was skipped or is still to be written does not pass', () => {
  const unit = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 3 };
  expect(unitCounts(unit)).toEqual({ passed: 5, failed: 1, skipped: 5 });
  const e2e = { stats: { expected: 4, flaky: 1, unexpected: 2, skipped: 40 } };
  expect(endToEndCounts(e2e)).toEqual({ passed: 5, failed: 2, skipped: 40 });
  expect(sumCounts([unitCounts(unit) as Counts, endToEndCounts(e2e) as Counts])).toEqual({
    passed: 10,
    failed: 3,
    skipped: 45,
  });
});

test('a run that reports no test is no run', () => {
  for (const report of [null, {}, { stats: {} }, { numPassedTests: 0, stats: { expected: 0 } }]) {
    expect(unitCounts(report)).toBeNull();
    expect(endToEndCounts(report)).toBeNull();
  }
});
