/** The rules of a turn one by one: who may begin, who waits, and what is charged to whom. */
import { expect, it, vi } from 'vitest';
import { LoopTurn } from './loop-turn.ts';
import { WorkLoop } from './test-fixtures/work-loop.ts';
import { WorkAccount, WorkGroup } from './work-account.ts';
import { type StepResult, type WorkJob, type WorkSteps, WorkTurns } from './work-turns.ts';

const MS = 1e6;

/** A network that used so much of late that others come before it. */
function heavyGroup(loop: WorkLoop): WorkGroup {
  const group = new WorkGroup();
  group.charge(900 * MS, loop.nowMs);
  return group;
}

/** Uses the turn up, so that whatever is asked for waits. */
function useUp(loop: WorkLoop): void {
  loop.turns.begin(loop.account());
  loop.turns.spend(100 * MS);
  loop.turns.end();
}

const job = (step: () => StepResult, cancel?: () => void): WorkJob =>
  cancel === undefined ? { step } : { step, cancel };

/** Work of one step. */
const done = (work: () => void): WorkJob =>
  job(() => {
    work();
    return 'done';
  });

it('knows no time and no use before the first turn, and both while one runs', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  expect([turns.nowMs, turns.usedShare, turns.usedUp, turns.busy]).toEqual([0, 0, false, false]);
  const account = loop.account();
  expect(turns.mayBegin(account)).toBe(true);
  expect(turns.nowMs).toBe(1_000);
  turns.begin(account);
  turns.spend(5 * MS);
  turns.end();
  expect([turns.usedShare, turns.usedUp]).toEqual([0.2, false]);
  useUp(loop);
  expect(turns.usedUp).toBe(true);
  loop.turn();
  expect([turns.usedShare, turns.usedUp]).toEqual([0, false]);
});

it('asks for the end of a turn once, however much is done in it', () => {
  const loop = new WorkLoop();
  for (let n = 0; n < 5; n++) {
    loop.turns.begin(loop.account());
    loop.turns.end();
  }
  expect(loop.due).toHaveLength(1);
  loop.turn();
  expect(loop.due).toHaveLength(0);
});

it('charges a slice to its account and its network, and nothing outside of one', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  loop.turns.spend(9 * MS);
  loop.turns.begin(account);
  loop.turns.spend(3 * MS);
  loop.turns.spend(0.5 * MS);
  loop.turns.end();
  expect(loop.turns.spend(9 * MS)).toBe(false);
  loop.turns.end();
  expect([account.usedNs(loop.nowMs), account.group.usedNs(loop.nowMs)]).toEqual([3.5 * MS, 3.5 * MS]);
  expect(loop.turns.usedShare).toBeCloseTo(3.5 / 25, 12);
});

it('ends a slice at 2 ms of charged work, and tells whoever goes on so each time', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const account = loop.account();
  turns.begin(account);
  expect([turns.spend(1.9 * MS), turns.mayGoOn(account)]).toEqual([false, true]);
  expect([turns.spend(0.2 * MS), turns.mayGoOn(account)]).toEqual([true, false]);
  expect(turns.spend(0)).toBe(true);
  turns.end();
  turns.begin(account);
  expect([turns.spend(0), turns.mayGoOn(account)]).toEqual([false, true]);
  turns.end();
});

it('looks at the clock once in 0.2 ms of charged work, or twice in a shorter slice', () => {
  const now = vi.fn(() => 1_000);
  const looksOf = (sliceMs: number, chargedMs: number) => {
    const turns = new WorkTurns({ sliceMs, now, usedMs: () => 0, schedule: () => {} });
    turns.begin(new WorkAccount(new WorkGroup()));
    now.mockClear();
    for (let charged = 0; charged < chargedMs * 1_000; charged++) turns.spend(1_000);
    return now.mock.calls.length;
  };
  expect(looksOf(2, 1)).toBe(5);
  expect(looksOf(0.1, 0.1)).toBe(2);
});

