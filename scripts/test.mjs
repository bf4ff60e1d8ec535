/**
 * `npm test`: everything, from a fresh clone. Lint and types, unit tests that start processes, the build, then the
 * end-to-end specs in Chromium and in Electron. Beside them, which mostly wait, run the unit tests of plain code, at a low
 * priority. Ends with the name of each test that failed, each error that came outside of any test, and one line of counts; exit
 * code 0 only if all of it passed.
 *
 * A few tests that failed are tried a second time when nothing else runs. A fault of the code fails again. A test that only
 * loses a race on a busy machine passes, which is told by its name: it is to be mended, but says nothing against the code.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  displayWrapper,
  ensureBuilt,
  ensureChromium,
  ensureInstalled,
  findElectron,
  node24,
  root,
  run,
  say,
} from './bootstrap.mjs';
import {
  failedSpecs,
  failedUnitTests,
  failureLine,
  passedAgain,
  triable,
  unhandledErrors,
} from './failed-tests.mjs';
import { endToEndCounts, sumCounts, unitCounts } from './test-counts.mjs';

/** More failed tests than this are a fault of the code or of the machine; a second attempt would only take time. */
const TRIED_AGAIN = 5;

const bin = (file) => join(root, 'node_modules', file);
const reports = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
let broken = 0;

