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
function roundsOf(perTurn: number, readMs: number = limits.readLateMs.default) {
  const due: (() => void)[] = [];
  let now = 0;
  const clock = () => {
    now += readMs;
    return now;
  };
  const rounds = new ReadRounds({ perTurn, schedule: (callback) => due.push(callback), now: clock });
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
  for (const { group } of [many, some, few]) rounds.late(group);
  expect([many, some, few, calm].map(({ readers }) => readingOf(readers))).toEqual([0, 0, 8, 12]);
  turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([2, 2]);
  // A crowd of which few are read at the moment is a crowd.
  rounds.late(some.group);
  expect(readingOf(some.readers)).toBe(0);
  turn();
  expect([many, some].map(({ readers }) => readingOf(readers))).toEqual([4, 2]);
  // Who goes on may have to rest again, behind those that have not been read yet.
  rounds.late(many.group);
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
  for (const { group } of offices.slice(0, 8)) rounds.late(group);
  expect(readingNow(offices)).toBe(100);
  for (const { group } of [...homes, ...offices]) rounds.late(group);
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
  for (const { group } of offices.slice(0, 8)) rounds.late(group);
  turn();
  for (const { group } of offices.slice(0, 8)) rounds.late(group);
  expect(readingNow(offices)).toBe(100);
});

it('reads on for a while when a turn is used up, because most crowds send little', () => {
  const { rounds, turn } = roundsOf(4, limits.readLateMs.default / 10);
  const group = new WorkGroup();
  const readers = Array.from({ length: 100 }, () => new Reader());
  for (const reader of readers) rounds.enter(group, reader);
  for (let read = 0; read < 9; read++) rounds.late(group);
  expect(readingOf(readers)).toBe(100);
  turn();
  for (let read = 0; read < 9; read++) rounds.late(group);
  expect(readingOf(readers)).toBe(100);
  rounds.late(group);
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
  rounds.late(group);
  expect([next(), next(), next(), next(), next()]).toEqual([4, 8, 16, 32, 64]);
  rounds.late(group);
  expect([next(), next()]).toEqual([32, 64]);
  rounds.late(group);
  turn();
  rounds.late(group);
  turn();
  rounds.late(group);
  turn();
  rounds.late(group);
  // Never fewer than a round began with, or a crowd would hardly be read at all.
  for (let turns = 0; turns < 5; turns++) {
    expect(next()).toBeGreaterThanOrEqual(4);
    rounds.late(group);
  }
});