it('ends a slice by the clock, whatever is charged, from where its first look says that it began', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  turns.begin(loop.account());
  loop.nowMs += 50;
  // The first look at the clock: only what was charged counts until then.
  expect(turns.spend(0.2 * MS)).toBe(true);
  const other = new WorkLoop();
  other.turns.begin(other.account());
  expect(other.turns.spend(0.2 * MS)).toBe(false);
  other.nowMs += 1.7;
  expect(other.turns.spend(0.2 * MS)).toBe(false);
  other.nowMs += 0.1;
  expect(other.turns.spend(0.2 * MS)).toBe(true);
});

it('lets new work wait behind old work of its account, also while that stands in no queue', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  useUp(loop);
  const order: string[] = [];
  const told = (name: string) => done(() => order.push(name));
  expect(loop.turns.run(account, told('first'))).toBe(false);
  loop.turn();
  expect(order).toEqual(['first']);
  loop.turns.later(account, told('second'));
  expect([loop.turns.mayBegin(account), loop.turns.mayGoOn(account)]).toEqual([false, false]);
  expect(loop.turns.run(account, told('third'))).toBe(false);
  expect(order).toEqual(['first']);
  loop.drain();
  expect(order).toEqual(['first', 'second', 'third']);
  expect(loop.turns.run(account, told('fourth'))).toBe(true);
});

it('puts an account that is served behind those who came meanwhile, once, however much it asks for', () => {
  const loop = new WorkLoop();
  const group = new WorkGroup();
  const [asks, comes] = [loop.account(group), loop.account(group)];
  useUp(loop);
  const order: string[] = [];
  const told = (name: string) => done(() => order.push(name));
  const asksForMore = done(() => {
    order.push('first');
    loop.turns.later(asks, told('second'));
    loop.turns.later(comes, told('of another'));
    loop.turns.later(asks, told('third'));
    // So much that the slice ends here.
    loop.turns.spend(3 * MS);
  });
  expect(loop.turns.run(asks, asksForMore)).toBe(false);
  loop.drain();
  expect(order).toEqual(['first', 'of another', 'second', 'third']);
  expect(loop.turns.stats()).toMatchObject({ depth: 0, submitted: 3, highWater: 2 });
});

it('lets those who used little begin although work waits, and those who used much not', () => {
  const loop = new WorkLoop();
  const heavy = loop.account(heavyGroup(loop));
  loop.turns.later(
    loop.account(),
    job(() => 'done'),
  );
  expect([loop.turns.mayBegin(loop.account()), loop.turns.mayBegin(heavy)]).toEqual([true, false]);
  loop.drain();
  expect(loop.turns.mayBegin(heavy)).toBe(true);
});

it('gives those who used much every fourth slice while others wait', () => {
  const loop = new WorkLoop();
  const order: string[] = [];
  const group = heavyGroup(loop);
  const ask = (account: WorkAccount, name: string) =>
    loop.turns.later(
      account,
      done(() => order.push(name)),
    );
  for (let n = 0; n < 4; n++) {
    ask(loop.account(group), 'h');
    for (let k = 0; k < 3; k++) ask(loop.account(), 'l');
  }
  loop.drain();
  expect(order.join('')).toBe('lllhlllhlllhlllh');
});

it('goes on with those who used much where nobody else waits, and the other way round', () => {
  const loop = new WorkLoop();
  const order: string[] = [];
  const group = heavyGroup(loop);
  const told = (name: string) => done(() => order.push(name));
  for (let n = 0; n < 6; n++) loop.turns.later(loop.account(group), told('h'));
  loop.drain();
  for (let n = 0; n < 6; n++) loop.turns.later(loop.account(), told('l'));
  loop.drain();
  expect(order.join('')).toBe('hhhhhhllllll');
});

