/** What people type for levels, durations and modes, and what is due when. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { STATUS } from '../../irc/modes.ts';
import { ViewChannel } from '../network/view-parts.ts';
import { DueTimes } from './due-times.ts';
import { durationText, readDuration } from './durations.ts';
import { LEVELS, levelName, levelRange, levelText, readLevel, statusOfLevel } from './levels.ts';
import { lockChanges, readModeLock } from './mode-lock.ts';

it('levels are names and numbers from 1 to 500', () => {
  expect(['peon', 'PAL', 'HalfOp', 'op', 'manager', 'coowner', 'owner', '1', '500'].map(readLevel)).toEqual([
    1, 1, 150, 200, 300, 400, 500, 1, 500,
  ]);
  expect(['0', '501', '-1', '1.5', 'boss', '', 'constructor'].map(readLevel)).toEqual(
    Array.from({ length: 7 }, () => null),
  );
  expect([1, 149, 150, 199, 200, 299, 400, 500].map(levelText)).toEqual([
    ...['peon', 'peon (149)', 'halfop', 'halfop (199)', 'op', 'op (299)', 'coowner', 'owner'],
  ]);
  expect([levelName(0), levelRange('op'), levelRange('owner')]).toEqual([
    'nobody',
    { least: 200, most: 299 },
    { least: 500, most: 500 },
  ]);
  expect([0, 1, 150, 200].map((level) => [statusOfLevel(level, false), statusOfLevel(level, true)])).toEqual([
    [0, 0],
    [STATUS.voice, STATUS.voice],
    [STATUS.voice, STATUS.halfop],
    [STATUS.op, STATUS.op],
  ]);
  for (const [name, level] of Object.entries(LEVELS)) expect(readLevel(name)).toBe(level);
});

it('durations are read and shown', () => {
  expect(['0', '90', '5m', '1d12h', '1y', '2M', '1h25m30s', '1h30'].map(readDuration)).toEqual([
    0, 90, 300, 129_600, 31_536_000, 5_184_000, 5_130, 3_630,
  ]);
  expect(['', 'x', '1x', 'h1', '11y', '-5', '1 h'].map(readDuration)).toEqual(
    Array.from({ length: 7 }, () => null),
  );
  expect([0, 59, 60, 3_661, 90_000, 86_405].map(durationText)).toEqual([
    '0s',
    '59s',
    '1m',
    '1h1m',
    '1d1h',
    '1d',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 315_360_000 }), (seconds) => {
      const shown = readDuration(durationText(seconds))!;
      expect(shown).toBeLessThanOrEqual(seconds);
      expect(seconds - shown).toBeLessThanOrEqual(seconds / 2);
    }),
  );
});

it('modes that are kept are read, and compared with what a channel has', () => {
  expect(['+nt', '+ntl 50', '+k-m key', '-k', '+nt-s'].map((text) => readModeLock(text)?.text)).toEqual([
    '+nt',
    '+ntl 50',
    '+k-m key',
    '-k',
    '+nt-s',
  ]);
  expect(['nt', '+o', '+l', '+l 0', '+k', '+k a,b', '+nt more', '+b', ''].map(readModeLock)).toEqual(
    Array.from({ length: 9 }, () => null),
  );
  const channel = new ViewChannel('#a', 1);
  channel.modes.set('k', 'old').set('m', '').set('l', '5');
  const changes = (text: string) =>
    lockChanges(readModeLock(text)!, channel, 'nt').map(
      ({ on, letter, argument }) => `${on ? '+' : '-'}${letter}${argument}`,
    );
  expect(changes('+ntk-l new')).toEqual(['+n', '+t', '-kold', '+knew', '-l']);
  expect(changes('+l-k 5')).toEqual(['-kold']);
  expect(changes('-m')).toEqual([]);
});

it('what is due happens in its order, once, with one timer, and not when it was taken back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          key: fc.integer({ min: 0, max: 30 }),
          at: fc.integer({ min: 0, max: 5_000 }),
          cancel: fc.boolean(),
        }),
        { maxLength: 200 },
      ),
      async (steps) => {
        const clock = new FakeClock();
        const begun = clock.now();
        const times = new DueTimes(clock);
        const wanted = new Map<number, number>();
        const happened: [number, number][] = [];
        for (const { key, at, cancel } of steps) {
          if (cancel) {
            times.cancel(String(key));
            wanted.delete(key);
          } else {
            times.set(String(key), begun + at, () => happened.push([key, clock.now() - begun]));
            wanted.set(key, at);
          }
          expect(times.size).toBe(wanted.size);
          expect(clock.pendingTimers).toBeLessThanOrEqual(1);
        }
        await clock.advance(6_000);
        expect(happened.map(([, at]) => at)).toEqual(happened.map(([key]) => wanted.get(key)!));
        expect(happened.map(([key]) => key).sort()).toEqual([...wanted.keys()].sort());
        expect(happened.map(([, at]) => at)).toEqual([...happened.map(([, at]) => at)].sort((a, b) => a - b));
        expect([times.size, clock.pendingTimers]).toEqual([0, 0]);
      },
    ),
  );
});

it('what is due later than timers reach is waited for all the same', async () => {
  const clock = new FakeClock();
  const times = new DueTimes(clock);
  let happened = 0;
  times.set('far', clock.now() + 3 * 86_400_000, () => happened++);
  await clock.advance(3 * 86_400_000 - 1);
  expect(happened).toBe(0);
  await clock.advance(1);
  expect(happened).toBe(1);
});
