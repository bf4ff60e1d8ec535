import fs from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeJournalLine, type JournalRecord } from '../../../daemons/runtime/files/journal-format.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { AuditJournal } from './audit-journal.ts';
import { type JournalFiles, systemFiles } from './journal-segment.ts';

const RUN = 'aaaaaaaaaaaa';

let parent: string;
let folder: string;
let clock: FakeClock;
let said: string[];
let open: AuditJournal[];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'signalbox-journal-'));
  folder = join(parent, 'journal');
  clock = new FakeClock();
  said = [];
  open = [];
});
afterEach(async () => {
  for (const journal of open) journal.close();
  await rm(parent, { recursive: true, force: true });
});

function start(files: Partial<JournalFiles> = {}, limits: Partial<typeof CONTROL_LIMITS> = {}, run = RUN) {
  const journal = new AuditJournal({
    folder,
    run,
    clock,
    limits: { ...CONTROL_LIMITS, ...limits },
    log: (_level, event) => said.push(event),
    files: { ...systemFiles, ...files },
  });
  open.push(journal);
  return journal;
}

const line = (n: number): JournalRecord => ({
  kind: 'entry',
  key: `k-${n}`,
  entry: {
    time: 1,
    actor: 'ada',
    from: 'cli',
    action: 'command',
    target: 'ircd',
    command: 'kill',
    args: { n },
    ok: true,
    outcome: 'done',
    durationMs: 1,
    effects: [],
  },
});

/** Numbers of the lines on disk; `torn` where one is none. */
async function numbers(): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const name of (await readdir(folder)).sort()) {
    for (const text of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      if (text === '') continue;
      const record = decodeJournalLine(text) as { entry: { args: { n: number } } } | null;
      found.push(record === null ? 'torn' : record.entry.args.n);
    }
  }
  return found;
}