it('does two slices of what waits in a turn that is used up many times over', () => {
  const loop = new WorkLoop();
  let count = 0;
  for (let n = 0; n < 5; n++) {
    loop.turns.later(
      loop.account(),
      job(() => {
        count++;
        loop.nowMs += 500;
        return 'done';
      }),
    );
  }
  const perTurn: number[] = [];
  while (loop.turns.busy) {
    const before = count;
    loop.turn();
    perTurn.push(count - before);
  }
  expect(perTurn).toEqual([2, 2, 1]);
});

it('continues a step that wants more before anything else of its account, and one that wants it later after that', () => {
  for (const [result, expected] of [
    ['more', 'aab'],
    ['later', 'aba'],
  ] as const) {
    const loop = new WorkLoop();
    const account = loop.account();
    const order: string[] = [];
    let first = true;
    loop.turns.later(
      account,
      job(() => {
        order.push('a');
        const answer = first ? result : 'done';
        first = false;
        return answer;
      }),
    );
    loop.turns.later(
      account,
      done(() => order.push('b')),
    );
    loop.drain();
    expect(order.join('')).toBe(expected);
  }
});

it('does a call at once where it may, and in its turn what is left of it or where it has to wait', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const account = loop.account();
  const told: string[] = [];
  const call = (name: string, left: WorkSteps | null = null) =>
    turns.runCall(account, () => {
      told.push(name);
      return left;
    });
  const steps = function* (name: string): WorkSteps {
    told.push(`${name} begins`);
    yield null;
    told.push(`${name} ends`);
  };
  expect(call('whole')).toBe(true);
  expect(call('split', steps('rest'))).toBe(false);
  expect(call('behind')).toBe(false);
  expect(told).toEqual(['whole', 'split', 'rest begins']);
  loop.drain();
  expect(told.slice(3)).toEqual(['rest ends', 'behind']);
  told.length = 0;
  const inside = done(() => {
    call('called by a job', steps('its rest'));
    call('after it');
    told.push('the job ends');
  });
  expect(turns.run(account, inside)).toBe(true);
  expect(told).toEqual(['called by a job', 'its rest begins', 'the job ends']);
  loop.drain();
  expect(told.slice(3)).toEqual(['its rest ends', 'after it']);
});

it('lets a job do more of its account by plain calls, while its slice has room and nothing of the account waits', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const [account, other] = [loop.account(), loop.account()];
  const told: boolean[] = [];
  expect([turns.mayCall(account), turns.mayCall(other)]).toEqual([false, false]);
  turns.run(
    account,
    done(() => {
      told.push(turns.mayCall(account), turns.mayCall(other));
      turns.run(
        other,
        done(() => told.push(turns.mayCall(account), turns.mayCall(other))),
      );
      turns.later(
        account,
        done(() => {
          told.push(turns.mayCall(account));
          loop.nowMs += 1_000;
          turns.spend(MS);
          turns.spend(MS);
          told.push(turns.mayCall(account));
        }),
      );
      told.push(turns.mayCall(account));
    }),
  );
  loop.drain();
  expect(told).toEqual([true, false, false, true, false, true, false]);
});

it('gives up a call that has not begun, and what one has left', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  const told: string[] = [];
  const steps = function* (): WorkSteps {
    try {
      yield null;
    } finally {
      told.push('given up');
    }
  };
  loop.turns.runCall(account, steps);
  loop.turns.runCall(account, () => {
    told.push('begun');
    return null;
  });
  loop.turns.remove(account);
  loop.drain();
  expect(told).toEqual(['given up']);
});

it('charges half a microsecond for a step that does nothing, so that many of them end too', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  for (let n = 0; n < 100; n++)
    loop.turns.later(
      account,
      job(() => 'done'),
    );
  loop.turn();
  expect(account.usedNs(loop.nowMs)).toBe(100 * 500);
});

it('lets answers leave before and after what waits, once a turn', () => {
  const told: string[] = [];
  const loop = new WorkLoop({
    beforeWaiting: () => told.push('before'),
    afterTurn: () => told.push('after'),
  });
  for (let n = 0; n < 3; n++)
    loop.turns.later(
      loop.account(),
      done(() => told.push('work')),
    );
  loop.drain();
  expect(told).toEqual(['before', 'work', 'work', 'work', 'after']);
});

