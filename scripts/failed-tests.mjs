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

/**
 * Errors that nobody handled, of what unhandled-reporter.ts has written: one for each file of tests during which they came, which
 * may not be the one that caused them. So it is told too where in the checkout the error was made.
 */
export function unhandledErrors(told, root) {
  const byFile = new Map();
  for (const { file, kind, message, stack } of told ?? []) {
    const made = stack.match(OWN_FRAME(root))?.[1];
    const why = `${kind}: ${firstLine(message)}${made === undefined ? '' : ` (made at ${made})`}`;
    // Where no file is known each is told: there is nothing to try again.
    const key = file === '' ? why : file;
    if (!byFile.has(key)) byFile.set(key, { file, title: '', why });
  }
  return [...byFile.values()];
}

/** The place in a line of a stack, relative to `root`, that is in no package. */
const OWN_FRAME = (root) =>
  new RegExp(`${root.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}/((?!node_modules/)[^\\s()]+:\\d+:\\d+)`);

/** Failed specs of the JSON report of Playwright, and what went wrong outside of any, as in the end of a worker. */
export function failedSpecs(report) {
  return [
    ...(report?.suites ?? []).flatMap((suite) => specsOf(suite).flatMap(failuresOf)),
    ...(report?.errors ?? []).map(({ message, location }) => ({
      file: '',
      title: '',
      why: `${location === undefined ? 'outside of any spec' : location.file}: ${firstLine(message)}`,
    })),
  ];
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
  [[file, title].filter((part) => part !== '').join(' > '), why].filter((part) => part !== '').join(': ');

/** Which of the failed tests can be tried again: those of which it is known where they are. */
export const triable = (failures) => failures.filter(({ file }) => file !== '');

/** Which of the failed tests did not fail again. */
export function passedAgain(first, second) {
  const failedAgain = new Set(second.map(({ file, title }) => `${file} > ${title}`));
  const unloaded = new Set(second.filter(({ title }) => title === '').map(({ file }) => file));
  return triable(first).filter(
    ({ file, title }) => !failedAgain.has(`${file} > ${title}`) && !unloaded.has(file),
  );
}
