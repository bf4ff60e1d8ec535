import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeCheckedLine } from '../../runtime/files/checked-lines.ts';
import { limits } from '../limits.ts';
import { FaultyDisk } from './faulty-disk-fixture.ts';
import { JournalFile, journalProblem } from './journal-file.ts';

const line = (n: number | string) => encodeCheckedLine({ n });

let folder: string;
let path: string;
let disk: FaultyDisk;
let file: JournalFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-journal-'));
  path = join(folder, 'a.journal');
  disk = new FaultyDisk();
  file = new JournalFile(path, disk);
});
afterEach(async () => {
  await file.close();
  rmSync(folder, { recursive: true });
});

/** What a start would find. */
async function found(): Promise<unknown[]> {
  const other = new JournalFile(path, new FaultyDisk());
  try {
    return [...(await other.load()).records];
  } finally {
    await other.close();
  }
}

it('is made by the first write, for its owner alone, with its name on disk', async () => {
  expect(await file.load()).toEqual({ records: [], damage: null });
  expect([file.due, await file.append([line(1)])]).toEqual([true, false]);
  await file.rewrite([line(1), line(2)]);
  expect(file.due).toBe(false);
  expect(await file.append([line(3)])).toBe(true);
  expect(await found()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['a.journal']);
  expect(disk.done).toEqual(['open', 'open', 'rename', 'syncFolder', 'datasync']);
});

it('is closed, and then there is nothing to append to', async () => {
  expect(file.bytes).toBe(0);
  await file.load();
  await file.rewrite([line(1)]);
  await file.close();
  expect(disk.handles.map(({ fd }) => fd)).toEqual([-1]);
  expect([file.due, await file.append([line(2)])]).toEqual([true, false]);
  await file.close();
});

it('is said to be of no use before a start would find that out', async () => {
  expect(await journalProblem(path)).toBeNull();
  writeFileSync(path, line(1));
  expect(await journalProblem(path)).toBeNull();
  expect(await journalProblem(folder)).toMatch(/^cannot be read and written \(EISDIR/);
  expect(await journalProblem('/dev/null')).toBe('is no regular file');
  truncateSync(path, limits.journalBytes.default);
  expect(await journalProblem(path)).toBeNull();
  truncateSync(path, limits.journalBytes.default + 1);
  expect(await journalProblem(path)).toContain('the limit is 268435456');
});

it('goes on behind what is in it', async () => {
  writeFileSync(path, line(1));
  expect((await file.load()).records).toEqual([{ n: 1 }]);
  expect(await file.append([line(2)])).toBe(true);
  expect(file.bytes).toBe(statSync(path).size);
  expect(await found()).toEqual([{ n: 1 }, { n: 2 }]);
});

it('is cut off where a crash cut off a record, wherever that was', async () => {
  const whole = line(1) + line('two');
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(path, whole.slice(0, length));
    const { records, damage } = await file.load();
    await file.append([line(3)]);
    await file.close();
    expect(damage).toBeNull();
    expect(await found()).toEqual([...records, { n: 3 }]);
    expect(records).toHaveLength(length === whole.length ? 2 : length >= line(1).length ? 1 : 0);
  }
});

it('keeps a damaged file beside, reads the rest, and is written anew', async () => {
  const damaged = `${line(1)}${line(2).replace('2', '3')}${line(4)}`;
  writeFileSync(path, damaged);
  const { records, damage } = await file.load();
  expect(records).toEqual([{ n: 1 }, { n: 4 }]);
  expect(damage?.lines).toBe(1);
  expect(damage?.keptAs).toMatch(/a\.journal\.damaged-[-\dTZ.]+$/);
  expect(readFileSync(damage!.keptAs, 'utf8')).toBe(damaged);
  expect(file.due).toBe(true);
});

it('removes what a crash left of a file that was written anew, and nothing else', async () => {
  for (const name of ['a.journal.77.new', 'a.journal.77.old', 'b.journal.77.new'])
    writeFileSync(join(folder, name), 'x');
  await file.load();
  expect(readdirSync(folder)).toEqual(['a.journal.77.old', 'b.journal.77.new']);
});

