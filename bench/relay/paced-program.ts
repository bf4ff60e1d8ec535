/** Gives the program in C the jobs of the relay benchmark that it can do. Used by run-scenario.ts. */
import { type RunningLoad, startPaced } from '../shared/paced/paced.ts';
import type { Job, Measurement } from './messages.ts';

const PAYLOAD_BYTES = 64;
/** By then V8 has compiled what a relay does for each delivery; an operator's runs for months. */
const WARMUP_MS = 12_000;

/** Starts it on the generator's core; null where it cannot do a job, or where there is no such program. */
export function startProgram(job: Job, onStart: () => void): RunningLoad | null {
  const { load, wire, port, clients, roomSize, payloadBytes } = job;
  // It knows no sessions and no echo, and spreads messages over the rooms.
  if (load.kind !== 'paced' || load.stride === undefined || wire === 'sealed') return null;
  if (payloadBytes !== PAYLOAD_BYTES || roomSize < 2) return null;
  return startPaced(
    {
      wire: wire === 'nats' ? 'nats' : 'relay',
      port,
      clients,
      channels: Math.floor(clients / roomSize),
      messagesPerSecond: (load.messages * clients) / load.seconds,
      warmupMs: load.warmupMs ?? WARMUP_MS,
      measureMs: load.seconds * 1_000,
    },
    true,
    onStart,
  );
}

/** What it measured, of the measured time and with what was lost in all. */
export async function measured(running: RunningLoad, { roomSize }: Job): Promise<Measurement> {
  const { seconds, count, reads, said, delivered, latency, generatorCpuSeconds } = await running.figures;
  const { p50, p95, p99, max } = latency;
  return {
    seconds,
    sent: said,
    delivered: count,
    expected: count + said * (roomSize - 1) - delivered,
    reads,
    latencyMs: { p50: p50 * 1_000, p95: p95 * 1_000, p99: p99 * 1_000, max: max * 1_000 },
    generatorCpuSeconds,
  };
}
