/** Things that are due at some moment: each runs then, once, in order, whatever was set anew or taken back meanwhile, on one timer. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { DueTimes } from './due-times.ts';

const DAY = 86_400_000;

interface Known {
  readonly key: string;
  readonly at: number;
  readonly order: number;
}

it('run as those of a plain list would', async () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ set: fc.nat(30), after: fc.integer({ min: -5, max: 300 }) }) },
    { weight: 2, arbitrary: fc.record({ cancel: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.nat(80) }) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 300, size: 'max' }), async (steps) => {
      const clock = new FakeClock();
      const times = new DueTimes(clock);
      const ran: string[] = [];
      const expected: string[] = [];
      const known = new Map<string, Known>();
      let order = 0;
      const pass = async (ms: number) => {
        await clock.advance(ms);
        const due = [...known.values()]
          .filter(({ at }) => at <= clock.now())
          .sort((a, b) => a.at - b.at || a.order - b.order);
        for (const { key, order: nth } of due) {
          expected.push(`${key} ${nth}`);
          known.delete(key);
        }
      };
      for (const one of steps) {
        if ('set' in one) {
          const [key, at, nth] = [`k${one.set}`, clock.now() + one.after, order++];
          times.set(key, at, () => ran.push(`${key} ${nth}`));
          known.set(key, { key, at, order: nth });
        } else if ('cancel' in one) {
          times.cancel(`k${one.cancel}`);
          known.delete(`k${one.cancel}`);
        } else if ('clear' in one) {
          times.clear();
          known.clear();
        } else await pass(one.pass);
        if (times.size !== known.size || clock.pendingTimers !== Math.min(known.size, 1))
          throw new Error(`${times.size} known and ${clock.pendingTimers} timers, not ${known.size}`);
      }
      for (let key = 0; key <= 30; key++) expect(times.has(`k${key}`)).toBe(known.has(`k${key}`));
      await pass(400);
      expect(ran).toEqual(expected);
      expect([times.size, clock.pendingTimers]).toEqual([0, 0]);
    }),
    { numRuns: 15 },
  );
});

it('may set others as they run, also at once, and are late no more than the clock', async () => {
  const clock = new FakeClock();
  const times = new DueTimes(clock);
  const ran: string[] = [];
  const again = () => {
    ran.push(`again ${clock.monotonic()}`);
    if (ran.length < 3) times.set('again', clock.now() + 10, again);
  };
  times.set('again', clock.now() + 10, again);
  times.set('now', clock.now() + 10, () => times.set('other', clock.now(), () => ran.push('other')));
  await clock.advance(30);
  expect(ran).toEqual(['again 10', 'other', 'again 20']);
  // No timer is longer than a day, and nothing comes before its time for that.
  times.set('far', clock.now() + 40 * DAY, () => ran.push('far'));
  await clock.advance(40 * DAY - 1);
  expect(ran).toHaveLength(3);
  await clock.advance(1);
  expect(ran.at(-1)).toBe('far');
  // After a sleep all that came due runs at once, in order.
  for (const after of [30, 10, 20]) times.set(`s${after}`, clock.now() + after, () => ran.push(`s${after}`));
  await clock.jump(1_000);
  expect(ran.slice(-3)).toEqual(['s10', 's20', 's30']);
});

it('that are set anew over and over take no more room than those that hold', async () => {
  const clock = new FakeClock();
  const times = new DueTimes(clock);
  const ran: number[] = [];
  for (let nth = 0; nth < 5_000; nth++)
    for (const key of ['a', 'b'])
      times.set(key, clock.now() + 10_000 + ((nth * 7_919) % 5_000), () => ran.push(nth));
  expect(times.size).toBe(2);
  await clock.advance(20_000);
  expect(ran).toEqual([4_999, 4_999]);
  expect(clock.pendingTimers).toBe(0);
});
