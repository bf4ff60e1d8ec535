import type { UnhandledError } from './unhandled-reporter.ts';

/**
 * A test that failed; `title` is empty where its file could not be loaded or an error outside of any test came, `file` too where
 * it is not known during which; `why` is the first line of its error.
 */
export interface FailedTest {
  readonly file: string;
  readonly title: string;
  readonly why: string;
}

export function failedUnitTests(report: unknown): readonly FailedTest[];
export function unhandledErrors(told: readonly UnhandledError[] | null, root: string): readonly FailedTest[];
export function triable(failures: readonly FailedTest[]): readonly FailedTest[];
export function failedSpecs(report: unknown): readonly FailedTest[];
export function failureLine(test: FailedTest): string;
export function passedAgain(
  first: readonly FailedTest[],
  second: readonly FailedTest[],
): readonly FailedTest[];
