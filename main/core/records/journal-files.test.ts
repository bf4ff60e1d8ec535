/** The files of the audit journal: what is said when they fail, and when they are tried again. */
import fs from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JournalRecord } from '../../../daemons/runtime/files/journal-format.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { AuditJournal } from './audit-journal.ts';
import { type JournalFiles, JournalSegment, systemFiles } from './journal-segment.ts';

const RUN = 'aaaaaaaaaaaa';
let parent: string;
let folder: string;
let clock: FakeClock;
let said: [string, string, string][];
let open: { close(): void }[];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'signalbox-journal-'));
  folder = join(parent, 'journal');
  clock = new FakeClock();
  said = [];
  open = [];
});
afterEach(async () => {
  for (const one of open) one.close();
  await rm(parent, { recursive: true, force: true });
});

function start(files: Partial<JournalFiles> = {}, limits: Partial<typeof CONTROL_LIMITS> = {}) {
  const journal = new AuditJournal({
    folder,
    run: RUN,
    clock,
    limits: { ...CONTROL_LIMITS, ...limits },
    log: (level, event, message) => said.push([level, event, message]),
    files: { ...systemFiles, ...files },
  });
  open.push(journal);
  return journal;
}

const line = (n: number) => ({ kind: 'begun', key: `k-${n}`, entry: { n } }) as unknown as JournalRecord;
const events = () => said.map(([level, event]) => `${level} ${event}`);
const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });

test('a failure is said once for each cause, with the folder, and so is its end', () => {
  let failure: Error | null = full;
  const openSync = (...args: Parameters<typeof fs.openSync>) => {
    if (failure !== null) throw failure;
    return fs.openSync(...args);
  };
  const journal = start({ openSync });
  expect([journal.write(line(1)), journal.write(line(2))]).toEqual([false, false]);
  expect(said).toEqual([
    [
      'error',
      'journal_not_written',
      expect.stringContaining(
        `The audit journal in ${folder} cannot be written: ENOSPC: no space left. Reading, start, stop`,
      ),
    ],
  ]);
  failure = new Error('EIO');
  journal.write(line(3));
  expect(journal.problem).toBe('EIO');
  failure = null;
  expect(journal.write(line(4))).toBe(true);
  expect(journal.problem).toBeNull();
  expect(events()).toEqual([
    'error journal_not_written',
    'error journal_not_written',
    'info journal_written',
  ]);
});

test('held lines are tried again with longer and longer waits, and those begin anew once it works', async () => {
  let broken = true;
  const attempts: number[] = [];
  const openSync = (...args: Parameters<typeof fs.openSync>) => {
    attempts.push(clock.monotonic());
    if (broken) throw full;
    return fs.openSync(...args);
  };
  const journal = start(
    { openSync },
    { journalRetryBaseMs: 100, journalRetryMaxMs: 350, journalSyncMs: 1_000_000 },
  );
  journal.writeOrHold(line(1));
  journal.writeOrHold(line(2));
  attempts.length = 0;
  await clock.advance(1_400);
  expect(attempts).toEqual([100, 300, 650, 1_000, 1_350]);
  broken = false;
  await clock.advance(350);
  expect(journal.waiting).toBe(2);
  expect(journal.written).toBe(2);
  await clock.advance(10_000);
  expect(clock.pendingTimers).toBe(1);
});

test('a lost sync is said with what it may cost; what comes meanwhile is synced afterwards', async () => {
  const pending: ((error: Error | null) => void)[] = [];
  const fsync = ((_fd: number, done: (error: Error | null) => void) =>
    void pending.push(done)) as typeof fs.fsync;
  const journal = start({ fsync }, { journalSyncMs: 100 });
  journal.write(line(1));
  await clock.advance(100);
  expect(pending).toHaveLength(1);
  journal.write(line(2));
  await clock.advance(1_000);
  expect(pending).toHaveLength(1);
  pending[0]?.(new Error('EIO'));
  expect(said).toEqual([
    ['error', 'journal_not_synced', `The audit journal in ${folder} may not outlive a power failure: EIO`],
  ]);
  await clock.advance(99);
  expect(pending).toHaveLength(1);
  await clock.advance(1);
  expect(pending).toHaveLength(2);
});

test('a file that is full is synced and closed, and the next begins with the line that did not fit', async () => {
  const closed: number[] = [];
  const closeSync = (fd: number) => {
    closed.push(fd);
    fs.closeSync(fd);
  };
  const length = 1 + JSON.stringify(line(1)).length;
  const journal = start(
    { closeSync, fsync: ((_fd: number, done: (error: null) => void) => done(null)) as typeof fs.fsync },
    { journalSegmentBytes: 4 * length },
  );
  for (let n = 1; n <= 20; n++) expect(journal.write(line(n))).toBe(true);
  const names = await readdir(folder);
  expect(names.length).toBeGreaterThan(3);
  expect(closed.length).toBeGreaterThanOrEqual(names.length - 1);
  for (const name of names.slice(0, -1))
    expect(fs.statSync(join(folder, name)).size).toBeLessThanOrEqual(4 * length);
});

