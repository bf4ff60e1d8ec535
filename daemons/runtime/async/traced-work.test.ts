import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { timingText } from '../../../contract/work-timing.ts';
import { LoopTurn, TURN_MEMORY_BYTES } from './loop-turn.ts';
import { TracedWork } from './traced-work.ts';

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('time in queue is what queues told, time in work is the rest', () => {
  const work = new TracedWork('history', 'anna');
  work.waited(300, ['audit', 'audit', 'history']);
  work.waited(20.04);
  work.waited(-5);
  nowMs += 400;
  const ahead = [
    { name: 'audit', count: 2 },
    { name: 'history', count: 1 },
  ];
  expect(work.timing()).toEqual({ queueMs: 320, workMs: 80, ahead });
  expect(timingText(work.timing())).toBe('320 ms in queue behind audit x 2, history, 80 ms in work');
  expect(work.timing(100)).toEqual({ queueMs: 100, workMs: 0, ahead });
  nowMs += 2_000;
  expect(timingText({ ...work.timing(), ahead: [] })).toBe('320 ms in queue, 2.1 s in work');
});

test('five names are told, and each of them is counted on', () => {
  const work = new TracedWork('x', 'y');
  for (const name of ['a', 'b', 'c', 'd', '', 'e', 'f']) work.behind(name);
  // The same ones, as another queue counts them.
  work.behind('e', 4);
  work.waited(0, ['a', 'a', 'g']);
  work.behind('e', 2);
  expect(work.timing().ahead.map(({ name, count }) => `${name} ${count}`)).toEqual([
    'a 2',
    'b 1',
    'c 1',
    'd 1',
    'e 4',
  ]);
});

/** Turns that end when the test says so. */
function turns() {
  const due: (() => void)[] = [];
  const loop = new LoopTurn((callback) => due.push(callback));
  loop.watch({ memory: new SharedArrayBuffer(TURN_MEMORY_BYTES), ended: () => {} });
  const check = () => {
    for (const callback of due.splice(0)) callback();
  };
  const aheadOf = async () => {
    let ahead: readonly { name: string; count: number }[] = [];
    await loop.trace(
      'poke',
      'anna',
      () => {},
      (traced) => {
        ahead = traced.timing().ahead;
      },
    );
    return ahead;
  };
  return { loop, check, aheadOf };
}

test('a command that came while the loop was kept is told what kept it, in the same turn or the next', async () => {
  const { loop, check, aheadOf } = turns();
  loop.enter();
  loop.name('LIST', 12);
  nowMs += 19;
  loop.clear();
  expect(await aheadOf()).toEqual([]);
  nowMs += 1;
  expect(await aheadOf()).toEqual([{ name: 'LIST', count: 1 }]);
  check();
  nowMs += 19;
  expect(await aheadOf()).toEqual([{ name: 'LIST', count: 1 }]);
  check();
  nowMs += 21;
  expect(await aheadOf()).toEqual([]);
});

test('a short turn is in the way of nobody behind it, whatever was named in it', async () => {
  const { loop, check, aheadOf } = turns();
  loop.enter();
  loop.name('PING', 12);
  nowMs += 19;
  check();
  expect(await aheadOf()).toEqual([]);
});

test('commands that are under way when another comes are ahead of it, by name and number', async () => {
  const { loop, aheadOf } = turns();
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  const others = ['backup', 'history', 'history'].map((name) => loop.trace(name, 'bert', () => promise));
  expect(await aheadOf()).toEqual([
    { name: 'backup', count: 1 },
    { name: 'history', count: 2 },
  ]);
  resolve();
  await Promise.all(others);
  expect(await aheadOf()).toEqual([]);
});

test('a turn is in the way of what comes less than 20 ms behind it, and only where something was named in it', async () => {
  const { loop, check, aheadOf } = turns();
  loop.enter();
  nowMs += 20;
  expect(await aheadOf()).toEqual([]);
  check();
  loop.enter();
  loop.name('LIST', 12);
  nowMs += 20;
  check();
  nowMs += 20;
  expect(await aheadOf()).toEqual([]);
  check();
  loop.enter();
  loop.name('WHO', 12);
  nowMs += 20;
  check();
  nowMs += 19.9;
  expect(await aheadOf()).toEqual([{ name: 'WHO', count: 1 }]);
});

test('a command that kept the loop for a millisecond is in the way of what comes, and a shorter one is not', async () => {
  for (const [ms, ahead] of [
    [0.9, []],
    [1, [{ name: 'sum', count: 1 }]],
  ] as const) {
    const { loop, aheadOf } = turns();
    await loop.trace('sum', 'bert', () => {
      nowMs += ms;
    });
    nowMs += 30;
    expect(await aheadOf()).toEqual(ahead);
  }
});

test('what nobody was before has waited for nothing', async () => {
  const { loop } = turns();
  const timing = await new Promise((resolve) => {
    void loop.trace(
      'poke',
      'anna',
      () => {
        nowMs += 5;
      },
      (traced) => resolve(traced.timing()),
    );
  });
  expect(timing).toEqual({ queueMs: 0, workMs: 5, ahead: [] });
});

test('a name is told up to 64 characters, and what is not in the audit trail has no key in it', () => {
  const work = new TracedWork('x', 'y');
  work.behind('n'.repeat(70));
  expect(work.timing().ahead).toEqual([{ name: 'n'.repeat(64), count: 1 }]);
  expect(work.auditKey).toBe('');
});