it('works by the clock and the loop of the process where it is told of no other', async () => {
  const turns = new WorkTurns();
  const account = new WorkAccount(new WorkGroup());
  const before = performance.now();
  const worked = new Promise<void>((resolve) => {
    turns.later(
      account,
      done(() => resolve()),
    );
  });
  turns.later(
    account,
    job(() => {
      throw new Error('nobody is told');
    }),
  );
  await worked;
  expect(turns.nowMs).toBeGreaterThanOrEqual(before);
  expect(turns.nowMs).toBeLessThanOrEqual(performance.now());
});

it('makes a turn longer by the time in which the machine ran something else, once half of it is over', () => {
  let usedMs = 0;
  const loop = new WorkLoop({ turnMs: 20, sliceMs: 20, usedMs: () => usedMs });
  const { turns } = loop;
  /** Works for so long, and is held up for so long in which the process does not run. */
  const pass = (workedMs: number, heldUpMs = 0) => {
    usedMs += workedMs;
    loop.nowMs += workedMs + heldUpMs;
    return turns.spend(0.2 * MS);
  };
  turns.begin(loop.account());
  expect(pass(0)).toBe(false);
  // Before its half nobody has asked yet what the process has used: time lost there is lost.
  expect(pass(5, 3)).toBe(false);
  expect(pass(3)).toBe(false);
  expect(pass(1, 500)).toBe(false);
  expect(pass(7)).toBe(false);
  expect(pass(2)).toBe(true);
  turns.end();
});

it('looks at no clock at the end of slices that cost little, and at it once they have cost 0.2 ms together', () => {
  const now = vi.fn(() => 1_000);
  const turns = new WorkTurns({ now, usedMs: () => 0, schedule: () => {} });
  const slice = () => {
    turns.begin(new WorkAccount(new WorkGroup()));
    turns.spend(0.03 * MS);
    turns.end();
  };
  slice();
  now.mockClear();
  for (let n = 0; n < 5; n++) slice();
  expect(now).not.toHaveBeenCalled();
  slice();
  expect(now).toHaveBeenCalledOnce();
});

it('names what waits, of those who used little before the others, up to 64 of each', () => {
  const loop = new WorkLoop({ loop: new LoopTurn(() => {}) });
  expect([...loop.turns.waitingWork()]).toEqual([]);
  for (let n = 0; n < 70; n++)
    loop.turns.later(
      loop.account(),
      job(() => 'done'),
    );
  expect([...loop.turns.waitingWork()]).toEqual(Array.from({ length: 64 }, () => 'input of clients'));
  const heavy = heavyGroup(loop);
  const announced = new LoopTurn(() => {});
  const { turns } = new WorkLoop({ loop: announced });
  for (const work of ['WHO', 'LIST']) {
    announced.work = work;
    turns.later(
      loop.account(heavy),
      job(() => 'done'),
    );
  }
  announced.work = 'PING';
  turns.later(
    loop.account(),
    job(() => 'done'),
  );
  expect([...turns.waitingWork()]).toEqual(['PING', 'WHO', 'LIST']);
});

it('announces a slice of an account that has no connection as nobody, without a name', () => {
  const announced = new LoopTurn(() => {});
  const loop = new WorkLoop({ loop: announced });
  loop.turns.begin(loop.account());
  expect(announced.current()).toEqual({ work: '', connection: '' });
  loop.turns.end();
});

it('lets an account go on before any slice, and again after one that was used up or never ended', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const account = loop.account();
  expect([turns.mayGoOn(account), turns.spend(0)]).toEqual([true, false]);
  turns.begin(account);
  expect(turns.spend(2 * MS)).toBe(true);
  turns.end();
  expect([turns.mayGoOn(account), turns.spend(0)]).toEqual([true, false]);
  turns.begin(account);
  expect(turns.spend(2 * MS)).toBe(true);
  turns.begin(account);
  expect([turns.spend(0), turns.mayGoOn(account)]).toEqual([false, true]);
});

