/** When what waits for the disk is written, how often that is tried where it fails, and what is counted meanwhile. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { HistoryBuffer, HistoryTotals } from './history-buffer.ts';
import { HistoryDisk } from './history-disk.ts';
import { ArrayKeeper, diskOptions } from './keeper-fixture.ts';

const FLUSH_MS = limits.historyFlushMs.default;
const RETRY_MS = limits.journalRetryBaseMs.default;

let keeper: ArrayKeeper;
let disk: HistoryDisk;
let buffer: HistoryBuffer;
let problems: (string | null)[];
let told: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  keeper = new ArrayKeeper();
});
afterEach(() => vi.useRealTimers());

function begin(): void {
  buffer = new HistoryBuffer(new HistoryTotals(1_000_000, 100), 10_000, 'c#c', '#c');
  problems = [];
  told = [];
  disk = new HistoryDisk({
    ...diskOptions(keeper),
    onReaders: (rows) => told.push(...rows.map(({ scope, account }) => `${scope} ${account}`)),
    onProblem: (problem) => problems.push(problem),
  });
}
const opened = async () => {
  begin();
  await settled();
};
/** All that needs no time is done. */
const settled = () => vi.advanceTimersByTimeAsync(0);
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const writes = () => keeper.asked.filter((name) => name === 'write').length;
let said = 0;
function keep(count = 1): void {
  for (let n = 0; n < count; n++)
    disk.keep(
      buffer.keep({
        body: ':n!u@h PRIVMSG #c :hi',
        lines: null,
        kind: 'message',
        msgid: `m${++said}`,
        time: new Date(said).toISOString(),
        account: null,
        clientTags: '',
        bot: false,
        peer: null,
      }),
    );
}
/** Answers of the keeper wait until what is returned is called. */
function hold(): () => void {
  let release = () => {};
  keeper.held = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

it('writes what is said within a moment in one batch, and at once what is enough for one', async () => {
  await opened();
  expect(disk.counts).toEqual({ depth: 0, submitted: 0, completed: 0, batches: 0 });
  keep(3);
  await later(FLUSH_MS - 1);
  expect([writes(), disk.counts.depth]).toEqual([0, 3]);
  await later(1);
  expect(disk.counts).toEqual({ depth: 0, submitted: 3, completed: 3, batches: 1 });
  keep(499);
  await settled();
  expect(writes()).toBe(1);
  keep(1);
  await settled();
  expect([writes(), disk.counts.completed]).toEqual([2, 503]);
});

it('has one batch under way at a time, and lets what came meanwhile wait for more, unless somebody waits for it', async () => {
  await opened();
  const release = hold();
  keep();
  await later(FLUSH_MS);
  expect(disk.counts).toEqual({ depth: 1, submitted: 1, completed: 0, batches: 1 });
  keep(600);
  await later(10 * FLUSH_MS);
  expect(writes()).toBe(1);
  release();
  // Of the 600 there is enough for one batch, and the rest waits for more.
  await settled();
  expect([writes(), disk.counts.depth]).toEqual([2, 100]);
  await later(FLUSH_MS);
  expect([writes(), disk.counts.depth]).toEqual([3, 0]);

  const again = hold();
  keep();
  await later(FLUSH_MS);
  keep();
  const written = disk.written();
  await settled();
  expect(writes()).toBe(4);
  again();
  await written;
  expect([writes(), disk.counts.depth]).toEqual([5, 0]);
});

it('has what was deleted taken out of the files where somebody waits for that, and only there', async () => {
  await opened();
  disk.change({ do: 'forget', scope: 'c#c', id: 'x' });
  await disk.written();
  expect(keeper.isClean).toBe(false);
  await disk.written(true);
  expect(keeper.isClean).toBe(true);
  const before = writes();
  await Promise.all([disk.written(true), disk.written()]);
  expect(writes()).toBe(before);
});

it('tries again ever more rarely where it cannot write, says why once, and begins anew once it could', async () => {
  await opened();
  keeper.refuses = 'write';
  keep();
  const refused = disk.written();
  refused.catch(() => {});
  await expect(refused).rejects.toThrow('the disk is full');
  expect(problems).toEqual(['the disk is full']);
  await expect(disk.written()).rejects.toThrow('the disk is full');
  expect(disk.problem).toBe('the disk is full');
  // What comes meanwhile does not make it try more often.
  keep(600);
  let waitMs = RETRY_MS;
  for (let tries = 2; tries < 12; tries++) {
    await later(waitMs - 1);
    expect(writes()).toBe(tries - 1);
    await later(1);
    expect(writes()).toBe(tries);
    waitMs = Math.min(waitMs * 2, limits.journalRetryMaxMs.default);
  }
  expect([problems, disk.counts.depth]).toEqual([['the disk is full'], 601]);
  keeper.refuses = null;
  await later(waitMs + FLUSH_MS);
  expect([problems, disk.counts.depth, disk.problem]).toEqual([['the disk is full', null], 0, null]);
  keeper.refuses = 'write';
  const tried = writes();
  keep();
  await later(FLUSH_MS);
  await later(RETRY_MS);
  expect(writes()).toBe(tried + 2);
});

it('opens again where the keeper is there and cannot, ever more rarely, and writes then what waits', async () => {
  keeper.refuses = 'all';
  await opened();
  expect(problems).toEqual(['it is away']);
  keep();
  await later(RETRY_MS - 1);
  expect(keeper.asked).toEqual(['open']);
  await later(1);
  expect(keeper.asked).toEqual(['open', 'open']);
  await later(2 * RETRY_MS - 1);
  expect(keeper.asked).toHaveLength(2);
  keeper.refuses = null;
  await later(1);
  expect(keeper.asked.slice(0, 4)).toEqual(['open', 'open', 'open', 'write']);
  expect([problems, disk.counts.depth, disk.problem]).toEqual([['it is away', null], 0, null]);
});

it('says nothing where the keeper goes, who waits hears of it, and what was under way is asked for again', async () => {
  await opened();
  const release = hold();
  keep();
  const written = disk.written();
  written.catch(() => {});
  await settled();
  keeper.setPresent(false);
  await expect(written).rejects.toThrow('the keeper of the messages is away');
  release();
  await later(10 * RETRY_MS);
  expect([writes(), problems, disk.problem]).toEqual([1, [], 'the keeper of the messages is away']);
  expect(disk.wait()).toBeNull();
  await expect(disk.written()).rejects.toThrow('the keeper of the messages is away');
  keeper.setPresent(true);
  await settled();
  expect([writes(), disk.counts]).toEqual([2, { depth: 0, submitted: 1, completed: 1, batches: 1 }]);
  expect(keeper.model.scopes.get('c#c')?.messages).toHaveLength(1);
});

it.each([
  ['a channel that ends', { do: 'drop', scope: 'c#b' }, ['c#a ann', 'c#a bob', 'c#c ann']],
  [
    'an account that may not any more',
    { do: 'no reader', scope: 'c#a', account: 'ann' },
    ['c#a bob', 'c#b ann', 'c#c ann'],
  ],
  ['an account that ends', { do: 'end account', account: 'ann' }, ['c#a bob']],
  ['a channel that is renamed', { do: 'rename', scope: 'c#a', to: 'c#d' }, ['c#b ann', 'c#c ann']],
  ['one that gets its name', { do: 'rename', scope: 'c#z', to: 'c#c' }, ['c#a ann', 'c#a bob', 'c#b ann']],
  ['all of them', { do: 'clear', kind: 'channels' }, []],
  ['all accounts', { do: 'clear', kind: 'accounts' }, ['c#a ann', 'c#a bob', 'c#b ann', 'c#c ann']],
] as const)('does not tell who could read of %s while it was read', async (_what, change, expected) => {
  for (const [scope, account] of [
    ['c#a', 'ann'],
    ['c#a', 'bob'],
    ['c#b', 'ann'],
    ['c#c', 'ann'],
  ] as const)
    keeper.model.change({ do: 'reader', scope, account, since: 1 });
  begin();
  while (!keeper.asked.includes('readers')) await Promise.resolve();
  disk.change(change);
  await settled();
  expect(await disk.whenKnown(1)).toBe(true);
  expect(told).toEqual(expected);
});
