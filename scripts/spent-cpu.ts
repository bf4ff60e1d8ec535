/**
 * Runs around each file of unit tests where `SIGNALBOX_TEST_CPU` names a folder, and writes there what processor time the file took.
 * Used by test-cpu.ts.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { SpentCpu } from './cpu-table.ts';

/** Ticks in a second, in which Linux tells programs of processor time. */
const TICKS = 100;

/** What ended children of this process, and theirs, have taken, in seconds; 0 where the system does not tell. */
function ofChildren(): number {
  if (process.platform !== 'linux') return 0;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

const folder = process.env.SIGNALBOX_TEST_CPU ?? '';
const before = process.cpuUsage();
const childrenBefore = ofChildren();
afterAll(() => {
  const { user, system } = process.cpuUsage(before);
  const spent: SpentCpu = {
    file: relative(join(import.meta.dirname, '..'), expect.getState().testPath ?? ''),
    own: (user + system) / 1e6,
    children: ofChildren() - childrenBefore,
  };
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(spent));
});
