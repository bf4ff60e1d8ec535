import { afterEach, describe, expect, it, vi } from 'vitest';
import { SharedSignal } from './shared-signal.ts';

afterEach(() => vi.restoreAllMocks());

function make(): { words: Int32Array; signal: SharedSignal } {
  const words = new Int32Array(new SharedArrayBuffer(12));
  return { words, signal: new SharedSignal(words, 1, 2) };
}

describe('SharedSignal', () => {
  it('keeps the loop alive while something is waited for, and no longer', async () => {
    const { words, signal } = make();
    const keep = vi.spyOn(globalThis, 'setTimeout');
    const letGo = vi.spyOn(globalThis, 'clearTimeout');
    await signal.until(() => true);
    expect(keep).not.toHaveBeenCalled();
    const waiting = signal.until(() => words[0] === 1);
    // A longer timer would go off at once.
    expect(keep.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1]);
    const timer = keep.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(true);
    signal.wake();
    signal.wake();
    words[0] = 1;
    signal.wake();
    await waiting;
    expect(keep).toHaveBeenCalledTimes(1);
    expect(letGo).toHaveBeenCalledWith(timer);
  });

  it('says whether somebody waits, and wakes as many as it is told', async () => {
    const { words, signal } = make();
    expect(signal.awaited).toBe(false);
    let open = 0;
    const ended: number[] = [];
    const all = [1, 2, 3].map((number) => signal.until(() => open >= number).then(() => ended.push(number)));
    expect([signal.awaited, words[2]]).toEqual([true, 3]);
    open = 3;
    signal.wake(1);
    // Whoever has been woken is not there to be woken again.
    expect(Atomics.notify(words, 1)).toBe(2);
    await Promise.all(all);
    expect(ended.sort()).toEqual([1, 2, 3]);
    expect([signal.awaited, words[2]]).toEqual([false, 0]);
  });

  it('wakes all that wait where it is told no number', () => {
    const { words, signal } = make();
    void Promise.all([1, 2, 3].map(() => signal.until(() => words[0] === 1)));
    words[0] = 1;
    signal.wake();
    expect(Atomics.notify(words, 1)).toBe(0);
  });

  it('counts nobody as waiting after what is asked has thrown', async () => {
    const { words, signal } = make();
    const isTrue = () => {
      throw new Error('gone');
    };
    await expect(signal.until(isTrue)).rejects.toThrow('gone');
    expect(() => signal.block(isTrue, 0)).toThrow('gone');
    expect(words[2]).toBe(0);
  });

  it('stands still for the time that is left, and not at all where none is', () => {
    const { words, signal } = make();
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      now += 30;
      return 'timed-out';
    });
    const waited = () => wait.mock.calls.splice(0).map(([, , , ms]) => ms);
    expect(signal.block(() => false, 1_000)).toBe(false);
    expect(waited()).toEqual([]);
    expect(signal.block(() => false, 1_050)).toBe(false);
    expect(waited()).toEqual([50, 20]);
    now = 1_000;
    expect(signal.block(() => now === 1_030, 5_000)).toBe(true);
    expect(waited()).toEqual([4_000]);
    expect(signal.block(() => true, 0)).toBe(true);
    expect(words[2]).toBe(0);
  });
});
