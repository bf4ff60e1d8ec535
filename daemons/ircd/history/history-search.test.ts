/** What is read from memory and disk together is what one list of everything would give, whatever is in memory still. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ircdConfigSchema } from '../config.ts';
import { HistoryBuffer, HistoryTotals, type Kept, type Remembered } from './history-buffer.ts';
import { HistoryDisk } from './history-disk.ts';
import { type Asked, type Question, type Readable, search } from './history-search.ts';
import { ArrayKeeper, diskOptions } from './keeper-fixture.ts';
import { MessageHistory } from './message-history.ts';
import { type Mark, type Selection, select } from './selection.ts';

const SETTINGS = ircdConfigSchema.parse({ server_name: 'irc.test', history: { keep_minutes: 60 } }).history;

const said = (msgid: string, timeMs: number, kind: Remembered['kind'], peer: string): Remembered => ({
  body: `:n!u@h PRIVMSG #c :${msgid}`,
  lines: null,
  kind,
  msgid,
  time: new Date(timeMs).toISOString(),
  account: null,
  clientTags: '',
  bot: false,
  peer: { nick: peer, nickKey: peer, account: null },
});

const step = fc.record({
  deed: fc.constantFrom('keep', 'keep', 'keep', 'keep', 'forget', 'write'),
  timeMs: fc.nat(40),
  kind: fc.constantFrom('message' as const, 'message' as const, 'event' as const),
  peer: fc.constantFrom('ann', 'bob'),
  which: fc.nat(40),
});
const mark = fc.oneof(fc.record({ timeMs: fc.nat(40) }), fc.record({ which: fc.nat(40) }));
const question = fc.record({
  kind: fc.constantFrom('LATEST', 'LATEST *', 'BEFORE', 'AFTER', 'AROUND', 'BETWEEN'),
  marks: fc.tuple(mark, mark),
  events: fc.boolean(),
  peer: fc.constantFrom(null, 'ann', 'bob'),
  after: fc.nat(40),
  messages: fc.integer({ min: 1, max: 12 }),
});

it('is the same as of one list of everything', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 500, max: 12_000 }),
      fc.array(question, { minLength: 1, maxLength: 10 }),
      async (steps, bytes, questions) => {
        const totals = new HistoryTotals(bytes, 100);
        const history = new MessageHistory(SETTINGS, totals);
        const keeper = new ArrayKeeper();
        const disk = new HistoryDisk(diskOptions(keeper));
        history.disk = disk;
        await disk.whenKnown(1_000);
        const buffer = new HistoryBuffer(totals, 8, 'aann');
        let all: Kept[] = [];
        for (const [n, { deed, timeMs, kind, peer, which }] of steps.entries()) {
          if (deed === 'keep') {
            const entry = buffer.keep(said(`m${n}`, timeMs, kind, peer));
            disk.keep(entry);
            all.push(entry);
          } else if (deed === 'write') await disk.written();
          else {
            const id = all[which % Math.max(1, all.length)]?.said.msgid ?? 'none';
            buffer.forget(id);
            disk.change({ do: 'forget', scope: 'aann', id });
            all = all.filter((entry) => entry.said.msgid !== id);
          }
        }
        for (const asked of questions) {
          const after = 100 + (asked.after % 3 === 0 ? 0 : asked.after);
          const readable: Readable = {
            buffer,
            scope: 'aann',
            name: '',
            after,
            sinceMs: 0,
            by: '',
            peer: asked.peer === null ? null : { nick: asked.peer, account: null },
          };
          const seen = all.filter(
            ({ order, said: { peer } }) =>
              order > after && (asked.peer === null || peer?.nickKey === asked.peer),
          );
          const marks = asked.marks.map((one): Asked => {
            if ('timeMs' in one) return { order: null, timeMs: one.timeMs };
            return { id: all[one.which]?.said.msgid ?? 'none' };
          });
          const [kind] = asked.kind.split(' ') as [Selection['kind']];
          const given = asked.kind === 'LATEST *' ? [] : marks.slice(0, kind === 'BETWEEN' ? 2 : 1);
          const places = given.map((one) =>
            'id' in one ? (seen.find(({ said }) => said.msgid === one.id) ?? null) : one,
          );
          const room = { messages: asked.messages, bytes: 1_000_000 };
          const found = await search(
            history,
            readable,
            { kind, marks: given } as Question,
            asked.events,
            room,
          );
          if (places.includes(null)) {
            expect(found.kind).toBe('unknown');
            continue;
          }
          const [first = null, second] = places as Mark[];
          const selection = { kind, mark: first, until: second } as Selection;
          const shown = seen.filter((entry) => asked.events || entry.said.kind === 'message');
          const expected = select(shown, selection, room).map(({ order, said }) => [order, said.body]);
          expect(
            found.kind === 'found' ? found.entries.map(({ order, said }) => [order, said.body]) : found,
          ).toEqual(expected);
        }
        await disk.close(AbortSignal.timeout(1_000));
      },
    ),
  );
});

it('asks the disk only for what memory cannot have all of', async () => {
  const totals = new HistoryTotals(1_000_000, 100);
  const history = new MessageHistory(SETTINGS, totals);
  const keeper = new ArrayKeeper();
  const disk = new HistoryDisk(diskOptions(keeper));
  history.disk = disk;
  await disk.whenKnown(1_000);
  // Of six messages the last four are in memory.
  const buffer = new HistoryBuffer(totals, 4, 'aann');
  for (let n = 1; n <= 6; n++) disk.keep(buffer.keep(said(`m${n}`, 10 * n, 'message', 'bob')));
  await disk.written();
  const readable: Readable = { buffer, scope: 'aann', name: '', after: 0, sinceMs: 0, by: '', peer: null };
  const reads = () => keeper.asked.filter((name) => name === 'read').length;
  const ask = async (kind: Selection['kind'], marks: Asked[], messages = 2) => {
    const before = reads();
    const found = await search(history, readable, { kind, marks }, true, { messages, bytes: 1_000_000 });
    const ids =
      found.kind === 'found' ? found.entries.map(({ said: { msgid } }) => msgid).join(' ') : found.kind;
    return `${ids}${reads() > before ? ', of the disk' : ''}`;
  };
  const [m2, m3, m4, m6] = [2, 3, 4, 6].map((n) => ({ id: `m${n}` })) as [Asked, Asked, Asked, Asked];
  const at = (timeMs: number): Asked => ({ order: null, timeMs });
  expect(await ask('LATEST', [])).toBe('m5 m6');
  expect(await ask('LATEST', [], 5)).toBe('m2 m3 m4 m5 m6, of the disk');
  expect(await ask('LATEST', [m4], 5)).toBe('m5 m6');
  expect(await ask('LATEST', [m2], 9)).toBe('m3 m4 m5 m6, of the disk');
  expect(await ask('LATEST', [at(45)], 5)).toBe('m5 m6, of the disk');
  expect(await ask('BEFORE', [m6])).toBe('m4 m5');
  expect(await ask('BEFORE', [m4])).toBe('m2 m3, of the disk');
  expect(await ask('BEFORE', [at(55)])).toBe('m4 m5');
  expect(await ask('AFTER', [m3])).toBe('m4 m5');
  expect(await ask('AFTER', [m2])).toBe('m3 m4, of the disk');
  // Somebody with another clock may have said something later earlier.
  expect(await ask('AFTER', [at(35)])).toBe('m4 m5, of the disk');
  expect(await ask('BETWEEN', [m3, m6], 9)).toBe('m4 m5');
  expect(await ask('BETWEEN', [m6, m3], 9)).toBe('m4 m5');
  expect(await ask('BETWEEN', [m2, m6], 9)).toBe('m3 m4 m5, of the disk');
  expect(await ask('BETWEEN', [m6, m2], 9)).toBe('m3 m4 m5, of the disk');
  expect(await ask('BETWEEN', [m4, at(65)], 9)).toBe('m5 m6, of the disk');
  expect(await ask('AROUND', [m6], 3)).toBe('m4 m5 m6, of the disk');
  expect(await ask('AFTER', [{ id: 'none' }])).toBe('unknown, of the disk');
  // Whoever may not read what is on disk is not told of it.
  const { order } = buffer.entries[0]!;
  const found = await search(history, { ...readable, after: order }, { kind: 'LATEST', marks: [] }, true, {
    messages: 9,
    bytes: 1_000_000,
  });
  expect(found.kind === 'found' && found.entries.map(({ said: { msgid } }) => msgid)).toEqual([
    'm4',
    'm5',
    'm6',
  ]);
  // The latest of all may be on disk alone.
  buffer.clear();
  expect(await ask('LATEST', [], 1)).toBe('m6, of the disk');
  await disk.close(AbortSignal.timeout(1_000));
});
