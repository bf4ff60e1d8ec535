/** How many are read, and for how long, where nobody says otherwise: the numbers that an operator reads in the table. */
import { expect, it } from 'vitest';
import { WorkGroup } from '../async/work-account.ts';
import { ReadRounds, type ReadRoundsOptions } from './read-rounds.ts';

function make(clients: number, options: ReadRoundsOptions = {}) {
  const due: (() => void)[] = [];
  let nowMs = 1_000;
  let reading = 0;
  const rounds = new ReadRounds({ schedule: (callback) => due.push(callback), now: () => nowMs, ...options });
  const group = new WorkGroup();
  for (let n = 0; n < clients; n++) {
    reading++;
    rounds.enter(group, { rest: () => reading--, readOn: () => reading++ });
  }
  return {
    rounds,
    group,
    due,
    reading: () => reading,
    pass: (ms: number) => {
      nowMs += ms;
    },
    turn: () => {
      for (const callback of due.splice(0)) callback();
    },
  };
}

it('reads on for 10 ms when a turn is used up, then reads 64 of a crowd in the next', () => {
  const { rounds, group, reading, pass, turn } = make(1_000);
  rounds.late(group, 1);
  pass(9.9);
  rounds.late(group, 1);
  expect(reading()).toBe(1_000);
  pass(0.1);
  rounds.late(group, 1);
  expect(reading()).toBe(0);
  turn();
  expect(reading()).toBe(64);
});

it('reads on for 256 KiB at most', () => {
  const { rounds, group, reading } = make(1_000);
  rounds.late(group, 262_143);
  expect(reading()).toBe(1_000);
  rounds.late(group, 1);
  expect(reading()).toBe(0);
});

it('stops a network alone where it has more than twice a round of clients', () => {
  const [few, many] = [make(128), make(129)];
  for (const { rounds, group, pass } of [few, many]) {
    rounds.late(group, 1);
    pass(10);
    rounds.late(group, 1);
  }
  expect([few.reading(), many.reading()]).toEqual([128, 0]);
});

it('stops every crowd where more are late than a round has, but none of two clients', () => {
  const { rounds, group, reading, pass } = make(3);
  const couple = { group: new WorkGroup(), reading: 2 };
  for (let n = 0; n < 2; n++)
    rounds.enter(couple.group, { rest: () => couple.reading--, readOn: () => couple.reading++ });
  for (let n = 0; n < 64; n++) {
    if (n === 1) pass(10);
    rounds.late(group, 1);
  }
  expect(reading()).toBe(3);
  rounds.late(couple.group, 1);
  expect([reading(), couple.reading]).toEqual([0, 2]);
});

it('lets a round grow to 64 times its first size, and no further', () => {
  const { rounds, group, reading, turn } = make(100_000, { perTurn: 4, lateBytes: 1 });
  rounds.late(group, 1);
  const sizes: number[] = [];
  for (let n = 0; n < 9; n++) {
    const before = reading();
    turn();
    sizes.push(reading() - before);
  }
  expect(sizes).toEqual([4, 8, 16, 32, 64, 128, 256, 256, 256]);
});

it('asks for no further turn when everybody is read again, nor for two at once', () => {
  const { rounds, group, due, turn } = make(6, { perTurn: 4, lateBytes: 1 });
  rounds.late(group, 1);
  rounds.late(group, 1);
  expect(due).toHaveLength(1);
  turn();
  expect(due).toHaveLength(1);
  turn();
  expect(due).toHaveLength(0);
});

it('shares a round out among the networks that wait, rounded up, and gives none more than is left', () => {
  const { rounds, turn } = make(0, { perTurn: 4, lateBytes: 1 });
  const networks = Array.from({ length: 3 }, () => {
    const one = { group: new WorkGroup(), reading: 5 };
    for (let n = 0; n < 5; n++)
      rounds.enter(one.group, { rest: () => one.reading--, readOn: () => one.reading++ });
    return one;
  });
  rounds.late(networks[0]!.group, 1);
  turn();
  expect(networks.map(({ reading }) => reading)).toEqual([2, 2, 0]);
});

it('knows nobody of a network that was never entered, or whose last client has left', () => {
  const { rounds, due } = make(0, { perTurn: 4, lateBytes: 1 });
  const group = new WorkGroup();
  const reader = { rest: () => {}, readOn: () => {} };
  rounds.leave(group, reader);
  rounds.late(group, 1);
  rounds.enter(group, reader);
  rounds.leave(group, reader);
  rounds.late(group, 1);
  expect(due).toHaveLength(1);
});
