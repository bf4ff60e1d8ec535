/**
 * The load generator: a process of its own, so that its work is not the server's. Started by scenarios.ts with a job as
 * its argument; reports over IPC and ends when the work is done.
 */
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadClient } from './load-client.ts';
import type { GeneratorMessage, Job, Measurement } from './messages.ts';
import { WIRES } from './wires.ts';

const CONNECT_CONCURRENCY = 200;
/** How long the last deliveries may take after the last message was sent. */
const SETTLE_MS = 5_000;

/** However slow a server is. */
const MOST_WARMUP_MS = 60_000;

const report = (message: GeneratorMessage) => process.send?.(message);

const job = JSON.parse(process.argv[2] ?? '') as Job;
const alone = job.roomSize === 1;
const ages = createHistogram();
let delivered = 0;
let reads = 0;

function fail(why: string): never {
  report({ type: 'error', message: why });
  process.exit(1);
}

async function populate(): Promise<LoadClient[]> {
  const clients: LoadClient[] = [];
  let next = 0;
  const lane = async () => {
    while (next < job.clients) {
      const index = next++;
      // Fixed lengths: every delivery has the same size.
      const peer = `c${String(index).padStart(6, '0')}`;
      const room = `r${String(Math.floor(index / job.roomSize)).padStart(6, '0')}`;
      const named = alone && job.wire !== 'nats' ? '' : room;
      const client = new LoadClient(WIRES[job.wire], {
        port: job.port,
        peer,
        room: named,
        alone,
        payloadBytes: job.payloadBytes,
      });
      clients[index] = client;
      await client.enter(room, alone);
      client.onLost = (why) => fail(`${peer} was lost: ${why}`);
      client.onDelivered = (count) => {
        delivered += count;
        reads++;
      };
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECT_CONCURRENCY, job.clients) }, lane));
  return clients;
}

const receivers = alone ? 1 : job.roomSize - 1;

/** Sends evenly, resolves when all of it has arrived or has had its time; returns how much was sent. */
async function paced(
  clients: LoadClient[],
  messages: number,
  { seconds, stride = 1 }: { readonly seconds: number; readonly stride?: number },
): Promise<number> {
  const total = Math.round(clients.length * messages);
  const begun = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - begun) / (seconds * 1_000)) * total));
    for (; sent < due; sent++) clients[(sent * stride) % clients.length]!.send(1);
    await sleep(1);
  }
  const deadline = performance.now() + SETTLE_MS;
  while (delivered < sent * receivers && performance.now() < deadline) await sleep(10);
  return sent;
}

async function saturated(
  clients: LoadClient[],
  { window, senders, warmupSeconds, warmupMessages, seconds }: Extract<Job['load'], { kind: 'saturated' }>,
): Promise<Measurement> {
  let sent = 0;
  if (senders === 'one') {
    for (let first = 0; first < clients.length; first += job.roomSize) {
      const room = clients.slice(first, first + job.roomSize);
      let due = receivers;
      for (const client of room) {
        client.onDelivered = (count) => {
          delivered += count;
          reads++;
          // Each of its messages leaves by itself, as a person's or a bot's does.
          for (due -= count; due <= 0; due += receivers) {
            sent++;
            room[0]!.send(1);
          }
        };
      }
    }
  }
  const speaking = senders === 'one' ? clients.filter((_, i) => i % job.roomSize === 0) : clients;
  for (const client of senders === 'one' ? [] : clients) {
    // What one round of everybody's windows brings to this client.
    let due = 0;
    client.onDelivered = (count) => {
      delivered += count;
      reads++;
      due += count;
      const more = Math.floor(due / receivers);
      if (more === 0) return;
      due -= more * receivers;
      sent += more;
      client.send(more);
    };
  }
  for (const client of speaking) {
    if (senders === 'one') for (let i = 0; i < window; i++) client.send(1);
    else client.send(window);
  }
  await sleep(warmupSeconds * 1_000);
  const deadline = performance.now() + MOST_WARMUP_MS;
  while (sent < warmupMessages && performance.now() < deadline) await sleep(50);
  report({ type: 'start' });
  const cpu = process.cpuUsage();
  const before = { sent, delivered, reads, time: performance.now() };
  await sleep(seconds * 1_000);
  const used = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - before.time) / 1_000,
    sent: sent - before.sent,
    delivered: delivered - before.delivered,
    // Messages are under way at both ends of the time, so nothing can be said about losses.
    expected: delivered - before.delivered,
    reads: reads - before.reads,
    latencyMs: null,
    generatorCpuSeconds: (used.user + used.system) / 1e6,
  };
}

async function run(clients: LoadClient[]): Promise<Measurement> {
  const { load } = job;
  if (load.kind === 'saturated') return saturated(clients, load);
  if (load.kind === 'paced') {
    // The first messages meet cold code; an operator's relay runs for months.
    await paced(clients, load.messages / 2, { ...load, seconds: load.seconds / 2 });
    delivered = 0;
    for (const client of clients) client.onAge = (ms) => ages.record(Math.max(1, Math.round(ms * 1e6)));
  }
  report({ type: 'start' });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  reads = 0;
  let sent = 0;
  if (load.kind === 'idle') {
    await sleep(load.seconds * 1_000);
  } else {
    sent = await paced(clients, load.messages, load);
  }
  const used = process.cpuUsage(cpu);
  const ms = (percentile: number) => ages.percentile(percentile) / 1e6;
  return {
    seconds: (performance.now() - begun) / 1_000,
    sent,
    delivered,
    expected: sent * receivers,
    reads,
    latencyMs: load.kind === 'paced' ? { p50: ms(50), p95: ms(95), p99: ms(99), max: ages.max / 1e6 } : null,
    generatorCpuSeconds: (used.user + used.system) / 1e6,
  };
}

try {
  const clients = await populate();
  delivered = 0;
  report({ type: 'connected' });
  // Joins of others, first pings and garbage of the set-up are over by then.
  await sleep(1_000);
  const measurement = await run(clients);
  report({ type: 'done', measurement });
  for (const client of clients) client.close();
  process.disconnect?.();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
