/** Whether a peer is there, as its link sees it. */
import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { LinkPulse } from './link-pulse.ts';

let clock: FakeClock;
let pulse: LinkPulse;
let said: string[];

beforeEach(() => {
  clock = new FakeClock();
  said = [];
  pulse = new LinkPulse(clock, {
    ask: (stamp) => void said.push(`ask ${stamp}`),
    silent: (reason) => void said.push(reason),
  });
});

it('gives a peer half a minute to say who it is', async () => {
  await clock.advance(29_999);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual(['it did not say within 30 seconds who it is']);
});

it('asks after half a minute of silence, and gives up a minute later', async () => {
  pulse.begin();
  await clock.advance(29_999);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said).toEqual(['ask 1700000030.000000']);
  await clock.advance(59_999);
  expect(said).toHaveLength(1);
  await clock.advance(1);
  expect(said[1]).toBe('Ping timeout: 90 seconds');
});

it('does not ask one that talks, and takes any line for a sign of life', async () => {
  pulse.begin();
  for (let second = 0; second < 120; second += 20) {
    await clock.advance(20_000);
    pulse.heard();
  }
  expect(said).toEqual([]);
  await clock.advance(30_000);
  expect(said).toEqual(['ask 1700000150.000000']);
  await clock.advance(50_000);
  pulse.heard();
  await clock.advance(30_000);
  expect(said.at(-1)).toBe('ask 1700000230.000000');
});

it('knows how far away the peer is by its answer to the last question', async () => {
  pulse.begin();
  pulse.measure();
  expect([pulse.lagMs, said]).toEqual([null, ['ask 1700000000.000000']]);
  await clock.advance(250);
  pulse.answered('1699999999.000000');
  expect(pulse.lagMs).toBeNull();
  pulse.answered('1700000000.000000');
  expect(pulse.lagMs).toBe(250);
  await clock.advance(100);
  pulse.answered('1700000000.000000');
  expect(pulse.lagMs).toBe(250);
});

it('asks nobody once it is over', async () => {
  pulse.begin();
  pulse.close();
  await clock.advance(200_000);
  expect([said, clock.pendingTimers]).toEqual([[], 0]);
});
