import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HistoryBuffer, HistoryTotals, type Kept, type Remembered } from './history-buffer.ts';
import { type Mark, type Selection, select } from './selection.ts';

const said = (msgid: string, timeMs = 0, body = 'x'): Remembered => ({
  body,
  lines: null,
  kind: 'message',
  msgid,
  time: new Date(timeMs).toISOString(),
  account: null,
  clientTags: '',
  bot: false,
  peer: null,
});

it('holds the latest of each place, and the latest of all within its bytes', () => {
  const step = fc.record({
    place: fc.nat(3),
    deed: fc.constantFrom('keep', 'keep', 'keep', 'forget', 'clear'),
    size: fc.nat(300),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 500, max: 9_000 }), (steps, bytes) => {
      const totals = new HistoryTotals(bytes);
      const buffers = [0, 1, 2, 3].map(() => new HistoryBuffer(totals, 5));
      let model: { place: number; id: string; bytes: number }[] = [];
      for (const [n, { place, deed, size }] of steps.entries()) {
        const buffer = buffers[place]!;
        const own = model.filter((one) => one.place === place);
        if (deed === 'clear') {
          buffer.clear();
          model = model.filter((one) => one.place !== place);
        } else if (deed === 'forget') {
          const id = own[size % Math.max(1, own.length)]?.id ?? 'none';
          expect(buffer.forget(id)).toBe(id !== 'none');
          model = model.filter((one) => one.id !== id);
        } else {
          buffer.keep(said(String(n), 0, 'x'.repeat(size)));
          const { sizeBytes } = buffer.entries.at(-1) ?? { sizeBytes: Number.POSITIVE_INFINITY };
          if (own.length === 5) model = model.filter((one) => one !== own[0]);
          model.push({ place, id: String(n), bytes: sizeBytes });
          while (model.reduce((sum, one) => sum + one.bytes, 0) > bytes) model.shift();
        }
        for (const [at, one] of buffers.entries())
          expect(one.entries.map((entry) => entry.said.msgid)).toEqual(
            model.filter((other) => other.place === at).map(({ id }) => id),
          );
        expect(totals.messages).toBe(model.length);
        expect(totals.bytes).toBe(model.reduce((sum, one) => sum + one.bytes, 0));
      }
    }),
  );
});

it('takes the time at which it came for one that is no time', () => {
  const totals = new HistoryTotals();
  const buffer = new HistoryBuffer(totals);
  const before = Date.now();
  buffer.keep({ ...said('a'), time: '2026-99-99T00:00:00.000Z' });
  expect(buffer.entries[0]!.timeMs).toBeGreaterThanOrEqual(before);
});

it('lets those go that came too long ago, whatever time they name', () => {
  const totals = new HistoryTotals();
  const buffer = new HistoryBuffer(totals);
  buffer.keep(said('future', Date.now() + 1e12));
  totals.expire(Date.now() - 1_000);
  expect(buffer.size).toBe(1);
  totals.expire(Date.now() + 1_000);
  expect(buffer.size).toBe(0);
});

const LAVISH = { messages: 100, bytes: 1e9 };
/** Entries of one place, with these times. */
function entriesAt(times: readonly number[]): readonly Kept[] {
  const buffer = new HistoryBuffer(new HistoryTotals());
  for (const [n, timeMs] of times.entries()) buffer.keep(said(String(n), timeMs));
  return buffer.entries;
}

it('selects within its room what lies on the side that is asked for, next to the mark, in order', () => {
  const world = fc.record({
    times: fc.array(fc.nat(20), { maxLength: 12 }),
    at: fc.nat(20),
    until: fc.nat(20),
    byOrder: fc.boolean(),
    messages: fc.integer({ min: 1, max: 14 }),
  });
  fc.assert(
    fc.property(world, ({ times, at, until, byOrder, messages }) => {
      const entries = entriesAt(times);
      const markAt = (n: number): Mark =>
        byOrder && entries.length > 0 ? entries[n % entries.length]! : { order: null, timeMs: n };
      const [mark, other] = [markAt(at), markAt(until)];
      const place = (one: Mark) => (one.order === null ? one.timeMs : one.order);
      const placeOf = (entry: Kept) => (mark.order === null ? entry.timeMs : entry.order);
      const ids = (found: readonly Kept[]) => found.map((entry) => entry.order);
      const ask = (selection: Selection) => ids(select(entries, selection, { ...LAVISH, messages }));
      const ahead = ids(entries.filter((entry) => placeOf(entry) < place(mark)));
      const behind = ids(entries.filter((entry) => placeOf(entry) > place(mark)));
      expect(ask({ kind: 'BEFORE', mark })).toEqual(ahead.slice(-messages));
      expect(ask({ kind: 'AFTER', mark })).toEqual(behind.slice(0, messages));
      expect(ask({ kind: 'LATEST', mark })).toEqual(behind.slice(-messages));
      expect(ask({ kind: 'LATEST', mark: null })).toEqual(ids(entries).slice(-messages));
      const [low, high] = [place(mark), place(other)].sort((a, b) => a - b) as [number, number];
      const inside = ids(entries.filter((entry) => placeOf(entry) > low && placeOf(entry) < high));
      expect(ask({ kind: 'BETWEEN', mark, until: other })).toEqual(
        place(mark) <= place(other) ? inside.slice(0, messages) : inside.slice(-messages),
      );
      const around = ask({ kind: 'AROUND', mark });
      expect(around).toHaveLength(Math.min(messages, entries.length));
      const all = ids(entries).filter((order) => ahead.includes(order));
      expect(around.filter((order) => all.includes(order))).toEqual(
        all.slice(all.length - around.filter((order) => all.includes(order)).length),
      );
      if (byOrder && entries.length > 0) expect(around).toContain(mark.order);
    }),
  );
});

it('leaves out those for which there is no room, the furthest from what was asked for first', () => {
  const entries = entriesAt([1, 2, 3, 4, 5]);
  const bytes = entries[0]!.sizeBytes * 2 + 1;
  const ids = (selection: Selection) =>
    select(entries, selection, { messages: 9, bytes }).map(({ timeMs }) => timeMs);
  const mark = { order: null, timeMs: 3 };
  expect(ids({ kind: 'LATEST', mark: null })).toEqual([4, 5]);
  expect(ids({ kind: 'AFTER', mark: { order: null, timeMs: 1 } })).toEqual([2, 3]);
  expect(ids({ kind: 'BEFORE', mark: { order: null, timeMs: 5 } })).toEqual([3, 4]);
  expect(ids({ kind: 'AROUND', mark })).toEqual([2, 3]);
  expect(
    ids({ kind: 'BETWEEN', mark: { order: null, timeMs: 5 }, until: { order: null, timeMs: 0 } }),
  ).toEqual([3, 4]);
});

it('counts what an entry takes: its texts, two bytes a character, and each line of several', () => {
  const totals = new HistoryTotals();
  const buffer = new HistoryBuffer(totals);
  const line = (body: string) => ({ body, joined: false, blank: false });
  const sizes = [
    said('a', 0, ''),
    said('b', 0, 'x'.repeat(10)),
    { ...said('c', 0, 'x'.repeat(10)), clientTags: '+a=b;+c' },
    { ...said('d', 0, ''), lines: [line('12345'), line('67')] },
  ].map((one) => buffer.keep(one).sizeBytes);
  expect(sizes).toEqual([400, 420, 434, 400 + 2 * (55 + 52)]);
  expect(totals.bytes).toBe(sizes.reduce((sum, size) => sum + size));
});