it('gives each slice its own 2 ms by the clock, whatever the one before had', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  for (let slice = 0; slice < 3; slice++) {
    turns.begin(loop.account());
    let steps = 1;
    do loop.nowMs += 0.25;
    while (!turns.spend(0.25 * MS) && ++steps < 100);
    expect(steps).toBe(8);
    turns.end();
  }
});

it('takes nothing of an account whose work was given up until its place in the queue has come', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const account = loop.account();
  turns.later(
    account,
    job(() => 'done'),
  );
  turns.remove(account);
  expect(turns.mayBegin(account)).toBe(false);
  let begun = false;
  turns.begin(loop.account());
  turns.run(
    account,
    done(() => {
      begun = true;
    }),
  );
  expect(begun).toBe(false);
  turns.end();
  loop.drain();
  expect([begun, turns.mayBegin(account)]).toEqual([true, true]);
});

it('ends what runs when the turn is over, by the clock or by what was charged, though the slice is not', () => {
  const begin = () => {
    const loop = new WorkLoop({ turnMs: 10, sliceMs: 20 });
    const usedBefore = loop.account();
    loop.turns.begin(usedBefore);
    return loop;
  };
  const byClock = begin();
  expect(byClock.turns.spend(0.2 * MS)).toBe(false);
  byClock.nowMs += 9.5;
  expect(byClock.turns.spend(0.2 * MS)).toBe(false);
  byClock.nowMs += 0.5;
  expect(byClock.turns.spend(0.2 * MS)).toBe(true);
  const byCharge = begin();
  expect([byCharge.turns.spend(9.5 * MS), byCharge.turns.spend(0.5 * MS)]).toEqual([false, true]);
  const byBoth = begin();
  byBoth.turns.spend(6 * MS);
  byBoth.turns.end();
  byBoth.turns.begin(byBoth.account());
  expect([byBoth.turns.spend(3.5 * MS), byBoth.turns.spend(0.5 * MS)]).toEqual([false, true]);
});

/** A turn in whose one slice the process works, and is held up. */
function lossy(turnMs: number, sliceMs: number) {
  let usedMs = 0;
  const asked = vi.fn(() => usedMs);
  const loop = new WorkLoop({ turnMs, sliceMs, usedMs: asked });
  const pass = (workedMs: number, heldUpMs = 0) => {
    usedMs += workedMs;
    loop.nowMs += workedMs + heldUpMs;
    return loop.turns.spend(0.2 * MS);
  };
  const begin = () => {
    loop.turns.begin(loop.account());
    pass(0);
  };
  return { loop, asked, pass, begin };
}

it('begins to look at what the process has used at half of a turn, not before and not later', () => {
  const early = lossy(20, 20);
  early.begin();
  early.pass(5);
  early.pass(0, 3);
  early.pass(3);
  expect([early.pass(8), early.pass(1)]).toEqual([false, true]);
  const late = lossy(20, 20);
  late.begin();
  late.pass(10);
  late.pass(0, 5);
  expect([late.pass(5), late.pass(4), late.pass(1)]).toEqual([false, false, true]);
});

it('makes also a slice longer by what was lost in it, and asks for that only where the slice would be over', () => {
  const { loop, asked, pass, begin } = lossy(100, 20);
  begin();
  pass(60);
  loop.turns.end();
  begin();
  asked.mockClear();
  expect(pass(8)).toBe(false);
  expect(asked).not.toHaveBeenCalled();
  expect(pass(1, 11)).toBe(false);
  expect(asked).toHaveBeenCalledOnce();
  expect([pass(9), pass(2)]).toEqual([false, true]);
});

it('forgives a turn nothing of what passed before it', () => {
  const { loop, pass, begin } = lossy(20, 20);
  begin();
  pass(15);
  loop.turns.end();
  loop.turn();
  loop.nowMs += 1_000;
  begin();
  expect([pass(9), pass(10), pass(1)]).toEqual([false, false, true]);
});
