import { expect, it } from 'vitest';
import { FakeClock } from '../../kit/fake-clock.ts';
import { Guessing } from './guessing.ts';
import { limits } from './limits.ts';

const rule = { free: 3, forgetSeconds: 100 };

function afterFailures(count: number): { clock: FakeClock; guessing: Guessing } {
  const clock = new FakeClock();
  const guessing = new Guessing(rule, clock);
  for (let i = 0; i < count; i++) guessing.failed('ann');
  return { clock, guessing };
}

it('lets the first failures pass and doubles the wait with each further one, up to the longest', () => {
  const { guessing } = afterFailures(2);
  expect(guessing.waitSeconds('ann')).toBe(0);
  const waits = Array.from({ length: 12 }, () => {
    guessing.failed('ann');
    return guessing.waitSeconds('ann');
  });
  expect(waits.slice(0, 4)).toEqual([2, 4, 8, 16]);
  expect(waits.at(-1)).toBe(limits.guessWaitMostSeconds.default);
  expect(guessing.waitSeconds('bob')).toBe(0);
});

it('the wait is over when its time is, and a failure is forgotten after a while', async () => {
  const { clock, guessing } = afterFailures(4);
  expect(guessing.waitSeconds('ann')).toBe(4);
  await clock.advance(3_001);
  expect(guessing.waitSeconds('ann')).toBe(1);
  await clock.advance(1_000);
  expect(guessing.waitSeconds('ann')).toBe(0);
  // Two of four are forgotten: the next is the third, and waits as the third does.
  await clock.advance(196_000);
  guessing.failed('ann');
  expect(guessing.waitSeconds('ann')).toBe(2);
  // What had passed of the time of another is not lost.
  await clock.advance(99_999);
  guessing.failed('ann');
  expect(guessing.waitSeconds('ann')).toBe(2);
  await clock.advance(1_000_000);
  expect(guessing.entries('account')).toEqual([]);
  expect(guessing.size).toBe(0);
});

it('failures one after the other count in full until they are forgotten, however little time lies between them', async () => {
  const { clock, guessing } = afterFailures(0);
  for (const expected of [0, 0, 2, 4]) {
    await clock.advance(rule.forgetSeconds * 200);
    guessing.failed('ann');
    expect(guessing.waitSeconds('ann')).toBe(expected);
  }
});

it('a failure that was none is taken back', () => {
  const { guessing } = afterFailures(3);
  expect(guessing.waitSeconds('ann')).toBe(2);
  guessing.refund('ann');
  expect(guessing.waitSeconds('ann')).toBe(0);
  guessing.refund('ann');
  guessing.refund('ann');
  guessing.refund('ann');
  expect(guessing.size).toBe(0);
});

it('shows who waits longest first, and forgets one or all', () => {
  const { clock, guessing } = afterFailures(4);
  guessing.failed('bob');
  expect(guessing.entries('account')).toEqual([
    { kind: 'account', who: 'ann', failures: 4, waitSeconds: 4, lastAt: clock.now() },
    { kind: 'account', who: 'bob', failures: 1, waitSeconds: 0, lastAt: clock.now() },
  ]);
  expect(guessing.reset('ann')).toBe(1);
  expect(guessing.reset('ann')).toBe(0);
  expect(guessing.waitSeconds('ann')).toBe(0);
  guessing.failed('cat');
  expect(guessing.reset(null)).toBe(2);
});

it('of those who wait as long shows who failed more often first, and what is looked at is not forgotten twice', async () => {
  const { clock, guessing } = afterFailures(4);
  for (const [who, failures] of [
    ['bob', 1],
    ['cat', 2],
    ['dan', 5],
    ['eve', 4],
  ] as const)
    for (let i = 0; i < failures; i++) guessing.failed(who);
  const rows = () => guessing.entries('address').map(({ who, failures }) => [who, failures]);
  const all = [
    ['dan', 5],
    ['ann', 4],
    ['eve', 4],
    ['cat', 2],
    ['bob', 1],
  ];
  expect(rows()).toEqual(all);
  await clock.advance(99_999);
  for (let i = 0; i < 5; i++) expect(rows()).toEqual(all);
  await clock.advance(1);
  for (let i = 0; i < 5; i++)
    expect(rows()).toEqual([
      ['dan', 4],
      ['ann', 3],
      ['eve', 3],
      ['cat', 1],
    ]);
});

it('remembers a bounded number, and forgets the oldest', () => {
  const guessing = new Guessing(rule, new FakeClock());
  const most = limits.guessersRemembered.default;
  for (let i = 0; i <= most; i++) guessing.failed(`${i}`);
  expect(guessing.size).toBe(most);
  expect(guessing.reset('0')).toBe(0);
  expect(guessing.reset('1')).toBe(1);
});
