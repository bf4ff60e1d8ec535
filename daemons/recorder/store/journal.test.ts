import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeJournalLine, segmentName } from '../../runtime/files/journal-format.ts';
import { limits } from '../limits.ts';
import { NOON, Scene } from '../test-fixtures/scene.ts';
import { keepDamagedLines } from './damaged-lines.ts';

const RUNS = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const entry = (n: number, outcome = 'done') => ({
  time: (NOON + n) * 1_000,
  actor: 'ada',
  from: 'cli',
  action: 'command',
  target: 'ircd',
  command: 'kill',
  args: { n },
  ok: true,
  outcome,
  durationMs: 1,
  effects: [],
});
const done = (n: number, outcome?: string) =>
  ({ kind: 'entry', key: `k-${n}`, entry: entry(n, outcome) }) as const;
const begun = (n: number) =>
  ({ kind: 'begun', key: `k-${n}`, entry: { ...entry(n, 'unknown'), ok: false } }) as const;

/** The numbers of the stored entries, oldest first. */
async function numbers(): Promise<unknown[]> {
  const { entries } = await scene.recorder.audit({ limit: 1_000 });
  return entries.map(({ args }) => args.n).reverse();
}

describe('the audit journal', () => {
  it('is taken over once, however often it is read, and across a crash of the recorder', async () => {
    scene.writeJournal([done(1), done(2)]);
    expect(scene.takeJournal()).toMatchObject({ stored: 2, damaged: [], done: [] });
    expect(scene.takeJournal().stored).toBe(0);
    await scene.restart();
    scene.writeJournal([done(3)]);
    expect(scene.takeJournal().stored).toBe(1);
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('passes a segment over that cannot be read, says so, and takes it when it can be', async () => {
    scene.writeJournal([begun(1)], 1, RUNS[0]);
    const segment = segmentName(2, RUNS[0]);
    const path = join(scene.journal, segment);
    // Root may read every file, but no folder.
    mkdirSync(path);
    writeFileSync(join(path, 'x'), '');
    scene.writeJournal([done(3)], 3, RUNS[0]);
    scene.writeJournal([done(4)], 4, RUNS[1]);
    const first = scene.takeJournal(scene.recorder, RUNS[1]);
    expect(first).toMatchObject({
      stored: 2,
      unreadable: [{ segment, why: expect.stringContaining('EISDIR') }],
    });
    // It stays on disk, and what was begun waits for what it may say.
    expect(first.done).toEqual([segmentName(1, RUNS[0]), segmentName(3, RUNS[0])]);
    expect(await numbers()).toEqual([3, 4]);
    rmSync(path, { recursive: true });
    scene.writeJournal([done(1), done(2)], 2, RUNS[0]);
    expect(scene.takeJournal(scene.recorder, RUNS[1])).toMatchObject({ stored: 2, unreadable: [] });
    const { entries } = await scene.recorder.audit({ limit: 10 });
    expect(entries.map(({ args, outcome }) => [args.n, outcome]).sort()).toEqual([
      [1, 'done'],
      [2, 'done'],
      [3, 'done'],
      [4, 'done'],
    ]);
  });

  it('doubles nothing when the place up to which it was read is lost', async () => {
    scene.writeJournal([done(1), done(2)]);
    scene.takeJournal();
    await scene.recorder.close();
    const database = new Database(scene.file);
    database.exec('DELETE FROM journal_places');
    database.close();
    scene.recorder = scene.open();
    scene.writeJournal([done(3)]);
    expect(scene.takeJournal().stored).toBe(1);
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('is in the new file when the database was damaged and set aside', async () => {
    scene.writeJournal([done(1)]);
    scene.takeJournal();
    await scene.recorder.close();
    writeFileSync(scene.file, 'garbage'.repeat(1_000));
    scene.recorder = scene.open();
    expect(scene.takeJournal().stored).toBe(1);
  });

  it('stores what was measured later with its entry, once', async () => {
    const effects = [{ metric: 'connections', before: 42, after: 41 }];
    scene.writeJournal([done(1), { kind: 'effects', key: 'k-1', effects }]);
    scene.writeJournal([{ kind: 'effects', key: 'k-1', effects: [] }]);
    scene.writeJournal([{ kind: 'effects', key: 'gone', effects }]);
    expect(scene.takeJournal()).toMatchObject({ stored: 1, damaged: [] });
    const { entries } = await scene.recorder.audit({});
    expect(entries).toMatchObject([{ key: 'k-1', effects }]);
    // The tally of bytes follows, or pruning would go by a wrong one.
    const { bytes = 0 } = scene.recorder.stats().find(({ table }) => table === 'audit') ?? {};
    const [row] = entries;
    const texts = [row?.actor, row?.action, row?.target, row?.command, row?.outcome];
    const json = [JSON.stringify(row?.args), JSON.stringify(effects)];
    expect(bytes).toBe([...texts, ...json].join('').length);
  });

  it('stores of a slow action what it waited for, counts its bytes, and does without where it is damaged', async () => {
    const timing = { queueMs: 1_200.5, workMs: 30, ahead: [{ name: 'history', count: 3 }] };
    const bytes = () => scene.recorder.stats().find(({ table }) => table === 'audit')?.bytes ?? 0;
    scene.writeJournal([done(1)]);
    scene.takeJournal();
    const without = bytes();
    scene.writeJournal([{ kind: 'entry', key: 'k-2', entry: { ...entry(2), timing } }]);
    expect(scene.takeJournal()).toMatchObject({ stored: 1, damaged: [] });
    expect(bytes() - without).toBe(without + JSON.stringify(timing).length);
    const { entries } = await scene.recorder.audit({});
    expect(entries.map((one) => one.timing)).toEqual([timing, undefined]);
    await scene.recorder.close();
    const database = new Database(scene.file);
    database.exec(`UPDATE audit SET timing = '{"queueMs":"x"}'`);
    database.close();
    scene.recorder = scene.open();
    const damaged = await scene.recorder.audit({});
    expect(damaged.entries.map((one) => [one.args.n, one.timing])).toEqual([
      [2, undefined],
      [1, undefined],
    ]);
  });

  it('says of what was begun and never ended that its outcome is unknown, when its run is over', async () => {
    scene.writeJournal([begun(1), begun(2), done(2)], 1, RUNS[0]);
    expect(scene.takeJournal().stored).toBe(1);
    expect(await numbers()).toEqual([2]);
    scene.writeJournal([begun(3)], 2, RUNS[1]);
    expect(scene.takeJournal()).toMatchObject({ stored: 1, done: [expect.stringContaining(RUNS[0])] });
    const { entries } = await scene.recorder.audit({});
    expect(entries[0]).toMatchObject({ args: { n: 1 }, ok: false, outcome: 'unknown' });
    // Under way in this run.
    scene.writeJournal([done(3)], 2, RUNS[1]);
    scene.takeJournal();
    expect(await numbers()).toEqual([2, 1, 3]);
  });

  it('needs no line of the present run to know that an earlier one is over', async () => {
    const path = scene.writeJournal([begun(1), done(2)], 1, RUNS[0]);
    appendFileSync(path, encodeJournalLine(done(3)).slice(0, -10));
    expect(scene.takeJournal(scene.recorder, RUNS[0])).toMatchObject({ stored: 1, damaged: [], done: [] });
    expect(scene.takeJournal(scene.recorder, RUNS[1])).toMatchObject({
      stored: 1,
      damaged: [{ why: 'it is cut off' }],
      done: [expect.stringContaining(RUNS[0])],
    });
    const { entries } = await scene.recorder.audit({});
    expect(entries[0]).toMatchObject({ args: { n: 1 }, ok: false, outcome: 'unknown' });
    expect(scene.takeJournal(scene.recorder, RUNS[1])).toMatchObject({ stored: 0, damaged: [] });
  });

  it('goes on where what is kept of something begun is damaged', async () => {
    scene.writeJournal([begun(1), begun(2)], 1, RUNS[0]);
    scene.takeJournal();
    await scene.recorder.close();
    const database = new Database(scene.file);
    database.exec(`UPDATE journal_begun SET entry = '{' WHERE key = 'k-1'`);
    database.close();
    scene.recorder = scene.open();
    scene.writeJournal([done(3)], 2, RUNS[1]);
    expect(scene.takeJournal().stored).toBe(2);
    expect(await numbers()).toEqual([2, 3]);
    expect(scene.damaged.join()).toContain('k-1');
    expect(scene.takeJournal().stored).toBe(0);
  });

  it('is read from the start where a file was emptied while main writes to it', async () => {
    const path = scene.writeJournal([done(1), done(2), done(3)]);
    scene.takeJournal();
    truncateSync(path, 0);
    scene.writeJournal([done(4)]);
    expect(scene.takeJournal()).toMatchObject({ stored: 1, damaged: [] });
    expect(await numbers()).toEqual([1, 2, 3, 4]);
  });

  it('goes on behind a damaged line, which is set aside', async () => {
    const path = scene.writeJournal([done(1)]);
    const damaged = encodeJournalLine(done(2)).replace('"n":2', '"n":7');
    appendFileSync(path, damaged);
    appendFileSync(path, `\n${'\0'.repeat(40)}\n`);
    const strange = encodeJournalLine({ ...done(3), kind: 'other' } as never);
    appendFileSync(path, strange);
    scene.writeJournal([done(4)]);
    const taken = scene.takeJournal();
    expect(taken.stored).toBe(2);
    expect(taken.damaged.map(({ why }) => why)).toEqual([
      'its checksum does not fit',
      'its checksum does not fit',
      expect.stringContaining('kind'),
    ]);
    expect(await numbers()).toEqual([1, 4]);
    const aside = join(scene.folder, 'aside.jsonl');
    expect(keepDamagedLines(aside, taken.damaged)).toBe(true);
    const [first] = readFileSync(aside, 'utf8').split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({
      offset: encodeJournalLine(done(1)).length,
      line: damaged.trim(),
    });
    expect(statSync(aside).mode & 0o077).toBe(0);
    expect(scene.takeJournal().damaged).toEqual([]);
  });

  it('waits for the end of a last line that is being written, and sets it aside when its run is over', async () => {
    const path = scene.writeJournal([done(1), done(2)], 1, RUNS[0]);
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 10);
    expect(scene.takeJournal()).toMatchObject({ stored: 1, damaged: [] });
    writeFileSync(path, whole);
    expect(scene.takeJournal()).toMatchObject({ stored: 1, damaged: [] });
    appendFileSync(path, encodeJournalLine(done(3)).slice(0, -10));
    expect(scene.takeJournal()).toMatchObject({ stored: 0, damaged: [], done: [] });
    const second = scene.writeJournal([done(4)], 2, RUNS[1]);
    const taken = scene.takeJournal();
    expect(taken).toMatchObject({
      stored: 1,
      damaged: [{ why: 'it is cut off' }],
      done: [expect.any(String)],
    });
    rmSync(path);
    // A folder that was emptied begins with low numbers again.
    rmSync(second);
    scene.writeJournal([done(5)], 1, RUNS[2]);
    expect(scene.takeJournal().stored).toBe(1);
    expect(await numbers()).toEqual([1, 2, 4, 5]);
  });

  it('is never held up by what is no line at all', () => {
    const path = scene.writeJournal([done(1)]);
    appendFileSync(path, Buffer.alloc(2 * limits.journalStepBytes.default, 0x78));
    appendFileSync(path, '\n');
    scene.writeJournal([done(2)]);
    expect(scene.takeJournal().stored).toBe(2);
  });

  it('is not there before anything was done', () => {
    expect(scene.recorder.takeJournal(join(scene.folder, 'none'))).toEqual({
      stored: 0,
      damaged: [],
      unreadable: [],
      done: [],
      more: false,
    });
  });

  it('loses and doubles nothing, wherever reading is interrupted and the recorder killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ lines: fc.integer({ min: 0, max: 5 }), restart: fc.boolean(), cut: fc.nat(200) }),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        async (rounds) => {
          await scene.close();
          scene = new Scene();
          let n = 0;
          for (const [round, { lines, restart, cut }] of rounds.entries()) {
            const records = Array.from({ length: lines }, () => done(++n));
            const text = Buffer.from(records.map(encodeJournalLine).join(''));
            // A part of what was written is seen first, the rest later.
            const part = Math.min(cut, text.length);
            const path = scene.writeJournal([], 1 + Math.floor(round / 4), RUNS[0]);
            appendFileSync(path, text.subarray(0, part));
            scene.takeJournal();
            if (restart) await scene.restart();
            appendFileSync(path, text.subarray(part));
          }
          scene.takeJournal();
          expect(await numbers()).toEqual(Array.from({ length: n }, (_, i) => i + 1));
        },
      ),
      { numRuns: 12 },
    );
  });
});
