/** Who has the next turn of main's time. */
import { expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { RequestRounds, type Waiting } from './request-rounds.ts';

/** Rounds by a clock that stands still but for the work that is done. */
function startRounds() {
  let nowMs = 0;
  let scheduled: (() => void)[] = [];
  const clock = { now: () => nowMs, schedule: (callback: () => void) => void scheduled.push(callback) };
  const limits = { ...CONTROL_LIMITS, httpShareMs: 1, httpTurnMs: 4, httpAcceptTurns: 3 };
  const rounds = new RequestRounds(limits, clock);
  const went: string[] = [];
  return {
    rounds,
    went,
    /** Something with so many pieces of a millisecond each. */
    waiting: (name: string, pieces: number, fresh = false): Waiting => ({
      fresh,
      letThrough() {
        nowMs++;
        went.push(name);
        return --pieces > 0;
      },
    }),
    work: (ms: number) => () => {
      nowMs += ms;
    },
    turn() {
      const due = scheduled;
      scheduled = [];
      for (const callback of due) callback();
      return due.length > 0;
    },
  };
}

test('somebody from another address waits for one piece of a crowd, not for the crowd', () => {
  const { rounds, went, waiting, turn } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  const quiet = rounds.enter('192.0.2.2');
  turn();
  for (let n = 0; n < 100; n++) rounds.wait(crowd, waiting('crowd', 100));
  rounds.wait(quiet, waiting('quiet', 1));
  turn();
  expect(went).toEqual(['crowd', 'quiet', 'crowd', 'crowd']);
});

test('an address that has used its share of a turn waits for the next one; who is logged in does not', () => {
  const { rounds, work, turn } = startRounds();
  const busy = rounds.enter('192.0.2.1');
  const quiet = rounds.enter('192.0.2.2');
  turn();
  turn();
  rounds.run(busy, work(2));
  rounds.run(rounds.operators, work(2));
  expect(rounds.mayGo(busy)).toBe(false);
  expect(rounds.mayGo(quiet)).toBe(true);
  expect(rounds.mayGo(rounds.operators)).toBe(true);
  turn();
  expect(rounds.mayGo(busy)).toBe(true);
});

test('nobody overtakes those of the same address that wait', () => {
  const { rounds, waiting } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  rounds.wait(crowd, waiting('first', 1));
  expect(rounds.mayGo(crowd)).toBe(false);
});

test('a new connection has its turn before those of its address that send on and on, and they have theirs', () => {
  const { rounds, went, waiting, turn } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  turn();
  for (let n = 0; n < 100; n++) rounds.wait(crowd, waiting('old', 100));
  for (let n = 0; n < 100; n++) rounds.wait(crowd, waiting('new', 1, true));
  turn();
  expect(went).toEqual(['new', 'old', 'new', 'old']);
});

test('while connections come, each address without a login has one piece in so many turns; who is logged in goes on', () => {
  const { rounds, went, waiting, turn } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  const quiet = rounds.enter('192.0.2.2');
  for (let n = 0; n < 100; n++) rounds.wait(crowd, waiting('crowd', 1));
  rounds.wait(quiet, waiting('quiet', 1));
  rounds.wait(rounds.operators, waiting('operator', 1));
  turn();
  expect(went).toEqual(['operator']);
  rounds.enter('192.0.2.1');
  turn();
  expect(went).toEqual(['operator']);
  rounds.enter('192.0.2.1');
  turn();
  expect(went).toEqual(['operator', 'crowd', 'quiet']);
  for (let n = 0; n < 3; n++) {
    rounds.enter('192.0.2.1');
    turn();
  }
  expect(went).toEqual(['operator', 'crowd', 'quiet', 'crowd']);
  // Nobody comes any more: as many as fit into a turn.
  turn();
  expect(went.slice(4)).toEqual(['crowd', 'crowd', 'crowd', 'crowd']);
});

test('whoever connects anew with each answer waits among its own, and more come in than are answered', () => {
  const { rounds, work, turn } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  let answered = 0;
  for (let n = 0; n < 30; n++) {
    if (n > 0) rounds.enter('192.0.2.1');
    // Its request came along with the connection.
    if (rounds.mayGo(crowd)) {
      rounds.run(crowd, work(0.1));
      answered++;
    }
    turn();
  }
  expect(answered).toBe(10);
  expect(rounds.mayGo(rounds.enter('192.0.2.2'))).toBe(true);
});

test('nothing is scheduled once nobody waits, and who is gone has no turn', () => {
  const { rounds, went, waiting, turn } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  const gone = waiting('gone', 1);
  rounds.wait(crowd, gone);
  rounds.wait(crowd, waiting('stays', 2));
  crowd.remove(gone);
  while (turn());
  expect(went).toEqual(['stays', 'stays']);
});

test('who waits for a turn is counted once, until it has had it or is gone', () => {
  const { rounds, waiting, turn } = startRounds();
  const crowd = rounds.enter('192.0.2.1');
  turn();
  const [many, gone] = [waiting('many', 2), waiting('gone', 1, true)];
  rounds.wait(crowd, many);
  rounds.wait(crowd, many);
  rounds.wait(crowd, gone);
  expect(rounds.tally).toEqual({ depth: 2, highWater: 2, submitted: 2 });
  crowd.remove(gone);
  crowd.remove(gone);
  expect(rounds.tally.depth).toBe(1);
  while (turn());
  expect(rounds.tally).toMatchObject({ depth: 0, highWater: 2 });
});