/** A file system that is full while `full` is set: it takes `room` bytes more. */
function disk() {
  const state = { full: false, room: 0 };
  const writeSync = (fd: number, bytes: NodeJS.ArrayBufferView, offset: number, length: number): number => {
    if (!state.full) return fs.writeSync(fd, bytes, offset, length);
    const fits = Math.min(state.room, length);
    if (fits === 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    state.room -= fits;
    return fs.writeSync(fd, bytes, offset, fits);
  };
  return { state, files: { writeSync: writeSync as typeof fs.writeSync } };
}

test('a line is one write, and on disk for its owner only when that returns', async () => {
  const writeSync = vi.fn(fs.writeSync);
  const journal = start({ writeSync: writeSync as unknown as typeof fs.writeSync });
  expect(journal.writeOrHold(line(1))).toBe(true);
  expect(journal.write(line(2))).toBe(true);
  expect(writeSync).toHaveBeenCalledTimes(2);
  expect(await numbers()).toEqual([1, 2]);
  const [name = ''] = await readdir(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(journal).toMatchObject({ waiting: 2, pending: true, problem: null });
});

test('a burst is synced once, a tenth of a second after its first line, and never in the way', async () => {
  const synced: number[] = [];
  const fsync = (fd: number, done: (error: Error | null) => void) => {
    synced.push(fd);
    done(null);
  };
  const journal = start({ fsync: fsync as typeof fs.fsync });
  for (let n = 0; n < 50; n++) journal.write(line(n));
  expect(synced).toEqual([]);
  await clock.advance(CONTROL_LIMITS.journalSyncMs);
  // The file, and once the folder that has its name.
  expect(synced).toHaveLength(2);
  await clock.advance(10_000);
  expect(synced).toHaveLength(2);
  journal.write(line(50));
  await clock.advance(CONTROL_LIMITS.journalSyncMs);
  expect(synced).toHaveLength(3);
});

test('on a full disk nothing of a line is left behind, and the next is whole when there is room', async () => {
  const { state, files } = disk();
  const journal = start(files);
  journal.write(line(1));
  Object.assign(state, { full: true, room: 20 });
  expect(journal.write(line(2))).toBe(false);
  expect(journal.write(line(3))).toBe(false);
  expect(journal.problem).toContain('ENOSPC');
  expect(said).toEqual(['journal_not_written']);
  state.full = false;
  expect(journal.write(line(4))).toBe(true);
  expect(await numbers()).toEqual([1, 4]);
  expect(said).toEqual(['journal_not_written', 'journal_written']);
});

test('a line that cannot even be taken back is the last of its file', async () => {
  const { state, files } = disk();
  const journal = start({
    ...files,
    ftruncateSync: () => {
      throw new Error('EIO');
    },
  });
  journal.write(line(1));
  Object.assign(state, { full: true, room: 20 });
  expect(journal.write(line(2))).toBe(false);
  state.full = false;
  journal.write(line(3));
  expect(await numbers()).toEqual([1, 'torn', 3]);
  expect(await readdir(folder)).toHaveLength(2);
});

test('entries of what ran unrecorded are written by themselves when there is room, oldest first', async () => {
  const { state, files } = disk();
  const journal = start(files);
  state.full = true;
  expect(journal.writeOrHold(line(1))).toBe(false);
  expect(journal.writeOrHold(line(2))).toBe(false);
  expect(journal.waiting).toBe(2);
  await clock.advance(CONTROL_LIMITS.journalRetryBaseMs);
  state.full = false;
  await clock.advance(CONTROL_LIMITS.journalRetryBaseMs * 2);
  expect(await numbers()).toEqual([1, 2]);
  expect(journal.waiting).toBe(2);
  state.full = true;
  journal.writeOrHold(line(3));
  state.full = false;
  expect(journal.write(line(4))).toBe(true);
  expect(await numbers()).toEqual([1, 2, 3, 4]);
});

test('lines that the recorder lacks are counted, and apart from them those that are in memory only', () => {
  const { state, files } = disk();
  const journal = start(files, { journalHeld: 2 });
  journal.write(line(1));
  journal.write(line(2));
  expect(journal.queue).toEqual({ depth: 2, highWater: 2, submitted: 2, dropped: 0 });
  expect(journal.heldQueue).toEqual({ depth: 0, highWater: 0, capacity: 2, submitted: 0, dropped: 0 });
  journal.taken(2);
  state.full = true;
  for (let n = 3; n < 6; n++) journal.writeOrHold(line(n));
  expect(journal.queue).toEqual({ depth: 2, highWater: 2, submitted: 5, dropped: 1 });
  expect(journal.heldQueue).toEqual({ depth: 2, highWater: 2, capacity: 2, submitted: 3, dropped: 1 });
  state.full = false;
  journal.write(line(6));
  expect(journal.queue).toEqual({ depth: 3, highWater: 3, submitted: 6, dropped: 1 });
  expect(journal.heldQueue).toMatchObject({ depth: 0, highWater: 2, submitted: 3 });
});

test('only so many entries are held in memory, and those given up are counted', () => {
  const { state, files } = disk();
  const journal = start(files, { journalHeld: 3 });
  state.full = true;
  for (let n = 0; n < 5; n++) journal.writeOrHold(line(n));
  expect(journal).toMatchObject({ waiting: 3, dropped: 2 });
});

test('a deleted file or folder is noticed with the next line, which is written to a new one', async () => {
  const journal = start();
  journal.write(line(1));
  await rm(folder, { recursive: true });
  expect(journal.write(line(2))).toBe(true);
  expect(await numbers()).toEqual([2]);
  expect(said).toEqual(['journal_deleted']);
  await rename(folder, `${folder}.away`);
  expect(journal.write(line(3))).toBe(true);
  expect(await numbers()).toEqual([3]);
});

test('a file that was emptied while in use is noticed like one that was deleted', async () => {
  const journal = start();
  journal.write(line(1));
  journal.write(line(2));
  const [name = ''] = await readdir(folder);
  await truncate(join(folder, name));
  expect(journal.write(line(3))).toBe(true);
  expect(said).toEqual(['journal_deleted']);
  expect(await readdir(folder)).toHaveLength(2);
  expect(await numbers()).toContain(3);
});

test('a journal at its limit takes lines again when its files were deleted', async () => {
  const journal = start({}, { journalBytes: 1_000, journalSegmentBytes: 500 });
  let n = 0;
  while (journal.write(line(++n)));
  for (const name of await readdir(folder)) await rm(join(folder, name));
  expect(journal.write(line(n))).toBe(true);
  expect(await numbers()).toEqual([n]);
});

test('with the data folder itself gone nothing is written, until it is back', async () => {
  const journal = start();
  journal.write(line(1));
  await rm(parent, { recursive: true });
  expect(journal.write(line(2))).toBe(false);
  expect(journal.problem).toContain('ENOENT');
  await mkdir(parent);
  expect(journal.write(line(3))).toBe(true);
  expect(await numbers()).toEqual([3]);
});

test('without a descriptor for a new file the open one is used on, and a new one when there is one', () => {
  let scarce = false;
  const openSync = (...args: Parameters<typeof fs.openSync>) => {
    if (scarce) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    return fs.openSync(...args);
  };
  const journal = start({ openSync }, { journalSegmentBytes: 500 });
  expect(journal.write(line(1))).toBe(true);
  scarce = true;
  expect(journal.write(line(2))).toBe(true);
  expect(journal.write(line(3))).toBe(false);
  expect(journal.problem).toContain('EMFILE');
  scarce = false;
  expect(journal.write(line(4))).toBe(true);
});

test('what the recorder has is removed file by file, never the one that is written to', async () => {
  const journal = start({}, { journalSegmentBytes: 500 });
  for (let n = 1; n <= 5; n++) journal.write(line(n));
  const names = (await readdir(folder)).sort();
  expect(names).toHaveLength(3);
  journal.finished(names);
  journal.taken(5);
  expect(await readdir(folder)).toEqual(names.slice(-1));
  expect(journal).toMatchObject({ waiting: 0, pending: false });
  journal.write(line(6));
  expect(journal).toMatchObject({ waiting: 1, pending: true });
});

test('what an earlier run has left is offered to the recorder, and never written to', async () => {
  const first = start();
  first.write(line(1));
  first.close();
  const second = start({}, {}, 'bbbbbbbbbbbb');
  expect(second).toMatchObject({ waiting: 0, pending: true });
  second.write(line(2));
  expect((await readdir(folder)).sort()).toEqual([
    '00000001-aaaaaaaaaaaa.jsonl',
    '00000002-bbbbbbbbbbbb.jsonl',
  ]);
  expect(await numbers()).toEqual([1, 2]);
});

test('a journal that nobody reads has a limit, and takes lines again when it was read', async () => {
  const journal = start({}, { journalBytes: 1_000, journalSegmentBytes: 500 });
  let n = 0;
  while (journal.write(line(++n)));
  expect(n).toBe(5);
  expect(journal.problem).toContain('the limit is 1000');
  journal.finished(await readdir(folder));
  expect(journal.write(line(n))).toBe(true);
});

test('a closed journal writes nothing, and has what was held on disk', async () => {
  const { state, files } = disk();
  const journal = start(files);
  state.full = true;
  journal.writeOrHold(line(1));
  state.full = false;
  journal.close();
  expect(await numbers()).toEqual([1]);
  expect(journal.write(line(2))).toBe(false);
  expect(journal.problem).toContain('closing');
  await clock.advance(60_000);
  expect(await numbers()).toEqual([1]);
});
