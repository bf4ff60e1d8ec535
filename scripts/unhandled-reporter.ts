/**
 * A reporter for Vitest, beside its own: writes errors that nobody handled and that are no test's, as a rejected promise that
 * nobody waits for, to the file that `SIGNALBOX_UNHANDLED_ERRORS` names. Vitest's JSON report leaves them out, though a run
 * with one of them fails. Used by test.mjs.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** What is written of each, as a JSON array. */
export interface UnhandledError {
  /** The file of tests during which it came, absolute; empty where Vitest does not know. */
  readonly file: string;
  /** As `Unhandled Rejection`. */
  readonly kind: string;
  readonly message: string;
  readonly stack: string;
}

export default class UnhandledReporter implements Reporter {
  readonly onTestRunEnd: NonNullable<Reporter['onTestRunEnd']> = (_modules, errors) => {
    const file = process.env.SIGNALBOX_UNHANDLED_ERRORS;
    if (file === undefined) throw new Error('SIGNALBOX_UNHANDLED_ERRORS names no file to write to');
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    const told: UnhandledError[] = errors.map((error) => ({
      file: text(error.VITEST_TEST_PATH),
      kind: text(error.type) || text(error.name) || 'Unhandled Error',
      message: text(error.message),
      stack: text(error.stack),
    }));
    writeFileSync(file, JSON.stringify(told));
  };
}
