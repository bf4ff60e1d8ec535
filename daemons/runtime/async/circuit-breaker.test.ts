import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

const FIRST = 5_000;
const MOST = 60_000;
const FAILURES = 5;

function made(random = 0) {
  const clock = new FakeClock();
  const states: string[] = [];
  const looks: { answer: () => void; fail: (error: Error) => void }[] = [];
  const breaker = new CircuitBreaker({
    ...{ what: 'Keycloak', clock, failures: FAILURES, openMs: FIRST, openMaxMs: MOST },
    random: () => random,
    probe: () => new Promise<void>((answer, fail) => looks.push({ answer, fail })),
    onState: (state, why) => states.push(why === null ? state : `${state}: ${why}`),
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) breaker.failed(new Error('no answer'));
  };
  return { clock, breaker, states, looks, fail };
}

it('opens after so many failures in a row, and says when it looks', () => {
  const { breaker, fail, states, clock } = made();
  fail(FAILURES - 1);
  breaker.succeeded();
  fail(FAILURES - 1);
  expect([breaker.state, breaker.failures, breaker.nextProbeAt]).toEqual(['closed', 4, null]);
  breaker.assertClosed();
  fail(1);
  expect([breaker.state, breaker.failures, breaker.nextProbeAt]).toEqual(['open', 5, clock.now() + FIRST]);
  expect(states).toEqual(['open: no answer']);
  expect(() => breaker.assertClosed()).toThrow(/not asked now because it failed again and again: no answer/);
  expect(breaker.rejected).toBe(1);
});

it('lets nobody wait while it looks, closes when there is an answer, and waits twice as long where it does not', async () => {
  const { breaker, fail, states, looks, clock } = made();
  fail(5);
  await clock.advance(FIRST - 1);
  expect(looks).toHaveLength(0);
  await clock.advance(1);
  expect([breaker.state, breaker.nextProbeAt, looks.length]).toEqual(['half-open', null, 1]);
  expect(() => breaker.assertClosed()).toThrow(/not asked now/);
  looks[0]!.fail(new Error('still none'));
  await clock.advance(2 * FIRST - 1);
  expect([breaker.state, breaker.failures, looks.length]).toEqual(['open', 6, 1]);
  expect(() => breaker.assertClosed()).toThrow(/still none/);
  await clock.advance(1);
  looks[1]!.answer();
  await clock.advance(0);
  expect([breaker.state, breaker.failures]).toEqual(['closed', 0]);
  expect(states).toEqual(['open: no answer', 'half-open', 'open: still none', 'half-open', 'closed']);
  // A look that is answered where calls are not does not begin again with the shortest wait.
  fail(5);
  expect(breaker.nextProbeAt).toBe(clock.now() + 4 * FIRST);
});

it('waits no longer than a minute and the spread', async () => {
  const { breaker, fail, looks, clock } = made(1);
  fail(5);
  for (let i = 0; i < 8; i++) {
    await clock.advance(2 * MOST);
    looks[i]!.fail(new Error('none'));
    await clock.advance(0);
  }
  expect(breaker.nextProbeAt).toBe(clock.now() + 1.2 * MOST);
});

it('is reset, whatever a look finds that was under way, and stops looking', async () => {
  const { breaker, fail, looks, clock } = made();
  fail(5);
  await clock.advance(FIRST);
  breaker.reset();
  expect(breaker.state).toBe('closed');
  looks[0]!.fail(new Error('late'));
  await clock.advance(0);
  expect(breaker.state).toBe('closed');
  fail(5);
  breaker.reset();
  expect([breaker.state, breaker.nextProbeAt, clock.pendingTimers]).toEqual(['closed', null, 0]);
  fail(5);
  breaker.stop();
  await clock.advance(FIRST);
  expect([looks.length, clock.pendingTimers, breaker.nextProbeAt]).toEqual([1, 0, null]);
});
