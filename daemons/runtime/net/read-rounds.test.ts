import { expect, it } from 'vitest';
import { WorkGroup } from '../async/work-account.ts';
import { limits } from '../limits.ts';
import { ReadRounds, type RoundReader } from './read-rounds.ts';

class Reader implements RoundReader {
  reading = true;

  rest(): void {
    this.reading = false;
  }

  readOn(): void {
    this.reading = true;
  }
}

/** Rounds whose turns a test lets pass, and whose late reads take too long, each of them, unless told otherwise. */
function roundsOf(perTurn: number, readMs: number = limits.readLateMs.default, usedShare = () => 0) {
  const due: (() => void)[] = [];
  let now = 0;
  const clock = () => {
    now += readMs;
    return now;
  };
  const schedule = (callback: () => void) => due.push(callback);
  const rounds = new ReadRounds({ perTurn, usedShare, schedule, now: clock });
  const turn = () => {
    for (const callback of due.splice(0)) callback();
  };
  return { rounds, due, turn };
}

const readingOf = (readers: readonly Reader[]) => readers.filter(({ reading }) => reading).length;

it('stops all of a network at once, lets a few of each go on in a turn, and nobody else wait', () => {
  const { rounds, due, turn } = roundsOf(4);
  const crowd = (size: number) => {
    const group = new WorkGroup();
    const readers = Array.from({ length: size }, () => new Reader());
    for (const reader of readers) rounds.enter(group, reader);
    return { group, readers };
  };
  const [many, some, few, calm] = [crowd(20), crowd(12), crowd(8), crowd(12)];
  for (const { group } of [many, some, few]) rounds.late(group, 1);
  expect([many, some, few, calm].map(({ readers }) => readingOf(readers))).toEqual([0, 0, 8, 12]);
  turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([2, 2]);
  // A crowd of which few are read at the moment is a crowd.
  rounds.late(some.group, 1);
  expect(readingOf(some.readers)).toBe(0);
  turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([4, 2]);
  // Who goes on may have to rest again, behind those that have not been read yet.
  rounds.late(many.group, 1);
  turn();
  expect(many.readers.map(({ reading }) => reading).indexOf(true)).toBe(4);
  // Who is gone is not asked to read.
  const gone = many.readers[19]!;
  rounds.leave(many.group, gone);
  while (due.length > 0) turn();
  expect(gone.reading).toBe(false);
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([19, 12]);
});

it('counts crowds of many addresses together, and lets those of a client or two be read in any case', () => {
  const { rounds, due, turn } = roundsOf(8);
  const networks = (count: number, size: number) =>
    Array.from({ length: count }, () => {
      const group = new WorkGroup();
      const readers = Array.from({ length: size }, () => new Reader());
      for (const reader of readers) rounds.enter(group, reader);
      return { group, readers };
    });
  const [offices, homes] = [networks(20, 5), networks(20, 2)];
  const readingNow = (all: readonly { readonly readers: readonly Reader[] }[]) =>
    all.map(({ readers }) => readingOf(readers)).reduce((sum, count) => sum + count, 0);
  for (const { group } of offices.slice(0, 8)) rounds.late(group, 1);
  expect(readingNow(offices)).toBe(100);
  for (const { group } of [...homes, ...offices]) rounds.late(group, 1);
  expect([readingNow(offices), readingNow(homes)]).toEqual([0, 40]);
  // Of twenty networks eight have their share in a turn, and the others theirs before those again.
  turn();
  expect(offices.map(({ readers }) => readingOf(readers))).toEqual(
    Array.from({ length: 20 }, (_, index) => (index < 8 ? 1 : 0)),
  );
  turn();
  expect(offices.map(({ readers }) => readingOf(readers))).toEqual(
    Array.from({ length: 20 }, (_, index) => (index < 4 ? 2 : 1)),
  );
  while (due.length > 0) turn();
  expect(readingNow(offices)).toBe(100);
  // What was late in one turn is not counted in the next.
  for (const { group } of offices.slice(0, 8)) rounds.late(group, 1);
  turn();
  for (const { group } of offices.slice(0, 8)) rounds.late(group, 1);
  expect(readingNow(offices)).toBe(100);
});

