/** Pings, and how long silence lasts. */
import { beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { Heartbeat } from './heartbeat.ts';

let clock: FakeClock;
let told: string[];
let heartbeat: Heartbeat;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  heartbeat = new Heartbeat(
    clock,
    { ...CONTROL_LIMITS, heartbeatMs: 10, unresponsiveMs: 30, deadMs: 50 },
    {
      sendPing: (seq) => told.push(`ping ${seq}`),
      onUnresponsive: (unresponsive) => told.push(unresponsive ? 'silent' : 'back'),
      onDead: () => told.push('dead'),
    },
  );
});

test('a silent process is pinged, shown as unresponsive once, and dead exactly when its time is over', async () => {
  heartbeat.start();
  expect(told).toEqual([]);
  await clock.advance(29);
  expect(told).toEqual(['ping 1', 'ping 2']);
  await clock.advance(1);
  expect(told).toEqual(['ping 1', 'ping 2', 'silent', 'ping 3']);
  await clock.advance(19);
  expect(told.slice(4)).toEqual(['ping 4']);
  await clock.advance(1);
  expect(told.slice(5)).toEqual(['dead']);
  await clock.advance(1_000);
  expect(told).toHaveLength(6);
  expect(clock.pendingTimers).toBe(0);
});

test('a sign of life begins the silence anew, and only one that was missed is said to be back', async () => {
  heartbeat.start();
  await clock.advance(25);
  heartbeat.alive();
  await clock.advance(24);
  expect(told).toEqual(['ping 1', 'ping 2', 'ping 3', 'ping 4']);
  await clock.advance(10);
  expect(told.slice(4)).toEqual(['silent', 'ping 5']);
  heartbeat.alive();
  heartbeat.alive();
  expect(told.slice(6)).toEqual(['back']);
  await clock.advance(30);
  expect(told.slice(7)).toContain('silent');
});

test('time that nobody saw pass counts as two beats at most', async () => {
  heartbeat.start();
  await clock.jump(1_000_000);
  expect(told).toEqual(['ping 1']);
  await clock.advance(9);
  expect(told).toEqual(['ping 1']);
  await clock.advance(1);
  expect(told).toEqual(['ping 1', 'silent', 'ping 2']);
});

test('it stops, and begins again with a clean slate and one timer', async () => {
  heartbeat.start();
  await clock.advance(20);
  heartbeat.stop();
  heartbeat.stop();
  await clock.advance(1_000);
  expect(told).toEqual(['ping 1', 'ping 2']);
  heartbeat.start();
  heartbeat.start();
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(29);
  expect(told).toEqual(['ping 1', 'ping 2', 'ping 3', 'ping 4']);
});
