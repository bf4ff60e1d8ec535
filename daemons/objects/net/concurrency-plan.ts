/** How many threads a model has, and why, in words for operators. The figures are those of the settings; 0 leaves them to the machine. */
import { availableParallelism } from 'node:os';
import type { ConcurrencyModel } from '../config.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { PoolSettings } from './engine.ts';

/** A number of threads, and where it comes from. */
export interface PlannedThreads {
  readonly threads: number;
  readonly why: string;
}

/** What a model comes to on this machine. */
export interface ConcurrencyPlan {
  /** Who serves connections: the daemon's own thread, threads of a pool, or a thread each. */
  readonly placing: 'here' | 'shared' | 'own';
  /** Threads that own connections. */
  readonly serving: PlannedThreads;
  /** Threads that read ahead for SPLICE. */
  readonly splice: PlannedThreads;
  /** Connections at once; null where only `max_clients` ends them. */
  readonly mostConnections: number | null;
}

const PLACING: Readonly<Record<ConcurrencyModel, ConcurrencyPlan['placing']>> = {
  'thread-pool': 'shared',
  'thread-per-connection': 'own',
  async: 'here',
};

/** @param cores that the process may use */
export function concurrencyPlan(
  { model, fdpassThreads, spliceThreads }: PoolSettings,
  cores = availableParallelism(),
): ConcurrencyPlan {
  const placing = PLACING[model];
  const most = FIXED_LIMITS.threaded_connections.default;
  const splice = chosen('splice_threads', spliceThreads, cores, 2);
  switch (placing) {
    case 'here':
      return {
        placing,
        serving: { threads: 1, why: "async: the daemon's own thread has every connection" },
        splice: { threads: 0, why: "async: the system's threads of Node read ahead" },
        mostConnections: null,
      };
    case 'own':
      return {
        placing,
        serving: { threads: most, why: `${model}: each connection has a thread, at most ${most}` },
        splice,
        mostConnections: most,
      };
    case 'shared':
      return {
        placing,
        serving: chosen('fdpass_threads', fdpassThreads, cores, 1),
        splice,
        mostConnections: null,
      };
  }
}

function chosen(setting: string, value: number, cores: number, perCore: number): PlannedThreads {
  if (value > 0) return { threads: value, why: `${setting} is ${value}` };
  const wanted = cores * perCore;
  const most = FIXED_LIMITS.pool_threads.default;
  const each = perCore === 1 ? 'one' : String(perCore);
  const why = `${setting} is 0: ${each} for each of ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  return wanted > most ? { threads: most, why: `${why}, at most ${most}` } : { threads: wanted, why };
}
