/** Work that is given up or fails, that waits at a gate, and that is done inside other work. */
import { expect, it } from 'vitest';
import { WorkLoop } from './test-fixtures/work-loop.ts';
import { WorkGate } from './work-gate.ts';
import type { StepResult, WorkJob } from './work-turns.ts';

const MS = 1e6;

const job = (step: () => StepResult, cancel?: () => void): WorkJob =>
  cancel === undefined ? { step } : { step, cancel };

/** Work of one step. */
const done = (work: () => void): WorkJob =>
  job(() => {
    work();
    return 'done';
  });

it('gives up what waits for an account, and what is asked for once it is closed', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  const cancelled: string[] = [];
  const never = (name: string) =>
    job(
      () => {
        throw new Error('it was given up');
      },
      () => cancelled.push(name),
    );
  loop.turns.later(account, never('one'));
  loop.turns.later(account, never('two'));
  loop.turns.remove(account);
  loop.drain();
  expect(cancelled).toEqual(['one', 'two']);
  loop.turns.later(account, never('three'));
  loop.turns.close();
  loop.turns.close();
  expect(loop.turns.run(account, never('four'))).toBe(false);
  loop.turns.later(account, never('five'));
  expect(loop.turns.mayBegin(loop.account())).toBe(false);
  loop.turn();
  expect(cancelled).toEqual(['one', 'two', 'four', 'five']);
  expect([loop.due.length, loop.errors]).toEqual([0, []]);
  // A job need not know how to be cancelled.
  expect(
    loop.turns.run(
      account,
      job(() => 'done'),
    ),
  ).toBe(false);
});

it('tells a generator that is given up', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  let ended = false;
  function* endless() {
    try {
      for (;;) yield null;
    } finally {
      ended = true;
    }
  }
  loop.turns.runSteps(account, endless());
  loop.turns.remove(account);
  expect(ended).toBe(true);
  loop.drain();
});

it('goes on after a job that throws, with what its account asked for behind it', () => {
  const loop = new WorkLoop();
  const account = loop.account();
  let goesOn = false;
  const broken = new Error('defect');
  loop.turns.later(
    account,
    job(() => {
      throw broken;
    }),
  );
  loop.turns.later(
    account,
    done(() => {
      goesOn = true;
    }),
  );
  loop.drain();
  expect([goesOn, loop.errors]).toEqual([true, [broken]]);
});

it('keeps a gate for whoever holds it, and lets nobody else open it', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const gate = new WorkGate();
  const [first, second] = [loop.account(), loop.account()];
  turns.begin(first);
  turns.leave(gate);
  turns.hold(gate);
  expect([gate.holder, turns.mustWait(gate)]).toEqual([first, false]);
  turns.end();
  turns.begin(second);
  expect(turns.mustWait(gate)).toBe(true);
  turns.leave(gate);
  expect(gate.holder).toBe(first);
  turns.end();
  turns.begin(first);
  turns.leave(gate);
  expect([gate.holder, turns.mustWait(gate)]).toEqual([null, false]);
  turns.end();
});

it('hands a gate to the first that still wants it, and opens it where nobody does', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const gate = new WorkGate();
  const holder = loop.account();
  turns.begin(holder);
  turns.hold(gate);
  turns.end();
  const passed: string[] = [];
  const waits = (name: string) => {
    const account = loop.account();
    turns.run(
      account,
      job(() => {
        if (turns.mustWait(gate)) return gate;
        passed.push(name);
        turns.leave(gate);
        return 'done';
      }),
    );
    return account;
  };
  const gone = waits('gone');
  waits('second');
  waits('third');
  loop.drain();
  expect(passed).toEqual([]);
  turns.remove(gone);
  turns.begin(holder);
  turns.leave(gate);
  turns.end();
  loop.drain();
  expect([passed, gate.holder, gate.waiting]).toEqual([['second', 'third'], null, []]);
});

it('asks again at once where the gate that a step names stands open by then', () => {
  const loop = new WorkLoop();
  const gate = new WorkGate();
  let asked = 0;
  loop.turns.later(
    loop.account(),
    job(() => (++asked < 3 ? gate : 'done')),
  );
  loop.drain();
  expect([asked, gate.waiting]).toEqual([3, []]);
});

it('does the first step of work inside other work at once, and the rest for its own account', () => {
  const loop = new WorkLoop();
  const [outer, inner] = [loop.account(), loop.account()];
  let steps = 0;
  const threeSteps = job(() => (++steps < 3 ? 'more' : 'done'));
  loop.turns.begin(outer);
  expect(loop.turns.run(inner, threeSteps)).toBe(false);
  expect(steps).toBe(1);
  expect(
    loop.turns.run(
      loop.account(),
      job(() => 'done'),
    ),
  ).toBe(true);
  // Once its slice is over it waits, and what waits already stays in order.
  expect(
    loop.turns.run(
      inner,
      done(() => steps++),
    ),
  ).toBe(false);
  expect(steps).toBe(1);
  loop.turns.spend(3 * MS);
  let begun = false;
  expect(
    loop.turns.run(
      loop.account(),
      done(() => {
        begun = true;
      }),
    ),
  ).toBe(false);
  expect(begun).toBe(false);
  loop.turns.end();
  loop.drain();
  expect([steps, begun]).toEqual([4, true]);
});

it('knows whose job runs: also after another was given up or done inside of it, and nobody between two slices', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const [own, inside] = [new WorkGate(), new WorkGate()];
  const [outer, inner, gone] = [loop.account(), loop.account(), loop.account()];
  turns.later(
    gone,
    job(
      () => 'done',
      () => turns.leave(own),
    ),
  );
  turns.begin(outer);
  turns.hold(own);
  turns.remove(gone);
  expect([own.holder, turns.mustWait(own)]).toEqual([outer, false]);
  turns.run(
    inner,
    done(() => turns.hold(inside)),
  );
  expect([inside.holder, turns.mustWait(inside), turns.mustWait(own)]).toEqual([inner, true, false]);
  turns.end();
  turns.leave(own);
  expect([own.holder, turns.mustWait(own)]).toEqual([outer, true]);
  loop.drain();
});

it('goes on at once with a step that names a gate which it holds itself', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const gate = new WorkGate();
  let asked = 0;
  turns.later(
    loop.account(),
    job(() => {
      if (++asked === 1) {
        turns.hold(gate);
        return gate;
      }
      turns.leave(gate);
      return 'done';
    }),
  );
  loop.drain();
  expect([asked, gate.holder, gate.waiting]).toEqual([2, null, []]);
});

it('asks an account that waits at a gate no second time before that is opened, whatever it asks for meanwhile', () => {
  const loop = new WorkLoop();
  const { turns } = loop;
  const gate = new WorkGate();
  const [holder, account] = [loop.account(), loop.account()];
  turns.begin(holder);
  turns.hold(gate);
  turns.end();
  const order: string[] = [];
  turns.run(
    account,
    job(() => {
      order.push('asks');
      if (turns.mustWait(gate)) return gate;
      turns.leave(gate);
      return 'done';
    }),
  );
  turns.later(
    account,
    done(() => order.push('next')),
  );
  loop.drain();
  expect([order, gate.waiting]).toEqual([['asks'], [account]]);
  turns.begin(holder);
  turns.leave(gate);
  turns.end();
  loop.drain();
  expect([order, gate.waiting]).toEqual([['asks', 'asks', 'next'], []]);
});
