import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { partOf, removeParts, removeStagings, stagingPrefix } from './backup-leftovers.ts';

/** Larger than any process number. */
const DEAD = 999_999_999;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-leftovers-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('what a killed backup gathered is removed, and nothing else', async () => {
  const elsewhere = join(dir, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'kept'), '');
  await mkdir(join(dir, `.backup-${DEAD}-abcDEF/data/ircd`), { recursive: true });
  await symlink(elsewhere, join(dir, `.backup-${DEAD}-abcDEF/link`));
  const kept = [
    `.backup-${process.pid}-abcDEF`,
    `.backup-${DEAD}-abcDEFG`,
    `.backup-${DEAD}`,
    '.backup-mine',
    `x.backup-${DEAD}-abcDEF`,
  ];
  for (const name of kept) await mkdir(join(dir, name));
  await symlink(elsewhere, join(dir, `.backup-${DEAD}-linked`));
  await writeFile(join(dir, `.backup-${DEAD}-a1file`), '');
  expect(await removeStagings(dir)).toEqual([`.backup-${DEAD}-abcDEF`]);
  expect(await readdir(elsewhere)).toEqual(['kept']);
  const left = [...kept, 'elsewhere', `.backup-${DEAD}-linked`, `.backup-${DEAD}-a1file`];
  expect((await readdir(dir)).sort()).toEqual(left.sort());
});

it('an archive that a killed backup did not finish is removed by the next to the same file', async () => {
  const file = join(dir, 'instance.tar.gz');
  const others = [partOf(file), partOf(join(dir, 'other.tar.gz'), DEAD), file, `${partOf(file, DEAD)}.bak`];
  for (const path of [...others, partOf(file, DEAD)]) await writeFile(path, '');
  expect(await removeParts(file)).toEqual([`.instance.tar.gz.${DEAD}.part`]);
  expect(await readdir(dir)).toHaveLength(others.length);
});

it('a folder that is not there holds nothing', async () => {
  expect(await removeStagings(join(dir, 'none'))).toEqual([]);
  expect(stagingPrefix(7)).toBe('.backup-7-');
});

it('a process that lives and is not ours counts as one that lives', async () => {
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
  });
  await mkdir(join(dir, `.backup-${DEAD}-abcDEF`));
  expect(await removeStagings(dir)).toEqual([]);
  expect(kill).toHaveBeenCalledWith(DEAD, 0);
  kill.mockRestore();
  expect(await removeStagings(dir)).toEqual([`.backup-${DEAD}-abcDEF`]);
});

it('what is neither folder nor file of ours stays, whatever its name', async () => {
  const file = join(dir, 'instance.tar.gz');
  const getuid = vi.spyOn(process as { getuid(): number }, 'getuid').mockReturnValue(4_711);
  await mkdir(join(dir, `.backup-${DEAD}-abcDEF`));
  await writeFile(partOf(file, DEAD), '');
  expect([await removeStagings(dir), await removeParts(file)]).toEqual([[], []]);
  getuid.mockRestore();
  // A folder in the place of an archive is none.
  await rm(partOf(file, DEAD));
  await mkdir(partOf(file, DEAD));
  expect(await removeParts(file)).toEqual([]);
  expect(partOf(file)).toBe(join(dir, `.instance.tar.gz.${process.pid}.part`));
  expect(stagingPrefix()).toBe(`.backup-${process.pid}-`);
});
