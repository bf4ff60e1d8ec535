import { AsyncResource } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { ASLEEP_WORD, LoopTurn, TURN_MEMORY_BYTES, TURN_WORD } from './loop-turn.ts';
import { WorkAccount, WorkGroup } from './work-account.ts';
import { WorkTurns } from './work-turns.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function watched() {
  const memory = new SharedArrayBuffer(TURN_MEMORY_BYTES);
  const words = new Int32Array(memory, 0, 2);
  const begun = new Float64Array(memory, 8, 1);
  const ended: { turn: number; ms: number; work: string }[] = [];
  const due: (() => void)[] = [];
  /** The check phase of the loop. */
  const check = () => {
    for (const callback of due.splice(0)) callback();
  };
  const atCheck = (callback: () => void) => void due.push(callback);
  const loop = new LoopTurn(atCheck);
  loop.watch({ memory, ended: (turn, ms) => ended.push({ turn, ms, work: loop.current().work }) });
  return { loop, words, begun, ended, check, atCheck };
}

test('a turn goes from the first that is served to the check phase, however many are served in it', () => {
  const { loop, words, begun, ended, check } = watched();
  expect(loop.turn).toBeNull();
  const before = performance.now();
  loop.enter();
  expect(Atomics.load(words, TURN_WORD)).toBe(1);
  expect(begun[0]).toBeGreaterThanOrEqual(before);
  expect(begun[0]).toBe(loop.begunAt);
  loop.enter();
  expect(loop.turn).toBe(1);
  check();
  expect(Atomics.load(words, TURN_WORD)).toBe(2);
  expect(loop.turn).toBeNull();
  loop.enter();
  expect(loop.turn).toBe(3);
  check();
  expect(ended.map(({ turn }) => turn)).toEqual([1, 3]);
  expect(ended[0]!.ms).toBeGreaterThan(0);
});

test('what was worked on last is still known when its turn is told, and not in the next one', () => {
  const { loop, ended, check } = watched();
  loop.enter();
  loop.name('LIST', 12);
  expect(loop.current()).toEqual({ work: 'LIST', connection: '12' });
  check();
  expect(ended[0]!.work).toBe('LIST');
  expect(loop.current()).toEqual({ work: '', connection: '' });
});

test('the thread that watches is woken by a turn only where it sleeps', async () => {
  const { loop, words } = watched();
  Atomics.store(words, ASLEEP_WORD, 1);
  const woken = Atomics.waitAsync(words, ASLEEP_WORD, 1);
  loop.enter();
  expect(Atomics.load(words, ASLEEP_WORD)).toBe(0);
  expect(await woken.value).toBe('ok');
});

test('the memory that is shared with the watcher is two words and a time', () => {
  expect(TURN_MEMORY_BYTES).toBe(2 * Int32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT);
});

test('a turn is told by how long it took', () => {
  const { loop, ended, check } = watched();
  let nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  expect(loop.begunAt).toBe(0);
  loop.enter();
  nowMs += 7;
  check();
  expect(ended.map(({ ms }) => ms)).toEqual([7]);
  expect(loop.begunAt).toBe(1_000);
});

test('whoever watches in the middle of a turn hears of the next one first', () => {
  const { loop, ended, check } = watched();
  loop.enter();
  const memory = new SharedArrayBuffer(TURN_MEMORY_BYTES);
  const heard: number[] = [];
  loop.watch({ memory, ended: (turn) => heard.push(turn) });
  check();
  expect([loop.turn, heard, ended]).toEqual([null, [], []]);
  loop.enter();
  expect(loop.turn).toBe(1);
  check();
  expect(heard).toEqual([1]);
});

test('work is told also where only its name or only its connection is known', () => {
  const loop = new LoopTurn();
  loop.name('', 7);
  expect(loop.current()).toEqual({ work: '', connection: '7' });
  loop.name('JOIN', '');
  expect(loop.current()).toEqual({ work: 'JOIN', connection: '' });
  loop.clear();
  expect(loop.current()).toEqual({ work: '', connection: '' });
});

test('while nobody watches no turn is counted', () => {
  const { loop, words, ended, check } = watched();
  loop.enter();
  loop.watch(null);
  check();
  loop.enter();
  expect(loop.turn).toBeNull();
  expect(Atomics.load(words, TURN_WORD)).toBe(1);
  expect(ended).toEqual([]);
});

test('a request keeps its name while it waits, and loses it with its answer', async () => {
  const loop = new LoopTurn();
  let later = (): string => 'never begun';
  const during = await loop.trace('command.run', 'anna', async () => {
    // Begun during it, and alive when it is over.
    later = AsyncResource.bind(() => loop.current().work);
    const first = loop.current();
    await readFile(import.meta.filename);
    return [first, later(), loop.current()];
  });
  const named = { work: 'command.run', connection: 'anna' };
  expect(during).toEqual([named, named.work, named]);
  expect(loop.current()).toEqual({ work: '', connection: '' });
  expect(later()).toBe('');
});

test('what a request throws is thrown, and its name goes', async () => {
  const loop = new LoopTurn();
  await expect(loop.trace('x', 'y', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(
    loop.trace('x', 'y', () => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
  expect(loop.current().work).toBe('');
});

test('a line that is served during a request is told under its own name', async () => {
  const loop = new LoopTurn();
  await loop.trace('reload', 'anna', async () => {
    loop.name('JOIN', 3);
    expect(loop.current()).toEqual({ work: 'JOIN', connection: '3' });
    loop.clear();
    expect(loop.current().work).toBe('reload');
  });
});

test('turns of work announce themselves and name whose slice it is, also of what is continued later', () => {
  const { loop, ended, check, atCheck } = watched();
  const turns = new WorkTurns({ loop, schedule: atCheck });
  const account = new WorkAccount(new WorkGroup());
  account.connection = 41;
  const seen: unknown[] = [];
  function* steps() {
    loop.work = 'WHO';
    seen.push(loop.current());
    yield null;
    seen.push(loop.current());
  }
  turns.runSteps(account, steps());
  expect(loop.turn).not.toBeNull();
  expect(loop.current().work).toBe('');
  check();
  check();
  const named = { work: 'WHO', connection: '41' };
  expect(seen).toEqual([named, named]);
  expect(ended.length).toBeGreaterThan(0);
  expect(loop.current()).toEqual({ work: '', connection: '' });
});

test('a job that is put off in the middle of a command is told under the name of that command', () => {
  const { loop, check, atCheck } = watched();
  const turns = new WorkTurns({ loop, schedule: atCheck });
  const account = new WorkAccount(new WorkGroup());
  account.connection = 'p1';
  let seen: unknown;
  turns.begin(account);
  loop.work = 'data';
  turns.later(account, {
    step() {
      seen = loop.current();
      return 'done';
    },
  });
  turns.end();
  check();
  check();
  expect(seen).toEqual({ work: 'data', connection: 'p1' });
});
