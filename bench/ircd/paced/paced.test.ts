// The load and the loop that takes it are processes of their own (child_process).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compileCLoop, LINE_BY_LINE } from '../../shared/c-loop/c-loop.ts';
import type { PacedJob } from '../messages.ts';
import { isForProgram, measurementOf, startPaced } from './paced.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-paced-test-'));
const startLoop = compileCLoop(folder);
const job: PacedJob = {
  kind: 'paced',
  port: 0,
  clients: 20,
  channels: 2,
  deliveriesPerSecond: 1_800,
  warmupMs: 100,
  measureMs: 500,
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(typeof startLoop === 'string')(
  'the clients say as much as they are told to, and each delivery is timed',
  async () => {
    if (typeof startLoop === 'string') return;
    const server = await startLoop('irc', LINE_BY_LINE);
    let begun = false;
    const run = {
      pinned: false,
      limitMs: 30_000,
      onStart: () => {
        begun = true;
      },
    };
    const generator = startPaced({ ...job, port: server.port }, run)!;
    try {
      const { seconds, count, bytes, reads, latency } = await generator.measurement;
      expect(begun).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(0.5);
      // 200 messages a second, each to the nine others of its channel; the machine may be busy.
      expect(count).toBeGreaterThan(100);
      expect(bytes / count).toBeGreaterThan(50);
      expect(reads).toBeLessThanOrEqual(count);
      const { count: timed, p50, p99, max } = latency!;
      expect(timed).toBeGreaterThan(100);
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p99);
    } finally {
      generator.close();
      await server.stop();
    }
  },
);

test.skipIf(typeof startLoop === 'string')('a server that is not there is an error', async () => {
  const generator = startPaced({ ...job, port: 1 }, { pinned: false, limitMs: 30_000 })!;
  await expect(generator.measurement).rejects.toThrow(/connect/);
});

test('its figures are read in their order', () => {
  const line =
    '2.000000 4000 340000 3900 0.500000 3990 0.001000000 0.002000000 0.003000000 0.004000000 0.005000000';
  expect(measurementOf(line)).toEqual({
    seconds: 2,
    count: 4_000,
    bytes: 340_000,
    reads: 3_900,
    generatorCpuSeconds: 0.5,
    latency: { count: 3_990, p50: 0.001, p95: 0.002, p99: 0.003, p999: 0.004, max: 0.005 },
  });
  expect(measurementOf('1 0 0 0 0 0 nan nan nan nan nan').latency).toBeNull();
});

test('only loads that it knows all of are for it', () => {
  expect(isForProgram(job)).toBe(true);
  expect(isForProgram({ ...job, webSockets: 'half' })).toBe(false);
  expect(isForProgram({ ...job, nickPrefix: 'x' })).toBe(false);
  expect(isForProgram({ kind: 'register', port: 0, clients: 1, concurrency: 1 })).toBe(false);
});
