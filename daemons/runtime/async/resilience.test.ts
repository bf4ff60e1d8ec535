import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import { Resilience, type ResilienceOptions } from './resilience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function make(more: Partial<ResilienceOptions> = {}): Resilience {
  return new Resilience({
    what: 'The mail server',
    timeoutMs: 1_000,
    attempts: 1,
    failures: 3,
    openMs: 5_000,
    openMaxMs: 15_000,
    ...more,
  });
}

const down = () => Promise.reject(new SignalboxError('unavailable', 'connect ECONNREFUSED.'));
const never = () => new Promise<never>(() => {});

/** What became of a call: its answer, or the code and message of its error. */
function told(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: SignalboxError) => `${error.code ?? 'none'}: ${error.message}`);
}

async function open(calls: Resilience, failures = 3): Promise<void> {
  for (let i = 0; i < failures; i++) await told(calls.run(down));
  expect(calls.state).toBe('open');
}

describe('a call', () => {
  it('answers, and tells what it throws', async () => {
    const calls = make();
    expect(await calls.run(() => Promise.resolve('answer'))).toBe('answer');
    expect(await told(calls.run(down))).toBe('unavailable: connect ECONNREFUSED.');
    expect(calls.stats()).toEqual({ state: 'closed', submitted: 2, completed: 1, failed: 1, rejected: 0 });
  });

  it('is given up at its deadline, and is told so', async () => {
    const calls = make();
    let given: AbortSignal | undefined;
    const call = told(
      calls.run((signal) => {
        given = signal;
        return never();
      }),
    );
    await vi.advanceTimersByTimeAsync(999);
    expect(given?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await call).toBe('timeout: The mail server did not answer within 1 s.');
    expect(given?.aborted).toBe(true);
    expect(calls.stats()).toMatchObject({ completed: 0, failed: 1 });
  });

  it('is made again after a failure, with growing pauses, as often as it may', async () => {
    const calls = make({ attempts: 4, failures: 99, retryMs: 100, retryMaxMs: 1_000 });
    const at: number[] = [];
    const start = performance.now();
    const call = told(
      calls.run(() => {
        at.push(performance.now() - start);
        return down();
      }),
    );
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await call).toBe('unavailable: connect ECONNREFUSED.');
    expect(at).toHaveLength(4);
    expect(at[1]).toBeGreaterThan(0);
    for (let i = 1; i < 4; i++) expect(at[i]! - at[i - 1]!).toBeLessThanOrEqual(1_001);
    expect(calls.stats()).toMatchObject({ submitted: 4, failed: 4 });
  });

  it('pauses for another time whenever it is made, so that many do not come at once', async () => {
    const pauses = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const calls = make({ attempts: 2, retryMs: 10_000, retryMaxMs: 100_000 });
      let last = performance.now();
      const call = told(
        calls.run(() => {
          pauses.add(Math.round(performance.now() - last));
          last = performance.now();
          return down();
        }),
      );
      await vi.advanceTimersByTimeAsync(100_000);
      await call;
    }
    expect(pauses.size).toBeGreaterThan(10);
  });

  it('is not made again where the other side has answered', async () => {
    const calls = make({ attempts: 3 });
    for (const code of ['not_found', 'refused', 'bad_request', 'conflict'] as const)
      expect(await told(calls.run(() => Promise.reject(new SignalboxError(code, 'No.'))))).toBe(
        `${code}: No.`,
      );
    expect(calls.stats()).toMatchObject({ submitted: 4, completed: 4, failed: 0 });
  });

  it('speaks against the other side where it has no code, or one that says that the other side fails', async () => {
    for (const code of ['unavailable', 'busy', 'crashed', 'internal', 'timeout'] as const) {
      const calls = make({ failures: 1 });
      const call = told(calls.run(() => Promise.reject(new SignalboxError(code, 'x'))));
      expect(await call).toBe(`${code}: x`);
      expect([calls.state, calls.stats().failed]).toEqual(['open', 1]);
    }
    const calls = make({ failures: 1 });
    expect(await told(calls.run(() => Promise.reject(new Error('no code'))))).toBe('none: no code');
    expect(calls.state).toBe('open');
  });

  it('pauses as long as it is told, and by the table where it is told nothing', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const pauseOf = async (options: Partial<ResilienceOptions>) => {
      const at: number[] = [];
      const calls = make({ attempts: 2, ...options });
      const call = told(
        calls.run(() => {
          at.push(performance.now());
          return down();
        }),
      );
      await vi.advanceTimersByTimeAsync(60_000);
      await call;
      return at[1]! - at[0]!;
    };
    const pause = await pauseOf({ retryMs: 1_000, retryMaxMs: 50_000 });
    expect(pause).toBeGreaterThan(100);
    expect(Math.abs((await pauseOf({ retryMs: 4_000, retryMaxMs: 50_000 })) - 4 * pause)).toBeLessThan(8);
    expect(await pauseOf({ retryMs: 4_000, retryMaxMs: 50 })).toBe(50);
    const usual = await pauseOf({ retryMs: limits.callRetryMs.default, retryMaxMs: 50_000 });
    expect(await pauseOf({})).toBe(usual);
    const most = limits.callRetryMaxMs.default;
    expect(await pauseOf({ retryMs: 10 * most })).toBe(most);
    vi.restoreAllMocks();
  });

  it('tells whoever listens how long it took', async () => {
    const calls = make();
    const took: number[] = [];
    calls.onRun = (ns) => took.push(ns);
    const ends: (() => void)[] = [];
    const held = () => new Promise<void>((resolve) => ends.push(resolve));
    const running = [calls.run(held), told(calls.run(() => held().then(down)))];
    for (const [at, ms] of [25, 15].entries()) {
      await vi.advanceTimersByTimeAsync(ms);
      ends[at]!();
      await running[at];
    }
    expect(took).toEqual([25e6, 40e6]);
  });

  it('counts as failure what its owner says', async () => {
    const calls = make({ failures: 1, isFailure: (error) => (error as Error).message === 'theirs' });
    await told(calls.run(() => Promise.reject(new Error('mine'))));
    expect(calls.state).toBe('closed');
    await told(calls.run(() => Promise.reject(new Error('theirs'))));
    expect(calls.state).toBe('open');
  });

  it('ends with its caller, while it runs and while it waits to be made again', async () => {
    const calls = make({ attempts: 3, retryMs: 10_000, retryMaxMs: 10_000 });
    const leave = new AbortController();
    let given: AbortSignal | undefined;
    const running = told(
      calls.run(
        (signal) => {
          given = signal;
          return never();
        },
        { signal: leave.signal },
      ),
    );
    const pausing = told(calls.run(down, { signal: leave.signal }));
    await vi.advanceTimersByTimeAsync(10);
    leave.abort();
    expect(await running).toBe('cancelled: The caller has stopped waiting.');
    expect(await pausing).toBe('cancelled: The caller has stopped waiting.');
    expect(given?.aborted).toBe(true);
    expect(await told(calls.run(never, { signal: leave.signal }))).toContain('cancelled');
    await vi.advanceTimersByTimeAsync(100_000);
    expect(calls.stats()).toMatchObject({ submitted: 2, completed: 0, failed: 1 });
  });

  it('leaves no timers and listeners behind', async () => {
    const calls = make({ attempts: 2, retryMs: 1 });
    const { signal } = new AbortController();
    for (let i = 0; i < 1_000; i++) await calls.run(() => Promise.resolve(i), { signal });
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the breaker', () => {
  it('opens after so many failures in a row, and says when it is tried again', async () => {
    const calls = make();
    await told(calls.run(down));
    await told(calls.run(down));
    await calls.run(() => Promise.resolve());
    await told(calls.run(down));
    await told(calls.run(down));
    expect(calls.state).toBe('closed');
    await told(calls.run(down));
    expect(calls.state).toBe('open');
    await vi.advanceTimersByTimeAsync(1_500);
    const work = vi.fn(down);
    const refused = await calls.run(work).catch((error: SignalboxError) => error);
    expect(work).not.toHaveBeenCalled();
    expect(refused).toMatchObject({
      code: 'unavailable',
      message:
        'The mail server has failed again and again (connect ECONNREFUSED) and is not asked now. It is tried again in 4 s.',
      detail: { retryAt: Date.now() + 3_500 },
    });
    expect(calls.stats()).toEqual({ state: 'open', submitted: 7, completed: 1, failed: 5, rejected: 1 });
  });

  it('ends the reason that it gives where its sentence ends, not before', async () => {
    const calls = make({ failures: 1 });
    await told(calls.run(() => Promise.reject(new SignalboxError('unavailable', '192.0.2.1 is away.'))));
    expect(await told(calls.run(down))).toContain('again and again (192.0.2.1 is away) and');
  });

  it('lets one call try when its time is over, and closes when that succeeds', async () => {
    const states: string[] = [];
    const calls = make({ onState: (state) => states.push(state) });
    await open(calls);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(await told(calls.run(() => Promise.resolve('early')))).toContain('in 1 s');
    await vi.advanceTimersByTimeAsync(1);
    let answer = (_text: string) => {};
    const trial = calls.run(() => new Promise<string>((resolve) => (answer = resolve)));
    expect(calls.state).toBe('half-open');
    const behind = vi.fn(() => Promise.resolve('behind'));
    const waiting = calls.run(behind);
    await vi.advanceTimersByTimeAsync(10);
    expect(behind).not.toHaveBeenCalled();
    answer('tried');
    expect(await trial).toBe('tried');
    expect(await waiting).toBe('behind');
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('stays open twice as long each time that the trial fails, up to a most', async () => {
    const calls = make();
    await open(calls);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      const refused = await calls.run(down).catch((error: SignalboxError) => error);
      waits.push(Number((refused as SignalboxError).detail?.retryAt) - Date.now());
      await vi.advanceTimersByTimeAsync(waits[i]!);
      expect(await told(calls.run(down))).toBe('unavailable: connect ECONNREFUSED.');
    }
    expect(waits).toEqual([5_000, 10_000, 15_000, 15_000]);
  });

  it('closes where the trial is answered with a refusal', async () => {
    const calls = make();
    await open(calls);
    await vi.advanceTimersByTimeAsync(5_000);
    await told(calls.run(() => Promise.reject(new SignalboxError('not_found', 'x'))));
    expect(calls.state).toBe('closed');
  });

  it('stays open where the trial was left by its caller', async () => {
    const calls = make();
    await open(calls);
    await vi.advanceTimersByTimeAsync(5_000);
    const trial = told(calls.run(never, { signal: AbortSignal.timeout(1) }));
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(calls.state).toBe('open'));
    expect(await trial).toContain('timeout');
  });

  it('does not open because callers leave', async () => {
    const calls = make({ failures: 1 });
    const leave = new AbortController();
    const left = told(calls.run(never, { signal: leave.signal }));
    leave.abort(new DOMException('late', 'TimeoutError'));
    expect(await left).toBe('timeout: The time for waiting is over.');
    expect(calls.stats()).toMatchObject({ state: 'closed', completed: 0, failed: 0 });
  });

  it('is tried when its time is over also where the clock was set back, and not sooner where it was set forward', async () => {
    const calls = make();
    await open(calls);
    vi.setSystemTime(Date.now() + 40 * 86_400_000);
    expect(await told(calls.run(down))).toContain('It is tried again in 5 s.');
    vi.setSystemTime(Date.now() - 365 * 86_400_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await calls.run(() => Promise.resolve('there'))).toBe('there');
  });

  it('is not tried again before a call of its own while it is open', async () => {
    const calls = make({ attempts: 9, failures: 3, retryMs: 1, retryMaxMs: 10 });
    const work = vi.fn(down);
    const call = told(calls.run(work));
    await vi.advanceTimersByTimeAsync(100);
    expect(await call).toContain('is not asked now');
    expect(work).toHaveBeenCalledTimes(3);
  });
});