it.each([
  ['is a folder', 'EISDIR'],
  ['is too large', 'the limit is 268435456'],
])('%s: is not read, and says so', async (what, why) => {
  if (what === 'is a folder') path = folder;
  else {
    writeFileSync(path, '');
    disk.open = async () => ({ stat: async () => ({ size: 268_435_457 }), close: async () => {} }) as never;
  }
  await expect(new JournalFile(path, disk).load()).rejects.toThrow(why);
});

describe('a write that fails', () => {
  beforeEach(async () => {
    await file.load();
    await file.rewrite([line(1)]);
  });

  it('leaves nothing of itself, however much there was room for, and the next goes on', async () => {
    for (let room = 0; room < line(2).length + line(3).length; room++) {
      disk.room = room;
      await expect(file.append([line(2), line(3)])).rejects.toThrow('ENOSPC');
      expect(readFileSync(path, 'utf8')).toBe(line(1));
    }
    disk.room = Number.POSITIVE_INFINITY;
    expect(await file.append([line(4)])).toBe(true);
    expect(await found()).toEqual([{ n: 1 }, { n: 4 }]);
  });

  it('is taken back before the next where that failed too', async () => {
    disk.room = 5;
    disk.failing.add('truncate');
    await expect(file.append([line(2)])).rejects.toThrow('ENOSPC');
    disk.room = Number.POSITIVE_INFINITY;
    await expect(file.append([line(3)])).rejects.toThrow('EIO: truncate failed');
    disk.failing.clear();
    expect(await file.append([line(4)])).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(line(1) + line(4));
  });

  it('is no write when it was not brought to the disk', async () => {
    disk.failing.add('datasync');
    await expect(file.append([line(2)])).rejects.toThrow('EIO: datasync failed');
    expect(await found()).toEqual([{ n: 1 }]);
  });

  it.each(['open', 'rename'] as const)('leaves the old file when it is written anew: %s', async (what) => {
    disk.failing.add(what);
    await expect(file.rewrite([line(2)])).rejects.toThrow('EIO');
    disk.failing.clear();
    disk.room = 3;
    await expect(file.rewrite([line(2)])).rejects.toThrow('ENOSPC');
    disk.room = Number.POSITIVE_INFINITY;
    // Of the files that were begun none is open.
    expect(disk.handles.filter(({ fd }) => fd !== -1)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['a.journal']);
    expect(await file.append([line(3)])).toBe(true);
    expect(await found()).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('is one that makes the file larger than is read at a start', async () => {
    const most = vi.spyOn(limits.journalBytes, 'default', 'get').mockReturnValue(line(1).length + 5);
    await expect(file.append([line(2)])).rejects.toThrow(RangeError);
    most.mockRestore();
    expect(await found()).toEqual([{ n: 1 }]);
  });
});

it.each(['deleted', 'moved away and replaced'])('notices that it was %s', async (how) => {
  await file.load();
  await file.rewrite([line(1)]);
  if (how === 'deleted') rmSync(path);
  else {
    renameSync(path, join(folder, 'moved'));
    writeFileSync(path, line(9));
  }
  expect([await file.append([line(2)]), file.due]).toEqual([false, true]);
  await file.rewrite([line(1), line(2)]);
  expect(await found()).toEqual([{ n: 1 }, { n: 2 }]);
});

it('is to be written anew when as much was appended as it had, and a MiB at least', async () => {
  const text = encodeCheckedLine({ text: 'x'.repeat(100_000) });
  await file.load();
  await file.rewrite([text]);
  let appended = 0;
  for (; !file.due; appended++) await file.append([text]);
  expect(appended).toBe(Math.floor(limits.journalGrowthBytes.default / text.length) + 1);
  const large = new Array<string>(20).fill(text);
  await file.rewrite(large);
  for (appended = 0; !file.due; appended++) await file.append([text]);
  expect(appended).toBe(large.length + 1);
  // After a start nobody knows how much of it is history.
  await file.close();
  await file.load();
  expect(file.due).toBe(true);
});
