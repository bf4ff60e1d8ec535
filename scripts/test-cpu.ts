/**
 * `node scripts/test-cpu.ts [ARGUMENTS OF VITEST]`: runs unit tests and prints which files took the most processor time, which says
 * more of a machine that does other things as well than how long they took. What is started and not waited for is not counted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuTable, type SpentCpu } from './cpu-table.ts';

/** How many files are shown. */
const SHOWN = 40;

const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-cpu-'));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, SIGNALBOX_TEST_CPU: folder },
  stdio: 'inherit',
});
const [code] = await once(child, 'exit');
const spent: SpentCpu[] = [];
for (const name of await readdir(folder)) spent.push(JSON.parse(await readFile(join(folder, name), 'utf8')));
await rm(folder, { recursive: true });
process.stdout.write(`${cpuTable(spent, SHOWN).join('\n')}\n`);
process.exitCode = code ?? 1;