it('reads on for a while when a turn is used up, because most crowds send little', () => {
  const { rounds, turn } = roundsOf(4, limits.readLateMs.default / 10);
  const group = new WorkGroup();
  const readers = Array.from({ length: 100 }, () => new Reader());
  for (const reader of readers) rounds.enter(group, reader);
  for (let read = 0; read < 9; read++) rounds.late(group, 1);
  expect(readingOf(readers)).toBe(100);
  turn();
  for (let read = 0; read < 9; read++) rounds.late(group, 1);
  expect(readingOf(readers)).toBe(100);
  rounds.late(group, 1);
  expect(readingOf(readers)).toBe(0);
});

it('lets more go on while turns have room for them, and fewer once one had not', () => {
  const { rounds, turn } = roundsOf(4);
  const group = new WorkGroup();
  const readers = Array.from({ length: 1_000 }, () => new Reader());
  for (const reader of readers) rounds.enter(group, reader);
  const next = () => {
    const before = readingOf(readers);
    turn();
    return readingOf(readers) - before;
  };
  rounds.late(group, 1);
  expect([next(), next(), next(), next(), next()]).toEqual([4, 8, 16, 32, 64]);
  rounds.late(group, 1);
  expect([next(), next()]).toEqual([32, 64]);
  rounds.late(group, 1);
  turn();
  rounds.late(group, 1);
  turn();
  rounds.late(group, 1);
  turn();
  rounds.late(group, 1);
  // Never fewer than a round began with, or a crowd would hardly be read at all.
  for (let turns = 0; turns < 5; turns++) {
    expect(next()).toBeGreaterThanOrEqual(4);
    rounds.late(group, 1);
  }
});

it('lets no more go on in a turn where a round uses half of one', () => {
  let used = 0;
  const { rounds, turn } = roundsOf(4, limits.readLateMs.default, () => used);
  const group = new WorkGroup();
  const readers = Array.from({ length: 1_000 }, () => new Reader());
  for (const reader of readers) rounds.enter(group, reader);
  rounds.late(group, 1);
  const next = () => {
    const before = readingOf(readers);
    turn();
    return readingOf(readers) - before;
  };
  expect([next(), next()]).toEqual([4, 8]);
  used = 0.6;
  expect([next(), next()]).toEqual([8, 8]);
  used = 0.5;
  expect(next()).toBe(16);
});

it('reads nobody of any crowd on at once when much was read although the turn is used up', () => {
  const { rounds, turn } = roundsOf(64, 0);
  const crowds = Array.from({ length: 3 }, () => ({
    group: new WorkGroup(),
    readers: Array.from({ length: 10 }, () => new Reader()),
  }));
  const couple = { group: new WorkGroup(), readers: [new Reader(), new Reader()] };
  for (const { group, readers } of [...crowds, couple])
    for (const reader of readers) rounds.enter(group, reader);
  const { group } = crowds[0]!;
  const readingNow = () => [...crowds, couple].map(({ readers }) => readingOf(readers));
  const half = limits.readLateBytes.default / 2;
  rounds.late(group, half);
  // What was late in one turn is not counted in the next.
  turn();
  rounds.late(group, half);
  expect(readingNow()).toEqual([10, 10, 10, 2]);
  rounds.late(group, half);
  expect(readingNow()).toEqual([0, 0, 0, 2]);
  turn();
  expect(readingNow()).toEqual([10, 10, 10, 2]);
  // Whoever leaves makes so much work that it is over at the first.
  rounds.late(group, Number.POSITIVE_INFINITY);
  expect(readingNow()).toEqual([0, 0, 0, 2]);
});

it('counts those that have left to no crowd', () => {
  const { rounds } = roundsOf(64, 0);
  const group = new WorkGroup();
  const readers = Array.from({ length: 3 }, () => new Reader());
  for (const reader of readers) rounds.enter(group, reader);
  rounds.leave(group, readers[0]!);
  rounds.late(group, Number.POSITIVE_INFINITY);
  expect(readingOf(readers)).toBe(3);
});

it('counts who waits for a round, until they are read again or have left', () => {
  const { rounds, turn } = roundsOf(4);
  const group = new WorkGroup();
  const readers = Array.from({ length: 20 }, () => new Reader());
  for (const reader of readers) rounds.enter(group, reader);
  rounds.late(group, 1);
  expect(rounds.tally).toEqual({ depth: 20, highWater: 20, submitted: 20 });
  turn();
  rounds.leave(group, readers.at(-1)!);
  rounds.leave(group, readers.at(-1)!);
  rounds.leave(group, readers[0]!);
  expect([rounds.tally.depth, readingOf(readers.slice(1, -1))]).toEqual([15, 3]);
  rounds.late(group, 1);
  expect(rounds.tally).toEqual({ depth: 18, highWater: 20, submitted: 23 });
});
