/** That `npm test` names what failed, and takes for passed only what did not fail again. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import {
  type FailedTest,
  failedSpecs,
  failedUnitTests,
  failureLine,
  passedAgain,
  triable,
  unhandledErrors,
} from './failed-tests.mjs';
import UnhandledReporter from './unhandled-reporter.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const unit = {
  testResults: [
    {
      name: '/x/daemons/a.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { status: 'passed', fullName: 'holds', failureMessages: [] },
        {
          status: 'failed',
          fullName: 'queue is full',
          failureMessages: ['\u001b[31mError: 3\u001b[39m\n  at x'],
        },
      ],
    },
    {
      name: '/x/daemons/b.test.ts',
      status: 'failed',
      message: 'SyntaxError: no\nmore',
      assertionResults: [],
    },
    { name: '/x/daemons/c.test.ts', status: 'passed', message: '', assertionResults: [{ status: 'passed' }] },
  ],
};

test('a failed unit test is told with its file, its title and the first line of its error', () => {
  expect(failedUnitTests(unit).map(failureLine)).toEqual([
    '/x/daemons/a.test.ts > queue is full: Error: 3',
    '/x/daemons/b.test.ts: SyntaxError: no',
  ]);
  expect(failedUnitTests(null)).toEqual([]);
});

test('a failed spec is told with its host, also of a group in a file', () => {
  const result = { error: { message: 'Timed out\nCall log' } };
  const spec = (title: string, status: string) => ({
    file: 'pools.spec.ts',
    title,
    tests: [{ projectName: 'electron', status, results: [result] }],
  });
  const report = {
    suites: [
      { specs: [spec('opens', 'expected')], suites: [{ specs: [spec('closes', 'unexpected')] }] },
      { specs: [spec('waits', 'skipped')] },
    ],
  };
  expect(failedSpecs(report).map(failureLine)).toEqual(['pools.spec.ts [electron] > closes: Timed out']);
  expect(failedSpecs(null)).toEqual([]);
});

test('what goes wrong outside of any spec is told with where it was, and cannot be tried again', () => {
  const location = { file: '/x/e2e/fixtures.ts', line: 3, column: 1 };
  const told = failedSpecs({ suites: [], errors: [{ message: 'a\nb', location }, { message: 'c' }] });
  expect(told.map(failureLine)).toEqual(['/x/e2e/fixtures.ts: a', 'outside of any spec: c']);
  expect(triable(told)).toEqual([]);
  expect(passedAgain(told, [])).toEqual([]);
});

test('an error that nobody handled is told once for its file, with where it was made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-unhandled-'));
  const file = join(folder, 'told.json');
  vi.stubEnv('SIGNALBOX_UNHANDLED_ERRORS', file);
  const error = (message: string, more: object = {}) => ({
    type: 'Unhandled Rejection',
    message,
    VITEST_TEST_PATH: '/x.y/main/a.test.ts',
    stack: `Error: ${message}\n    at read (/x.y/node_modules/ws/index.js:1:2)\n    at ask (/x.y/main/ask.ts:10:5)`,
    ...more,
  });
  const errors = [
    error('closed\nnow'),
    error('closed again'),
    error('late', {
      VITEST_TEST_PATH: '/x.y/kit/b.test.ts',
      type: undefined,
      name: 'Error',
      stack: undefined,
    }),
    error('no worker', { VITEST_TEST_PATH: undefined, stack: 'at (/xzy/main/ask.ts:1:1)' }),
    error('no more', { VITEST_TEST_PATH: undefined, stack: '' }),
  ];
  try {
    new UnhandledReporter().onTestRunEnd([], errors, 'failed');
    const told = unhandledErrors(JSON.parse(readFileSync(file, 'utf8')), '/x.y');
    expect(told.map(failureLine)).toEqual([
      '/x.y/main/a.test.ts: Unhandled Rejection: closed (made at main/ask.ts:10:5)',
      '/x.y/kit/b.test.ts: Error: late',
      'Unhandled Rejection: no worker',
      'Unhandled Rejection: no more',
    ]);
    expect(triable(told)).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(unhandledErrors(null, '/x.y')).toEqual([]);
  vi.stubEnv('SIGNALBOX_UNHANDLED_ERRORS', undefined);
  expect(() => new UnhandledReporter().onTestRunEnd([], [], 'passed')).toThrow('names no file');
});

const failed = (file: string, title: string): FailedTest => ({ file, title, why: '' });

test('what fails again did not pass, nor does a test whose file can no longer be loaded', () => {
  const first = [failed('a', 'one'), failed('a', 'two'), failed('b', 'one')];
  expect(passedAgain(first, [failed('a', 'two')])).toEqual([failed('a', 'one'), failed('b', 'one')]);
  expect(passedAgain(first, [failed('a', '')])).toEqual([failed('b', 'one')]);
  expect(passedAgain(first, first)).toEqual([]);
  // An error outside of any test did not come again; what failed beside it passes only where none comes.
  expect(passedAgain([failed('c', '')], [])).toEqual([failed('c', '')]);
  expect(passedAgain([failed('c', ''), failed('c', 'one')], [failed('c', '')])).toEqual([]);
});
