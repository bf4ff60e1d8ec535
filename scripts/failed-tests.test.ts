/** That `npm test` names what failed, and takes for passed only what did not fail again. */
import { expect, test } from 'vitest';
import { type FailedTest, failedSpecs, failedUnitTests, failureLine, passedAgain } from './failed-tests.mjs';

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

const failed = (file: string, title: string): FailedTest => ({ file, title, why: '' });

test('what fails again did not pass, nor does a test whose file can no longer be loaded', () => {
  const first = [failed('a', 'one'), failed('a', 'two'), failed('b', 'one')];
  expect(passedAgain(first, [failed('a', 'two')])).toEqual([failed('a', 'one'), failed('b', 'one')]);
  expect(passedAgain(first, [failed('a', '')])).toEqual([failed('b', 'one')]);
  expect(passedAgain(first, first)).toEqual([]);
});