test('what cannot be synced at the end is said, and closing twice is once', () => {
  const journal = start({
    fsyncSync: () => {
      throw new Error('EIO');
    },
  });
  journal.write(line(1));
  journal.close();
  journal.close();
  expect(events()).toEqual(['error journal_not_synced']);
  expect(journal.writeOrHold(line(2))).toBe(false);
  expect(journal.waiting).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test('files of others in the folder are not counted, not removed and not offered', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'notes.txt'), 'x'.repeat(10_000));
  const journal = start({}, { journalBytes: 5_000 });
  expect(journal.pending).toBe(false);
  expect(journal.write(line(1))).toBe(true);
  journal.finished(['notes.txt-not', '00000099-bbbbbbbbbbbb.jsonl']);
  expect((await readdir(folder)).sort()).toEqual([`00000001-${RUN}.jsonl`, 'notes.txt']);
});

test('a file that cannot be removed counts on, one that is gone does not', async () => {
  let stuck = true;
  const unlinkSync = (path: fs.PathLike) => {
    if (stuck) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    fs.unlinkSync(path);
  };
  const journal = start({ unlinkSync }, { journalSegmentBytes: 300, journalBytes: 900 });
  let n = 0;
  while (journal.write(line(++n)));
  const names = (await readdir(folder)).sort();
  journal.finished(names);
  expect((await readdir(folder)).sort()).toEqual(names);
  expect(journal.write(line(n))).toBe(false);
  stuck = false;
  fs.unlinkSync(join(folder, names[0]!));
  journal.finished(names);
  expect(await readdir(folder)).toEqual(names.slice(-1));
  expect(journal.write(line(n))).toBe(true);
});

test('however often it was full, a journal never has more than it may', async () => {
  const journal = start({}, { journalSegmentBytes: 300, journalBytes: 900 });
  let n = 0;
  for (let round = 0; round < 4; round++) {
    while (journal.write(line(++n)));
    for (let again = 0; again < 3; again++) expect(journal.write(line(n))).toBe(false);
    const names = await readdir(folder);
    const bytes = names
      .map((name) => fs.statSync(join(folder, name)).size)
      .reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThanOrEqual(900);
    journal.finished(names);
  }
});

test('a folder that was already there is used, one that cannot be made is said', () => {
  const mkdirSync = () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  };
  const journal = start({ mkdirSync: mkdirSync as unknown as typeof fs.mkdirSync });
  expect(journal.write(line(1))).toBe(false);
  expect(journal.problem).toContain('EACCES');
  fs.mkdirSync(folder);
  expect(start().write(line(1))).toBe(true);
});

/** A segment of its own in a folder that it makes. */
function segment(files: Partial<JournalFiles> = {}) {
  const made = new JournalSegment({ ...systemFiles, ...files }, folder, 7, RUN);
  open.push(made);
  return made;
}

test('a segment takes a line in as many writes as it needs, and counts its bytes', () => {
  const writeSync = (fd: number, bytes: Buffer, offset: number, length: number) =>
    fs.writeSync(fd, bytes, offset, Math.min(length, 3));
  const one = segment({ writeSync: writeSync as typeof fs.writeSync });
  one.append(Buffer.from('0123456789\n'));
  expect([one.name, one.bytes, one.torn]).toEqual([`00000007-${RUN}.jsonl`, 11, false]);
  expect(fs.readFileSync(join(folder, one.name), 'utf8')).toBe('0123456789\n');
  expect(one.isThere()).toBe(true);
});

test('a segment that was replaced, cut or deleted is not there any more', () => {
  const one = segment();
  one.append(Buffer.from('line\n'));
  const path = join(folder, one.name);
  fs.appendFileSync(path, 'more');
  expect(one.isThere()).toBe(true);
  fs.truncateSync(path, 4);
  expect(one.isThere()).toBe(false);
  fs.rmSync(path);
  expect(one.isThere()).toBe(false);
  fs.writeFileSync(path, 'something as long');
  expect(one.isThere()).toBe(false);
});

test('the name of a segment is synced with its first bytes, and again only where that failed', () => {
  const synced: number[] = [];
  let failFolder = true;
  const fsync = ((fd: number, done: (error: Error | null) => void) => {
    synced.push(fd);
    done(synced.length === 2 && failFolder ? new Error('EIO') : null);
  }) as typeof fs.fsync;
  const one = segment({ fsync });
  const results: (string | null)[] = [];
  const sync = () => one.sync((error) => results.push(error?.message ?? null));
  sync();
  failFolder = false;
  sync();
  sync();
  expect(results).toEqual(['EIO', null, null]);
  expect(synced).toHaveLength(5);
});

test('a segment whose bytes or folder cannot be synced says so once', () => {
  const broken = segment({
    fsync: ((_fd: number, done: (error: Error) => void) => done(new Error('EIO'))) as typeof fs.fsync,
  });
  const done = vi.fn();
  broken.sync(done);
  expect(done.mock.calls).toEqual([[new Error('EIO')]]);
  broken.close();
  fs.rmSync(folder, { recursive: true });
  const lost = segment({
    fsync: ((_fd: number, finish: (error: null) => void) => finish(null)) as typeof fs.fsync,
  });
  fs.rmSync(folder, { recursive: true });
  const told = vi.fn();
  lost.sync(told);
  expect(told).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ENOENT' }));
  lost.close();
  lost.close();
});
