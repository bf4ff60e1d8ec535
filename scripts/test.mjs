/**
 * `npm test`: everything, from a fresh clone. Lint, types, unit tests that start processes, the build, then the end-to-end
 * specs in Chromium and in Electron. Beside both, which mostly wait, run the unit tests of plain code, at a low priority.
 * Ends with one line of counts; exit code 0 only if all of it passed.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { endToEndCounts, sumCounts, unitCounts } from './test-counts.mjs';

const bin = (file) => join(root, 'node_modules', file);
const reports = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
let broken = 0;

/** Runs a step; a non-zero exit code is remembered and the next step runs all the same. */
async function step(name, command, args, env = {}) {
  say(`\n== ${name}`);
  await timed(name, () =>
    run(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }),
  );
}

async function timed(name, runIt) {
  const start = Date.now();
  const code = await runIt();
  say(
    `== ${name}: ${code === 0 ? 'passed' : `failed (exit code ${code})`} in ${Math.round((Date.now() - start) / 1000)} s`,
  );
  if (code !== 0) broken++;
}

/** Like {@link step}, beside another one: gets what processor time that leaves, and prints what it has to say at its end. */
async function stepBeside(name, command, args) {
  const log = join(reports, 'beside.log');
  const file = openSync(log, 'w');
  await timed(name, () =>
    run(command, args, {
      stdio: ['ignore', file, file],
      onStart: ({ pid }) => pid !== undefined && setPriority(pid, constants.priority.PRIORITY_LOW),
    }),
  );
  closeSync(file);
  process.stdout.write(readFileSync(log));
}

/** A run of Vitest over one of its projects, with a report. */
function unitTests(project) {
  const report = `--outputFile=${join(reports, `${project}.json`)}`;
  return [
    bin('vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    report,
  ];
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(join(reports, file), 'utf8'));
  } catch {
    return null;
  }
}

await ensureInstalled();
await step('lint', node24, [bin('@biomejs/biome/bin/biome'), 'check', '.']);
await step('import and style rules', node24, ['scripts/check-sources.ts']);
await step('types', node24, [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']);
await step('types of the window', node24, [bin('typescript/bin/tsc'), '-p', 'renderer/tsconfig.json']);
await step('types of the end-to-end specs', node24, [bin('typescript/bin/tsc'), '-p', 'e2e/tsconfig.json']);
const plain = stepBeside('unit tests of plain code', node24, unitTests('plain'));
await step('unit tests that start processes', node24, unitTests('processes'));
await ensureBuilt();
const chromium = await ensureChromium();
const electron = await findElectron();
const display = await displayWrapper();
const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, 'e2e.json') };
if (chromium !== null) env.CHROMIUM_PATH = chromium;
if (electron.path === undefined)
  env.SIGNALBOX_NO_ELECTRON = `${electron.missing} (mend it with: ${electron.mend})`;
else if (display === null)
  env.SIGNALBOX_NO_ELECTRON = 'there is no display (mend it with: apt-get install xvfb xauth)';
else env.SIGNALBOX_ELECTRON = electron.path;
const [command, ...args] = [
  ...(display ?? []),
  node24,
  bin('@playwright/test/cli.js'),
  'test',
  '--reporter=list,json',
];
await step('end to end', command, args, env);
await plain;

const counted = {
  'unit tests that start processes': unitCounts(readReport('processes.json')),
  'unit tests of plain code': unitCounts(readReport('plain.json')),
  'end to end': endToEndCounts(readReport('e2e.json')),
};
for (const [name, counts] of Object.entries(counted)) {
  if (counts !== null) continue;
  say(`== ${name}: failed, because it ended without a report of any test`);
  broken++;
}
const totals = sumCounts(Object.values(counted).filter((counts) => counts !== null));
rmSync(reports, { recursive: true, force: true });

if (env.SIGNALBOX_NO_ELECTRON !== undefined)
  say(`\nThe Electron specs were NOT RUN: ${env.SIGNALBOX_NO_ELECTRON}`);
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(broken === 0 ? 0 : 1);
