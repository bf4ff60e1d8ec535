// The load and the loop that takes it are processes of their own (child_process).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isForProgram } from '../../ircd/paced-program.ts';
import { compileCLoop, LINE_BY_LINE } from '../c-loop/c-loop.ts';
import { figuresIn, type PacedLoad, startPaced } from './paced.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-paced-test-'));
const startLoop = compileCLoop(folder);
const load: PacedLoad = {
  wire: 'irc',
  port: 0,
  clients: 20,
  channels: 2,
  messagesPerSecond: 200,
  warmupMs: 100,
  measureMs: 500,
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['irc', 'relay'] as const)(
  'clients of %s say as much as they are told to, and each delivery is timed',
  async (wire) => {
    // Without a compiler there is neither, which paced.ts says.
    if (typeof startLoop === 'string') return expect(startPaced(load, false)).toBeNull();
    const server = await startLoop(wire, LINE_BY_LINE);
    let begun = false;
    const running = startPaced({ ...load, wire, port: server.port }, false, () => {
      begun = true;
    })!;
    try {
      const { seconds, count, bytes, reads, said, delivered, latency } = await running.figures;
      expect(begun).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(0.5);
      // Each message goes to the nine others of its channel.
      expect(delivered).toBe(said * 9);
      expect(said).toBeGreaterThanOrEqual(118);
      expect(count).toBeLessThanOrEqual(delivered);
      expect(bytes / count).toBeGreaterThan(50);
      expect(reads).toBeLessThanOrEqual(count);
      // Those of the time before are not timed.
      expect(latency.count).toBeLessThan(delivered);
      expect(latency.count % 9).toBe(0);
      expect(latency.p50).toBeGreaterThan(0);
      expect(latency.p99).toBeGreaterThanOrEqual(latency.p50);
      expect(latency.max).toBeGreaterThanOrEqual(latency.p99);
    } finally {
      running.close();
      await server.stop();
    }
  },
);

test('a server that is not there is an error', async () => {
  const running = startPaced({ ...load, port: 1 }, false);
  if (running !== null) await expect(running.figures).rejects.toThrow(/connect/);
});

test('its figures are read in their order', () => {
  const line = '2.0 4000 340000 3900 0.5 500 4500 3990 0.001 0.002 0.003 0.004 0.005';
  expect(figuresIn(line)).toEqual({
    seconds: 2,
    count: 4_000,
    bytes: 340_000,
    reads: 3_900,
    generatorCpuSeconds: 0.5,
    said: 500,
    delivered: 4_500,
    latency: { count: 3_990, p50: 0.001, p95: 0.002, p99: 0.003, p999: 0.004, max: 0.005 },
  });
  expect(() => figuresIn('oops')).toThrow('oops');
});

test('only loads that it knows all of are for it', () => {
  const job = {
    kind: 'paced',
    port: 0,
    clients: 20,
    channels: 2,
    deliveriesPerSecond: 1_800,
    warmupMs: 100,
    measureMs: 500,
  } as const;
  expect(isForProgram(job)).toBe(true);
  expect(isForProgram({ ...job, webSockets: 'half' })).toBe(false);
  expect(isForProgram({ ...job, nickPrefix: 'x' })).toBe(false);
  expect(isForProgram({ ...job, password: 'x' })).toBe(false);
  expect(isForProgram({ kind: 'register', port: 0, clients: 1, concurrency: 1 })).toBe(false);
});