/** Runs a step and says how it ended; resolves with whether it passed. */
async function step(name, command, args, options = {}) {
  say(`\n== ${name}`);
  const start = Date.now();
  const code = await run(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  const outcome = code === 0 ? 'passed' : `failed (exit code ${code})`;
  say(`== ${name}: ${outcome} in ${Math.round((Date.now() - start) / 1000)} s`);
  return code === 0;
}

/** A step without a report: when it fails, all has failed. */
async function check(name, args, options) {
  if (!(await stepAside(name, node24, args, options))) broken++;
}

/**
 * Checks the types of a project, with one thread of checkers: several of them look at the same types again, and there are other
 * steps for the other processors. They end before there is much garbage to collect.
 */
const checkTypes = (name, project) =>
  check(name, [bin('typescript/bin/tsc'), '-p', project, '--checkers', '1'], {
    env: { ...process.env, GOGC: '400' },
  });

/** Like {@link step}, beside others: prints what it has to say at its end. */
async function stepAside(name, command, args, options = {}) {
  const log = join(reports, `${name}.log`);
  const file = openSync(log, 'w');
  const passed = await step(name, command, args, { stdio: ['ignore', file, file], ...options });
  closeSync(file);
  process.stdout.write(readFileSync(log));
  return passed;
}

/** Gives a program what processor time the others leave. */
const atLowPriority = {
  onStart: ({ pid }) => pid !== undefined && setPriority(pid, constants.priority.PRIORITY_LOW),
};

/** Where errors outside of any test are told, beside the report of a run of Vitest. */
const unhandledOf = (report) => `${report}.unhandled`;

/** Unit tests of some projects of Vitest, as a group whose failed tests can be tried again. */
function unitTests(name, projects, runStep, options) {
  const vitest = (title, howToRun, report, files) => {
    const args = [
      bin('vitest/vitest.mjs'),
      'run',
      ...projects.map((project) => `--project=${project}`),
      '--reporter=default',
      '--reporter=json',
      `--reporter=${join(root, 'scripts/unhandled-reporter.ts')}`,
      `--outputFile=${report}`,
      ...files,
    ];
    const env = { ...process.env, SIGNALBOX_UNHANDLED_ERRORS: unhandledOf(report) };
    return howToRun(title, node24, args, { ...options, env });
  };
  return {
    name,
    counts: unitCounts,
    failures: (file) =>
      [...failedUnitTests(readReport(file)), ...unhandledErrors(readReport(unhandledOf(file)), root)].map(
        (test) => ({ ...test, file: test.file === '' ? '' : relative(root, test.file) }),
      ),
    run: (report) => vitest(name, runStep, report, []),
    again: (report, failed) =>
      vitest(`${name}, again`, step, report, [...new Set(failed.map(({ file }) => file))]),
  };
}

/** The end-to-end specs; `--last-failed` is Playwright's own way to run what failed again. */
function specs(display, env) {
  const name = 'end to end';
  const playwright = (title, report, args) => {
    const [command, ...rest] = [
      ...(display ?? []),
      node24,
      bin('@playwright/test/cli.js'),
      'test',
      '--reporter=list,json',
      ...args,
    ];
    return step(title, command, rest, {
      env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    });
  };
  return {
    name,
    counts: endToEndCounts,
    failures: (file) => failedSpecs(readReport(file)),
    run: (report) => playwright(name, report, []),
    again: (report) => playwright(`${name}, again`, report, ['--last-failed', '--workers=1']),
  };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Runs a group of tests; resolves with its counts and the tests that failed. */
async function runGroup(group, runIt = group.run, suffix = '') {
  const file = join(reports, `${group.name}${suffix}.json`);
  const passed = await runIt(file);
  const [counts, failures] = [group.counts(readReport(file)), group.failures(file)];
  if (counts === null) say(`== ${group.name}: failed, because it ended without a report of any test`);
  const ended = counts !== null && (passed || failures.length > 0);
  return { group, counts: counts ?? { passed: 0, failed: 0, skipped: 0 }, failures, ended };
}

/** Tries failed tests again; resolves with the group's result after it, and which of them passed. */
async function tryAgain(result) {
  const { group, counts, failures } = result;
  const second = await runGroup(group, (report) => group.again(report, triable(failures)), '-again');
  const raced = second.ended ? passedAgain(failures, second.failures) : [];
  const titled = raced.filter(({ title }) => title !== '').length;
  return {
    ...result,
    raced,
    failures: failures.filter((test) => !raced.includes(test)),
    counts: { ...counts, passed: counts.passed + titled, failed: counts.failed - titled },
  };
}

await ensureInstalled();
const plain = runGroup(
  unitTests('unit tests of plain code', ['plain', 'models', 'window', 'tables'], stepAside, atLowPriority),
);
await Promise.all([
  check('lint', [bin('@biomejs/biome/bin/biome'), 'check', '.']),
  check('import and style rules', ['scripts/check-sources.ts']),
  checkTypes('types', 'tsconfig.json'),
  checkTypes('types of the window', 'renderer/tsconfig.json'),
  checkTypes('types of the end-to-end specs', 'e2e/tsconfig.json'),
]);
const processes = await runGroup(
  unitTests('unit tests that start processes', ['processes', 'own worker'], step),
);
await ensureBuilt();
const chromium = await ensureChromium();
const electron = await findElectron();
const display = await displayWrapper();
const env = chromium === null ? {} : { CHROMIUM_PATH: chromium };
if (electron.path === undefined)
  env.SIGNALBOX_NO_ELECTRON = `${electron.missing} (mend it with: ${electron.mend})`;
else if (display === null)
  env.SIGNALBOX_NO_ELECTRON = 'there is no display (mend it with: apt-get install xvfb xauth)';
else env.SIGNALBOX_ELECTRON = electron.path;
let results = [processes, await runGroup(specs(display, env)), await plain];

const failedOnce = results.flatMap(({ failures }) => failures).length;
if (failedOnce > 0 && failedOnce <= TRIED_AGAIN) {
  const after = [];
  for (const result of results)
    after.push(triable(result.failures).length > 0 ? await tryAgain(result) : result);
  results = after;
}
rmSync(reports, { recursive: true, force: true });

if (env.SIGNALBOX_NO_ELECTRON !== undefined)
  say(`\nThe Electron specs were NOT RUN: ${env.SIGNALBOX_NO_ELECTRON}`);
for (const { raced = [] } of results)
  for (const test of raced) say(`PASSED ONLY THE SECOND TIME, ALONE: ${failureLine(test)}`);
for (const { failures, ended, group } of results) {
  for (const test of failures) say(`FAILED: ${failureLine(test)}`);
  if (!ended) say(`FAILED: ${group.name}, though it names no test; its output is above`);
}
const totals = sumCounts(results.map(({ counts }) => counts));
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
const failed = results.some(({ failures, ended }) => failures.length > 0 || !ended);
process.exit(broken === 0 && !failed ? 0 : 1);
