import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { type CallOptions, Resilience, type ResilienceOptions, type Verdict } from './resilience.ts';

/** Fails as the other side does that is down, that declines, or that says nothing of itself. */
class Failure extends SignalboxError {
  readonly says: Verdict;
  readonly passes: boolean;
  constructor(says: Verdict, passes = false) {
    super('unavailable', says);
    this.says = says;
    this.passes = passes;
  }
}

const DEADLINE_MS = 10_000;
const LATE = new Failure('fault');

function made(more: Partial<ResilienceOptions> = {}) {
  const clock = new FakeClock();
  const states: string[] = [];
  const calls = new Resilience({
    ...{ what: 'The mail server', clock, random: () => 0, failures: 3, openMs: 5_000, openMaxMs: 15_000 },
    probe: async () => {},
    verdict: (error) => (error instanceof Failure ? error.says : 'nothing'),
    passes: (error) => error instanceof Failure && error.passes,
    retryMs: [1_000, 2_000],
    onState: (state) => states.push(state),
    ...more,
  });
  const run = <Result>(
    work: (signal: AbortSignal) => Promise<Result>,
    options: Partial<CallOptions> = {},
  ): Promise<Result | string> =>
    calls
      .run(work, { deadlineMs: DEADLINE_MS, late: () => LATE, repeats: true, ...options })
      .catch((error: Error) => `failed: ${error.message}`);
  return { calls, clock, states, run };
}

/** Waits until it is to be given up. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

const fails =
  (says: Verdict, passes = false) =>
  () =>
    Promise.reject(new Failure(says, passes));

it('answers, tells what is thrown, and judges the other side by that alone', async () => {
  const { calls, run } = made();
  const times: number[] = [];
  calls.onRun = (ns) => times.push(ns);
  expect(await run(async () => 'answer')).toBe('answer');
  expect(await run(fails('fault'))).toBe('failed: fault');
  expect(calls.breaker.failures).toBe(1);
  expect(await run(fails('nothing'))).toBe('failed: nothing');
  expect(calls.breaker.failures).toBe(1);
  expect(await run(fails('answer'))).toBe('failed: answer');
  expect(calls.breaker.failures).toBe(0);
  expect(calls.figures).toEqual({ calls: 4, answered: 2, faults: 1, retries: 0 });
  expect(times).toEqual([0, 0, 0, 0]);
});

it('is given up at its deadline, pauses included, and leaves nothing behind', async () => {
  const { calls, clock, run } = made();
  const outer = new AbortController();
  const late = run(never, { signal: outer.signal });
  await clock.advance(DEADLINE_MS - 1);
  expect(calls.figures.faults).toBe(0);
  await clock.advance(1);
  expect([await late, calls.figures.faults]).toEqual(['failed: fault', 1]);
  const paused = run(fails('fault', true), { deadlineMs: 400 });
  await clock.advance(400);
  expect(await paused).toBe('failed: fault');
  expect([clock.pendingTimers, getEventListeners(outer.signal, 'abort').length]).toEqual([0, 0]);
});

it('is made again where that may help, after half to all of each pause, as often as there are pauses', async () => {
  for (const [random, waits] of [
    [0, [500, 1_000]],
    [1, [1_000, 2_000]],
  ] as const) {
    const { calls, clock, run } = made({ random: () => random, failures: 9 });
    let made_ = 0;
    const all = run(() => {
      made_++;
      return Promise.reject(new Failure('fault', true));
    });
    for (const [before, wait] of waits.entries()) {
      await clock.advance(wait - 1);
      expect(made_).toBe(before + 1);
      await clock.advance(1);
      expect(made_).toBe(before + 2);
    }
    expect([await all, calls.figures]).toEqual([
      'failed: fault',
      { calls: 1, answered: 0, faults: 3, retries: 2 },
    ]);
    expect(await run(fails('fault', true), { repeats: false })).toBe('failed: fault');
  }
});

it('ends by the signal of its caller, before it is made, under way and in a pause; that is no fault', async () => {
  const { calls, clock, run } = made();
  const gone = () => {
    const outer = new AbortController();
    return { outer, signal: outer.signal, leave: () => outer.abort(new SignalboxError('cancelled', 'gone')) };
  };
  const early = gone();
  early.leave();
  expect(await run((signal) => (signal.aborted ? Promise.reject(signal.reason) : never(signal)), early)).toBe(
    'failed: gone',
  );
  const under = gone();
  const underWay = run(never, under);
  under.leave();
  expect(await underWay).toBe('failed: gone');
  const later = gone();
  const paused = run(fails('fault', true), later);
  await clock.advance(10);
  later.leave();
  expect([await paused, calls.breaker.failures, clock.pendingTimers]).toEqual(['failed: gone', 1, 0]);
});

it('is refused while the breaker is open, which ends whoever waits but not what is tried again', async () => {
  const { calls, clock, states, run } = made();
  let begun = 0;
  const waits = run(never, { repeats: false });
  const repeated = run(never);
  for (let i = 0; i < 3; i++) await run(fails('fault'), { begun: () => begun++ });
  const refusal = 'failed: The mail server is not asked now because it failed again and again: fault';
  expect(await waits).toBe(refusal);
  expect(await run(async () => 'answer', { begun: () => begun++ })).toBe(refusal);
  expect([begun, calls.breaker.rejected, states]).toEqual([3, 1, ['open']]);
  // Its own look asks whatever the breaker says.
  expect(await calls.once(async () => 'there', { deadlineMs: 1, late: () => LATE })).toBe('there');
  await clock.advance(5_000);
  expect([states, await run(async () => 'answer')]).toEqual([['open', 'half-open', 'closed'], 'answer']);
  await clock.advance(5_000);
  expect(await repeated).toBe('failed: fault');
});

it('is not made again when the breaker has opened in its pause, and looks no more once it is stopped', async () => {
  const { calls, clock, run } = made();
  const paused = run(fails('fault', true));
  await clock.advance(10);
  for (let i = 0; i < 2; i++) await run(fails('fault'));
  await clock.advance(1_000);
  expect([await paused, calls.figures.retries]).toEqual([
    'failed: The mail server is not asked now because it failed again and again: fault',
    0,
  ]);
  calls.stop();
  expect([calls.breaker.state, clock.pendingTimers]).toEqual(['open', 0]);
});
