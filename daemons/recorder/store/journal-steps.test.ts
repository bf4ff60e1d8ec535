/** One step after the other over the audit journal: how far each goes, which segments are over, and what is set aside. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeJournalLine, segmentName } from '../../runtime/files/journal-format.ts';
import { limits } from '../limits.ts';
import { NOON, Scene } from '../test-fixtures/scene.ts';
import { keepDamagedLines } from './damaged-lines.ts';

const [OLD, PRESENT] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const entry = (n: number, more: object = {}) => ({
  time: (NOON + n) * 1_000,
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
  ...more,
});
const line = (n: number, more: object = {}) =>
  encodeJournalLine({ kind: 'entry', key: `k-${n}`, entry: entry(n, more) });
const write = (number: number, run: string, text: string) => {
  const path = join(scene.journal, segmentName(number, run));
  appendFileSync(path, text);
  return path;
};
const step = (run?: string) => scene.recorder.takeJournal(scene.journal, run);
const numbers = async () =>
  (await scene.recorder.audit({ limit: 5_000 })).entries.map(({ args }) => args.n).reverse();

describe('a step', () => {
  it('goes no further than half a megabyte, and says that there is more', async () => {
    expect(limits.journalStepBytes.default).toBe(512_000);
    const text = line(0, { args: { n: 0, pad: 'x'.repeat(10_000) } });
    const count = Math.ceil(512_000 / text.length) + 1;
    write(
      1,
      OLD,
      Array.from({ length: count }, (_, n) => line(n, { args: { n, pad: 'x'.repeat(10_000) } })).join(''),
    );
    write(2, PRESENT, line(count));
    const first = step(PRESENT);
    // Whole lines only: what is left of the last one is read again.
    expect([first.stored, first.more, first.done]).toEqual([Math.floor(512_000 / text.length), true, []]);
    const second = step(PRESENT);
    expect([second.stored, second.more, second.done]).toEqual([
      count + 1 - first.stored,
      false,
      [segmentName(1, OLD)],
    ]);
    expect(await numbers()).toEqual(Array.from({ length: count + 1 }, (_, n) => n));
    expect(step(PRESENT)).toEqual({
      stored: 0,
      damaged: [],
      unreadable: [],
      done: [segmentName(1, OLD)],
      more: false,
    });
  });

  it('that was used up by one segment leaves the next for another', () => {
    const pad = (bytes: number) => line(1, { args: { pad: 'x'.repeat(bytes) } });
    const rest = 512_000 - pad(0).length;
    // Exactly a step, then one more line elsewhere.
    write(1, OLD, pad(rest));
    write(2, OLD, line(2));
    const first = step(PRESENT);
    expect([first.stored, first.more, first.done]).toEqual([1, true, [segmentName(1, OLD)]]);
    expect(step(PRESENT)).toMatchObject({ stored: 1, more: false });
  });

  it('takes what is written since, from where it ended, also of a segment that is not the last', async () => {
    write(1, PRESENT, line(1));
    expect(step(PRESENT).stored).toBe(1);
    write(1, PRESENT, line(2));
    write(2, PRESENT, line(3));
    expect(step(PRESENT)).toMatchObject({ stored: 2, done: [segmentName(1, PRESENT)] });
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('passes over empty lines, other files and folders that are not there', () => {
    const path = write(1, PRESENT, `\n\n${line(1)}\n`);
    writeFileSync(join(scene.journal, 'notes.txt'), line(2));
    writeFileSync(join(scene.journal, `${segmentName(3, PRESENT)}.tmp`), line(3));
    expect(step(PRESENT)).toEqual({ stored: 1, damaged: [], unreadable: [], done: [], more: false });
    rmSync(path);
    expect(step(PRESENT)).toEqual({ stored: 0, damaged: [], unreadable: [], done: [], more: false });
    expect(() => scene.recorder.takeJournal(path)).not.toThrow();
    writeFileSync(path, '');
    expect(() => scene.recorder.takeJournal(path)).toThrow('ENOTDIR');
  });

  it('forgets the place in segments that are gone: another one of that name is read from its beginning', async () => {
    const path = write(1, PRESENT, line(1));
    step(PRESENT);
    rmSync(path);
    step(PRESENT);
    write(1, PRESENT, line(5) + line(6));
    expect(step(PRESENT).stored).toBe(2);
    expect(await numbers()).toEqual([1, 5, 6]);
  });
});

describe('a segment', () => {
  it.each([
    ['of the present run that is the last goes on', PRESENT, PRESENT, false],
    ['of an earlier run is over', OLD, PRESENT, true],
    ['is not over where nobody says which run there is', OLD, undefined, false],
  ] as const)('%s', (_, run, present, over) => {
    write(1, run, line(1) + line(2).slice(0, 20));
    const { stored, damaged, done } = step(present);
    expect([stored, done]).toEqual([1, over ? [segmentName(1, run)] : []]);
    expect(damaged.map(({ segment, offset, why, bytes }) => [segment, offset, why, String(bytes)])).toEqual(
      over ? [[segmentName(1, run), line(1).length, 'it is cut off', line(2).slice(0, 20)]] : [],
    );
    expect(step(present).damaged).toEqual([]);
  });
});

describe('a line', () => {
  it.each([
    ['of another kind', { kind: 'other', key: 'k', entry: entry(1) }, 'kind'],
    ['without a key', { kind: 'entry', key: '', entry: entry(1) }, 'key'],
    ['with a long key', { kind: 'entry', key: 'x'.repeat(65), entry: entry(1) }, 'key'],
    ['without an entry', { kind: 'entry', key: 'k' }, 'entry'],
    ['with a time before 1970', { kind: 'entry', key: 'k', entry: entry(1, { time: -1 }) }, 'entry.time'],
    [
      'from a long place',
      { kind: 'entry', key: 'k', entry: entry(1, { from: 'x'.repeat(33) }) },
      'entry.from',
    ],
    [
      'with arguments that are a list',
      { kind: 'entry', key: 'k', entry: entry(1, { args: [1] }) },
      'entry.args',
    ],
    ['with effects of nothing', { kind: 'effects', key: 'k', effects: [{ metric: 'm' }] }, 'effects.0'],
  ])('%s is set aside with the reason', (_, record, place) => {
    write(1, PRESENT, line(0) + encodeJournalLine(record as never) + line(2));
    const { stored, damaged } = step(PRESENT);
    expect(stored).toBe(2);
    expect(damaged).toHaveLength(1);
    const [where, why = ''] = damaged[0]!.why.split(': ');
    expect([where?.startsWith(place), why.length > 5, why === 'not a record']).toEqual([true, true, false]);
    expect(damaged[0]).toMatchObject({ segment: segmentName(1, PRESENT), offset: line(0).length });
  });

  it('has a key of 64 characters, and any command', async () => {
    const key = 'x'.repeat(64);
    write(
      1,
      PRESENT,
      encodeJournalLine({ kind: 'entry', key, entry: entry(1, { from: 'y'.repeat(32) }) as never }),
    );
    expect(step(PRESENT)).toMatchObject({ stored: 1, damaged: [] });
    expect((await scene.recorder.audit({})).entries).toMatchObject([{ key, from: 'y'.repeat(32) }]);
  });

  it('that fills a step and has no end is none; what follows it is read', async () => {
    write(1, PRESENT, 'y'.repeat(512_000));
    const first = step(PRESENT);
    expect(first.damaged.map(({ bytes, why }) => [bytes.length, why])).toEqual([[512_000, 'it is cut off']]);
    write(1, PRESENT, `rest\n${line(1)}`);
    const second = step(PRESENT);
    expect([second.stored, second.damaged.map(({ offset }) => offset)]).toEqual([1, [512_000]]);
    // One byte less may still be a line.
    write(2, PRESENT, 'y'.repeat(511_999));
    expect(step(PRESENT).damaged).toEqual([]);
  });

  it('that began something which never ended is the trail’s when its run is over, once', async () => {
    const begun = encodeJournalLine({
      kind: 'begun',
      key: 'b',
      entry: entry(7, { ok: false, outcome: 'unknown' }) as never,
    });
    write(1, OLD, begun);
    expect(step(OLD)).toMatchObject({ stored: 0, damaged: [] });
    expect(await numbers()).toEqual([]);
    expect(step(PRESENT).stored).toBe(1);
    expect(step(PRESENT).stored).toBe(0);
    expect((await scene.recorder.audit({})).entries).toMatchObject([
      { key: 'b', outcome: 'unknown', ok: false },
    ]);
    // What is said of it later changes nothing.
    write(2, PRESENT, encodeJournalLine({ kind: 'entry', key: 'b', entry: entry(7) as never }));
    expect(step(PRESENT).stored).toBe(0);
    expect(await numbers()).toEqual([7]);
  });
});

describe('lines that were set aside', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-aside-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const damaged = (bytes: number) => ({ segment: 's', offset: 3, bytes: Buffer.alloc(bytes, 'z'), why: 'w' });

  it('are kept one a line behind those of before, up to a million bytes', () => {
    const file = join(folder, 'aside.jsonl');
    expect(keepDamagedLines(file, [damaged(2), damaged(3)])).toBe(true);
    expect(keepDamagedLines(file, [damaged(1)])).toBe(true);
    const kept = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(kept).toEqual(
      ['zz', 'zzz', 'z'].map((text) => ({ segment: 's', offset: 3, why: 'w', line: text })),
    );
    const size = readFileSync(file).length;
    const frame = JSON.stringify({ segment: 's', offset: 3, why: 'w', line: '' }).length + 1;
    const room = 1_000_000 - size - frame;
    expect(keepDamagedLines(file, [damaged(room + 1)])).toBe(false);
    expect(readFileSync(file).length).toBe(size);
    expect(keepDamagedLines(file, [damaged(room)])).toBe(true);
    expect(readFileSync(file).length).toBe(1_000_000);
    expect(keepDamagedLines(file, [damaged(0)])).toBe(false);
  });

  it('are not kept where there is no room for them, which is said', () => {
    mkdirSync(join(folder, 'folder'));
    expect(keepDamagedLines(join(folder, 'folder'), [damaged(1)])).toBe(false);
    expect(keepDamagedLines(join(folder, 'absent', 'x'), [damaged(1)])).toBe(false);
  });
});
