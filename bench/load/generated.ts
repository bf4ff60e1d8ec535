/** The loads that the generator of the benchmarks makes, in a process of its own: connect and throughput. Used by main.ts. */
import { SignalboxError } from '../../contract/errors.ts';
import { startGenerator } from '../ircd/generator-process.ts';
import type { Job, Measurement } from '../ircd/messages.ts';
import { type LoadResult, measuredMs, measuredOf, percentile } from './figures.ts';
import type { Guests } from './guests.ts';
import type { NumbersOf } from './options.ts';
import { refusal } from './refusal.ts';
import type { Target } from './target.ts';

const SLICE_MS = 100;

/** How the clients of a job come. */
function comeTo({ port, place, password, webSocket, origin }: Target) {
  return {
    ...{ port, place, password, origin },
    ...(webSocket ? { webSockets: 'all' as const, webSocketPort: port } : {}),
  };
}

async function generated(job: Job, target: Target, limitMs: number): Promise<Measurement> {
  const generator = startGenerator(job, { pinned: target.own, limitMs });
  try {
    return await generator.measurement;
  } catch (error) {
    throw error instanceof SignalboxError ? error : refusal(error, target);
  } finally {
    generator.close();
  }
}

/** Clients come, and stay until the last is in. */
export async function connectLoad(
  { clients, concurrency }: NumbersOf<'connect'>,
  target: Target,
  { nickPrefix }: Guests,
  limitMs: number,
): Promise<LoadResult> {
  const job: Job = { kind: 'register', timed: true, ...comeTo(target), nickPrefix, clients, concurrency };
  const { seconds, count, latency } = await generated(job, target, limitMs);
  return {
    title: `connect: ${clients} clients, ${Math.min(clients, concurrency)} at a time, to ${target.name}`,
    measured: latency === null ? [] : [measuredMs('time to 001', latency)],
    facts: { 'clients/s': count / seconds },
  };
}

/** Clients in channels speak as fast as it goes. */
export async function throughputLoad(
  numbers: NumbersOf<'throughput'>,
  target: Target,
  { nickPrefix, channelPrefix }: Guests,
  limitMs: number,
): Promise<LoadResult> {
  const { clients, channels, senders, window, seconds, warmup, concurrency } = numbers;
  const job: Job = {
    kind: 'saturate',
    ...comeTo(target),
    ...{ nickPrefix, channelPrefix, concurrency },
    ...{ clients, channels, window, sliceMs: SLICE_MS },
    ...(senders === 1 ? { senders: 'one' } : {}),
    warmupMs: warmup * 1_000,
    measureMs: seconds * 1_000,
  };
  const result = await generated(job, target, limitMs);
  const rates = (result.sliceRates ?? []).toSorted((a, b) => a - b);
  const who = senders === 1 ? 'one of each speaks' : 'all speak';
  return {
    title: `throughput: ${clients} clients in ${channels === 1 ? 'one channel' : `${channels} channels`}, ${who}, ${window} messages under way, at ${target.name}`,
    measured: [measuredOf('deliveries/s', rates)],
    facts: {
      'deliveries/s, whole time': result.count / result.seconds,
      'deliveries/s, slowest 5 %': percentile(rates, 0.05),
      'bytes/delivery': result.bytes / result.count,
      'lines/read': result.count / result.reads,
      'generator CPU %': (result.generatorCpuSeconds / result.seconds) * 100,
    },
  };
}
