import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkLoop as Loop } from './test-fixtures/work-loop.ts';
import { WorkAccount, WorkGroup } from './work-account.ts';
import { WorkGate } from './work-gate.ts';
import { type WorkSteps, WorkTurns } from './work-turns.ts';

const MS = 1e6;

describe('WorkTurns', () => {
  it('does not split work because the machine ran something else meanwhile', () => {
    let nowMs = 1_000;
    let usedMs = 0;
    const due: (() => void)[] = [];
    const turns = new WorkTurns({
      turnMs: 25,
      sliceMs: 20,
      now: () => nowMs,
      usedMs: () => usedMs,
      schedule: (callback) => due.push(callback),
    });
    const work = function* (ms: number, onStep: (done: number) => void): WorkSteps {
      for (let done = 1; done <= ms; done++) {
        nowMs += 1;
        usedMs += 1;
        onStep(done);
        if (turns.spend(MS)) yield null;
      }
    };
    // At its fifteenth millisecond it is held up for half a second, and is done in its slice all the same.
    const heldUp = (done: number) => {
      if (done === 15) nowMs += 500;
    };
    expect(turns.runSteps(new WorkAccount(new WorkGroup()), work(18, heldUp))).toBe(true);
    // What it works itself ends the slice.
    for (const callback of due.splice(0)) callback();
    expect(
      turns.runSteps(
        new WorkAccount(new WorkGroup()),
        work(24, () => {}),
      ),
    ).toBe(false);
  });

  it('counts whose work waits, the most at once, and how often one had to', () => {
    const loop = new Loop();
    expect(loop.turns.stats()).toEqual({ depth: 0, highWater: 0, submitted: 0 });
    loop.turns.runSteps(loop.account(), loop.work(1));
    expect(loop.turns.stats()).toEqual({ depth: 0, highWater: 0, submitted: 0 });
    const accounts = Array.from({ length: 3 }, () => loop.account());
    // Each has more than a slice, and the second job of one waits behind its first.
    for (const account of accounts) loop.turns.runSteps(account, loop.work(30));
    loop.turns.runSteps(accounts[0]!, loop.work(1));
    expect(loop.turns.stats()).toEqual({ depth: 3, highWater: 3, submitted: 3 });
    loop.drain();
    const { depth, highWater, submitted } = loop.turns.stats();
    expect([depth, highWater]).toEqual([0, 3]);
    // Thirty milliseconds are fifteen slices, of which all but the last wait for another.
    expect(submitted).toBeGreaterThanOrEqual(3 * 14);
  });

  it('does small work at once', () => {
    const loop = new Loop();
    let steps = 0;
    expect(
      loop.turns.runSteps(
        loop.account(),
        loop.work(1, () => steps++),
      ),
    ).toBe(true);
    expect(steps).toBe(10);
  });

  it('splits one request that is larger than a turn, and other input is taken in between', () => {
    const loop = new Loop();
    const attacker = loop.account();
    const innocent = loop.account();
    loop.turns.runSteps(attacker, loop.work(500));
    let longest = 0;
    for (let turns = 0; loop.turns.busy; turns++) {
      const begun = loop.nowMs;
      expect(loop.turns.mayBegin(innocent)).toBe(true);
      loop.turns.begin(innocent);
      loop.turns.spend(2000);
      loop.turns.end();
      loop.turn();
      longest = Math.max(longest, loop.nowMs - begun);
      expect(turns).toBeLessThan(100);
    }
    expect(longest).toBeLessThan(28);
  });

  it('ends a turn by the clock although the prices are a hundred times too low', () => {
    const loop = new Loop();
    const { turns } = loop;
    function* cheap(): WorkSteps {
      for (let i = 0; i < 1000; i++) {
        loop.nowMs += 1;
        if (turns.spend(0.01 * MS)) yield null;
      }
    }
    turns.runSteps(loop.account(), cheap());
    for (let count = 0; loop.turns.busy; count++) {
      const begun = loop.nowMs;
      loop.turn();
      expect(loop.nowMs - begun).toBeLessThan(75);
      expect(count).toBeLessThan(200);
    }
  });

  it('takes no more input of an account whose request is unfinished, and keeps its order', () => {
    const loop = new Loop();
    const account = loop.account();
    const order: number[] = [];
    loop.turns.runSteps(
      account,
      loop.work(5, () => order.push(1)),
    );
    expect(loop.turns.mayBegin(account)).toBe(false);
    loop.turns.runSteps(
      account,
      loop.work(0.1, () => order.push(2)),
    );
    loop.drain();
    expect(order).toEqual([...Array.from({ length: 50 }, () => 1), 2]);
  });

  it('lets input wait once a turn is used up, and takes it in the next', () => {
    const loop = new Loop();
    const accounts = Array.from({ length: 30 }, () => loop.account());
    let begun = 0;
    for (const account of accounts) if (loop.turns.runSteps(account, loop.work(1))) begun++;
    expect(begun).toBeGreaterThan(20);
    expect(begun).toBeLessThan(27);
    expect(loop.turns.mayBegin(loop.account())).toBe(false);
    loop.turn();
    expect(loop.turns.mayBegin(loop.account())).toBe(true);
  });

  it('serves who used little of late before those who used much', () => {
    const loop = new Loop();
    const heavy = Array.from({ length: 30 }, () => loop.account());
    const order: string[] = [];
    for (const account of heavy) account.charge(400 * MS, loop.nowMs);
    for (const account of heavy)
      loop.turns.runSteps(
        account,
        loop.work(4, () => order.push('heavy')),
      );
    loop.turns.runSteps(
      loop.account(),
      loop.work(1, () => order.push('light')),
    );
    loop.turn();
    expect(order.indexOf('light')).toBeGreaterThanOrEqual(0);
    loop.drain();
  });

  it('gives thirty clients of one network together no more than one client of another', () => {
    const loop = new Loop();
    const crowd = new WorkGroup();
    const many = Array.from({ length: 30 }, () => loop.account(crowd));
    const one = loop.account();
    let crowdMs = 0;
    for (const account of [...many, one]) account.charge(300 * MS, loop.nowMs);
    for (const account of many)
      loop.turns.runSteps(
        account,
        loop.work(50, () => (crowdMs += 0.1)),
      );
    let done = false;
    function* rest(): WorkSteps {
      yield* loop.work(50);
      done = true;
    }
    loop.turns.runSteps(one, rest());
    while (!done) loop.turn();
    expect(crowdMs).toBeLessThan(90);
    loop.drain();
  });

  it('serves a client of another network after one of a thousand that each ask for little', () => {
    const loop = new Loop();
    const crowd = new WorkGroup();
    const order: string[] = [];
    const ask = (account: WorkAccount, name: string) =>
      loop.turns.runSteps(
        account,
        loop.work(0.1, () => order.push(name)),
      );
    // The turn is used up, so that all of them wait.
    loop.turns.begin(loop.account());
    loop.turns.spend(100 * MS);
    loop.turns.end();
    for (let i = 0; i < 1_000; i++) ask(loop.account(crowd), 'crowd');
    ask(loop.account(), 'innocent');
    loop.drain();
    expect(order).toHaveLength(1_001);
    expect(order.indexOf('innocent')).toBeLessThan(3);
  });

  it('works off a hundred small jobs in a turn, also when new input has used the turn up', () => {
    const loop = new Loop();
    let done = 0;
    const input = loop.account();
    for (let turns = 0; turns < 3; turns++) {
      // Reading alone takes longer than a turn, as on a machine that has other things to do.
      loop.turns.begin(input);
      loop.turns.spend(1);
      loop.nowMs += 100;
      loop.turns.end();
      if (turns === 0)
        for (let i = 0; i < 250; i++)
          loop.turns.runSteps(
            loop.account(),
            loop.work(0.1, () => done++),
          );
      loop.turn();
    }
    expect(done).toBe(250);
  });

  it('leaves work that waits its part of a turn, so that new input and what waits are one turn together', () => {
    const loop = new Loop();
    const { turns } = loop;
    loop.turns.later(loop.account(), { step: () => 'done' });
    const newInput = () => {
      for (let who = loop.account(); turns.mayBegin(who); who = loop.account())
        turns.runSteps(who, loop.work(0.1));
    };
    const begun = loop.nowMs;
    newInput();
    expect(turns.usedUp).toBe(true);
    expect(turns.usedShare).toBeGreaterThanOrEqual(1);
    expect(loop.nowMs - begun).toBeCloseTo(15, 0);
    const worker = loop.account();
    turns.runSteps(worker, loop.work(100));
    loop.turn();
    expect(loop.nowMs - begun).toBeCloseTo(25, 0);
    // Where nothing waits, new input has all of it.
    loop.drain();
    expect(turns.usedShare).toBe(0);
    const again = loop.nowMs;
    newInput();
    expect(loop.nowMs - again).toBeCloseTo(25, 0);
  });

  it('has patient work leave most of every turn to others, and none of it undone', () => {
    const longest = (patient: boolean) => {
      const loop = new Loop();
      const account = loop.account();
      account.patient = patient;
      const done: string[] = [];
      const steps = function* (): WorkSteps {
        yield* loop.work(100);
        done.push('first');
      };
      loop.turns.runSteps(account, steps());
      loop.turns.runSteps(account, loop.work(1));
      // It rests when that comes, and does it behind what it asked for before.
      loop.turn();
      const later = function* (): WorkSteps {
        yield null;
        done.push('later');
      };
      loop.turns.runSteps(account, later());
      let longestMs = 0;
      for (let begunMs = loop.nowMs; loop.turn(); begunMs = loop.nowMs)
        longestMs = Math.max(longestMs, loop.nowMs - begunMs);
      expect(done).toEqual(['first', 'later']);
      return longestMs;
    };
    expect(longest(false)).toBeGreaterThan(11);
    expect(longest(true)).toBeLessThan(10);
  });

  it('has patient work leave most of every turn to others, also where it takes more than it is charged for', () => {
    const longest = (patient: boolean) => {
      const loop = new Loop();
      const account = loop.account();
      account.patient = patient;
      const dear = function* (): WorkSteps {
        for (let i = 0; i < 1_000; i++) {
          loop.nowMs += 0.2;
          if (loop.turns.spend(6_700)) yield null;
        }
      };
      loop.turns.runSteps(account, dear());
      let longestMs = 0;
      for (let begunMs = loop.nowMs; loop.turn(); begunMs = loop.nowMs)
        longestMs = Math.max(longestMs, loop.nowMs - begunMs);
      return longestMs;
    };
    expect(longest(false)).toBeGreaterThan(11);
    expect(longest(true)).toBeLessThan(10);
  });

  it('lets the answers leave that are there before it does what waits, and not when nothing does', () => {
    const due: (() => void)[] = [];
    const told: string[] = [];
    const turns = new WorkTurns({
      now: () => 0,
      schedule: (callback) => due.push(callback),
      beforeWaiting: () => told.push('answers'),
      afterTurn: () => told.push('the rest'),
    });
    const account = new WorkAccount(new WorkGroup());
    turns.begin(account);
    turns.end();
    due.shift()?.();
    expect(told).toEqual([]);
    turns.later(account, {
      step() {
        told.push('work');
        return 'done';
      },
    });
    due.shift()?.();
    expect(told).toEqual(['answers', 'work', 'the rest']);
  });

  it('lets everybody through a gate in the order in which they came', () => {
    const loop = new Loop();
    const { turns } = loop;
    const gate = new WorkGate();
    const order: string[] = [];
    function* message(name: string, ms: number): WorkSteps {
      while (turns.mustWait(gate)) yield gate;
      order.push(`${name} begins`);
      for (const pause of loop.work(ms)) {
        turns.hold(gate);
        yield pause;
      }
      turns.leave(gate);
      order.push(`${name} ends`);
    }
    turns.runSteps(loop.account(), message('long', 40));
    turns.runSteps(loop.account(), message('second', 0.1));
    turns.runSteps(loop.account(), message('third', 10));
    turns.runSteps(loop.account(), message('fourth', 0.1));
    loop.drain();
    expect(order).toEqual(['long', 'second', 'third', 'fourth'].flatMap((n) => [`${n} begins`, `${n} ends`]));
    expect(gate.holder).toBeNull();
  });

  it('opens the gate of work that is given up, for those who wait at it', () => {
    const loop = new Loop();
    const { turns } = loop;
    const gate = new WorkGate();
    const first = loop.account();
    let passed = false;
    function* endless(): WorkSteps {
      try {
        for (;;) {
          turns.hold(gate);
          yield null;
        }
      } finally {
        turns.leave(gate);
      }
    }
    function* waits(): WorkSteps {
      while (turns.mustWait(gate)) yield gate;
      passed = true;
      turns.leave(gate);
    }
    turns.runSteps(first, endless());
    turns.runSteps(loop.account(), waits());
    loop.turn();
    expect(passed).toBe(false);
    turns.remove(first);
    loop.drain();
    expect(passed).toBe(true);
  });

  it('reports a job that throws and goes on with the others', () => {
    const loop = new Loop();
    loop.turns.run(loop.account(), {
      step: () => {
        throw new Error('defect');
      },
    });
    expect(loop.errors).toHaveLength(1);
    expect(loop.turns.runSteps(loop.account(), loop.work(1))).toBe(true);
  });

  it('charges what is done inside another request to whose turn it is, and continues it for its own account', () => {
    const loop = new Loop();
    const { turns } = loop;
    const outer = loop.account();
    const inner = loop.account();
    let ended = false;
    function* innerWork(): WorkSteps {
      yield* loop.work(10);
      ended = true;
    }
    function* outerWork(): WorkSteps {
      turns.runSteps(inner, innerWork());
      yield* loop.work(0.1);
    }
    turns.runSteps(outer, outerWork());
    expect(outer.usedNs(loop.nowMs)).toBeGreaterThan(1.5 * MS);
    expect(inner.usedNs(loop.nowMs)).toBe(0);
    loop.drain();
    expect(ended).toBe(true);
    expect(inner.usedNs(loop.nowMs)).toBeGreaterThan(6 * MS);
  });

  it('property: everything is done, in order within an account, and no turn is longer than its bound', () => {
    const job = fc.record({
      account: fc.nat(7),
      ms: fc.integer({ min: 1, max: 60 }),
      gate: fc.nat(5),
      when: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(job, { maxLength: 40 }), (jobs) => {
        const loop = new Loop();
        const { turns } = loop;
        const groups = [new WorkGroup(), new WorkGroup()];
        const accounts = Array.from({ length: 8 }, (_, i) => loop.account(groups[i % 2]));
        // Gates 2 to 5 stand for no gate, so that both kinds mix.
        const gates = [new WorkGate(), new WorkGate()];
        const inside = [0, 0];
        const ended: number[] = [];
        function* steps(index: number, ms: number, at: number): WorkSteps {
          const gate = gates[at];
          while (gate !== undefined && turns.mustWait(gate)) yield gate;
          if (gate !== undefined) expect(++(inside as number[])[at]!).toBe(1);
          for (const pause of loop.work(ms)) {
            if (gate !== undefined) turns.hold(gate);
            yield pause;
          }
          if (gate !== undefined) {
            inside[at]!--;
            turns.leave(gate);
          }
          ended.push(index);
        }
        const tick = () => {
          const begun = loop.nowMs;
          loop.turn();
          expect(loop.nowMs - begun).toBeLessThan(28);
        };
        for (let when = 0; when <= 5; when++) {
          jobs.forEach((one, index) => {
            if (one.when !== when) return;
            turns.runSteps(accounts[one.account]!, steps(index, one.ms, one.gate));
          });
          tick();
        }
        for (let count = 0; turns.busy || loop.due.length > 0; count++) {
          tick();
          expect(count).toBeLessThan(10_000);
        }
        expect([...ended].sort((a, b) => a - b)).toEqual(jobs.map((_, index) => index));
        for (let account = 0; account < 8; account++) {
          const asked = jobs
            .map((one, index) => ({ ...one, index }))
            .filter((one) => one.account === account)
            .sort((a, b) => a.when - b.when || a.index - b.index)
            .map((one) => one.index);
          expect(ended.filter((index) => jobs[index]?.account === account)).toEqual(asked);
        }
      }),
      { numRuns: 200 },
    );
  });
});
