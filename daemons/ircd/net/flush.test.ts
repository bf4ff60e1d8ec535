/** When a tick is written, what writing costs, and who goes because of it: a server without sockets. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inProcessThreads } from '../../runtime/test-fixtures/in-process-threads.ts';
import type { TickReceiver } from './client-connection.ts';
import { loopbackConfig, RecordingHandler } from './loopback-fixture.ts';
import { NetServer } from './net-server.ts';
import type { RangeList } from './tick-writer.ts';

let server: NetServer<string>;
let written: number;

beforeEach(() => {
  written = 0;
  server = new NetServer<string>(loopbackConfig(), {
    handler: new RecordingHandler(),
    dataDirectory: '/nonexistent',
    serverName: 'irc.example',
    threads: inProcessThreads,
    warn: () => {},
    onDefect: () => {},
    // However busy the machine is, a tick is written in one turn.
    flushMs: 60_000,
  });
});
afterEach(() => {
  server.close();
  vi.restoreAllMocks();
});

/** Somebody who is written to at the end of the tick, first of all where it is an answer. */
function receiver(answered = false): TickReceiver & { destroyed: string | null } {
  let ranges: RangeList | null = null;
  const one = {
    destroyed: null as string | null,
    takeRanges: () => {
      const taken = ranges;
      ranges = null;
      return taken;
    },
    ready: () => true,
    write: () => {
      written++;
      return true;
    },
    keep: () => {},
    afterFlush: () => false,
    destroy: (reason: string) => {
      one.destroyed = reason;
    },
  };
  ranges = answered ? server.writer.openFirst(one) : server.writer.open(one);
  const { slab, start, end } = server.outbox.encode('hello');
  ranges.add(slab.base + start, slab.base + end);
  return one;
}

async function tick(): Promise<void> {
  server.scheduleFlush();
  while (server.pendingWrites > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** The process has used so much CPU, in microseconds, while it wrote. */
function cpu(user: number, system: number) {
  return vi
    .spyOn(process, 'cpuUsage')
    .mockImplementation((before) => (before === undefined ? { user: 0, system: 0 } : { user, system }));
}

test('what a write costs is measured, an eighth of the way to each figure, and at most ten times what it should', async () => {
  expect(server.writeNs).toBe(6000);
  // 640 microseconds for 32 writes are 20,000 nanoseconds each.
  cpu(320, 320);
  for (let i = 0; i < 32; i++) receiver();
  await tick();
  expect([written, server.writeNs]).toEqual([32, 6000 + 14_000 / 8]);
  // Only one tick in sixty-four is measured.
  const looked = cpu(1e6, 1e6);
  looked.mockClear();
  for (let at = 0; at < 63; at++) {
    for (let i = 0; i < 32; i++) receiver();
    await tick();
  }
  expect([looked.mock.calls.length, server.writeNs]).toEqual([0, 7750]);
  for (let i = 0; i < 32; i++) receiver();
  await tick();
  expect(server.writeNs).toBe(7750 + (60_000 - 7750) / 8);
});

test('ticks of few writes say nothing of their price', async () => {
  const looked = cpu(320, 320);
  for (let i = 0; i < 31; i++) receiver();
  await tick();
  expect([looked.mock.calls.length, server.writeNs, written]).toEqual([0, 6000, 31]);
});

test('a tick is written early once it holds more than 4 MiB', () => {
  receiver();
  const line = 'x'.repeat(65_531);
  // With what the receiver gets 64 times 65,533 and 7 bytes are just less, and the next line is more.
  for (let i = 0; i < 64; i++) server.outbox.encode(line);
  server.betweenLines();
  expect(server.pendingWrites).toBe(1);
  server.outbox.encode('x'.repeat(200));
  server.betweenLines();
  expect([server.pendingWrites, written]).toEqual([0, 1]);
});

test('a flush that is wanted twice comes once, and whoever has too much waiting goes', async () => {
  const immediate = vi.spyOn(globalThis, 'setImmediate');
  const slow = receiver();
  slow.afterFlush = () => true;
  const others = [receiver(), receiver()];
  const before = immediate.mock.calls.length;
  server.scheduleFlush();
  server.scheduleFlush();
  expect(immediate.mock.calls.length - before).toBeLessThanOrEqual(1);
  await vi.waitFor(() => expect(server.pendingWrites).toBe(0));
  expect([slow.destroyed, ...others.map(({ destroyed }) => destroyed)]).toEqual([
    'SendQ exceeded',
    null,
    null,
  ]);
  expect(server.stats.get('sendQueueKills')).toBe(1);
  expect(server.stats.get('ticks')).toBe(1);
});

/** One poll of the sockets later. */
const poll = () => new Promise((resolve) => setImmediate(resolve));

/** A server that has written a moment ago, and a clock that stands still. */
async function busy() {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(50);
  server.scheduleFlush();
  await poll();
  return clock;
}

test('what others sent does not wait where nothing was written for a while', async () => {
  const clock = await busy();
  clock.mockReturnValue(52);
  receiver();
  await poll();
  expect([written, server.stats.get('idleFlushes')]).toEqual([1, 1]);
});

test('what others sent waits for a poll that brings no more of it, and answers do not', async () => {
  await busy();
  receiver();
  receiver(true);
  await poll();
  expect(written).toBe(1);
  receiver();
  await poll();
  expect(written).toBe(1);
  await poll();
  expect(written).toBe(3);
  expect(['idleFlushes', 'timeFlushes'].map((name) => server.stats.get(name as 'idleFlushes'))).toEqual([
    1, 0,
  ]);
});

test('it waits no longer than the class of a receiver lets it', async () => {
  const clock = await busy();
  server.waitAtMost(2);
  for (const after of [0, 1.9]) {
    clock.mockReturnValue(50 + after);
    receiver();
    await poll();
  }
  expect(written).toBe(0);
  clock.mockReturnValue(52);
  receiver();
  await poll();
  expect([written, server.stats.get('timeFlushes')]).toEqual([3, 1]);
});

test('it does not wait where there is enough for a write, or for a turn', async () => {
  await busy();
  receiver();
  for (let i = 0; i < 2; i++) server.outbox.encode('x'.repeat(40_000));
  await poll();
  expect([written, server.stats.get('bytesFlushes')]).toEqual([1, 1]);
  for (let i = 0; i < 2_048; i++) receiver();
  await poll();
  expect([written, server.stats.get('sizeFlushes')]).toEqual([2_049, 1]);
});

test('when only answers wait, nothing is gathered', async () => {
  receiver(true);
  await poll();
  expect([written, server.stats.get('ticks'), server.stats.get('idleFlushes')]).toEqual([1, 1, 0]);
});
