/**
 * Which tests failed, by the reports of Vitest and Playwright: what `npm test` names at its end, where a reader of a long
 * log looks first, and what it tries a second time.
 */
import { stripVTControlCharacters } from 'node:util';

/** Failed tests of the JSON report of Vitest. A file that could not be loaded counts as one, without a title. */
export function failedUnitTests(report) {
  return (report?.testResults ?? []).flatMap(({ name: file, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [{ file, title: '', why: firstLine(message) }];
    return failed.map(({ fullName, failureMessages }) => ({
      file,
      title: fullName,
      why: firstLine(failureMessages[0]),
    }));
  });
}

/** Failed specs of the JSON report of Playwright. */
export function failedSpecs(report) {
  return (report?.suites ?? []).flatMap((suite) => specsOf(suite).flatMap(failuresOf));
}

const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];

const failuresOf = ({ file, title, tests }) =>
  tests
    .filter(({ status }) => status === 'unexpected')
    .map(({ projectName, results }) => ({
      file: `${file} [${projectName}]`,
      title,
      why: firstLine(results.at(-1)?.error?.message),
    }));

const firstLine = (text = '') => stripVTControlCharacters(text).split('\n', 1)[0] ?? '';

/** How one failed test is told in a line. */
export const failureLine = ({ file, title, why }) =>
  `${file}${title === '' ? '' : ` > ${title}`}${why === '' ? '' : `: ${why}`}`;

/** Which of the failed tests did not fail again. */
export function passedAgain(first, second) {
  const failedAgain = new Set(second.map(({ file, title }) => `${file} > ${title}`));
  const unloaded = new Set(second.filter(({ title }) => title === '').map(({ file }) => file));
  return first.filter(({ file, title }) => !failedAgain.has(`${file} > ${title}`) && !unloaded.has(file));
}
