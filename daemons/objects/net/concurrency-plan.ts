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
  /** Who has connections: the daemon's own thread, threads of a pool, or a thread each. */
  readonly placing: 'here' | 'shared' | 'own';
  /** Threads that own connections; where it is `tuned`, at most so many. */
  readonly serving: PlannedThreads;
  /** Threads that read ahead for SPLICE; where it is `tuned`, at most so many. */
  readonly splice: PlannedThreads;
  /** Connections at once; null where only `max_clients` ends them. */
  readonly mostConnections: number | null;
  /** Who opens objects: the thread that has the connection, any that has nothing to do, or a thread that is started for it. */
  readonly opening: 'here' | 'stolen' | 'thread';
  /** Whether numbers follow the load. */
  readonly tuned: boolean;
}

/** @param cores that the process may use */
export function concurrencyPlan(pools: PoolSettings, cores = availableParallelism()): ConcurrencyPlan {
  const { model, fdpassThreads, spliceThreads } = pools;
  const most = FIXED_LIMITS.threaded_connections.default;
  const pool: ConcurrencyPlan = {
    placing: 'shared',
    serving: chosen('fdpass_threads', fdpassThreads, cores, 1),
    splice: chosen('splice_threads', spliceThreads, cores, 2),
    mostConnections: null,
    opening: 'here',
    tuned: false,
  };
  const own = (why: string): ConcurrencyPlan => ({
    ...pool,
    placing: 'here',
    serving: { threads: 1, why: `${model}: ${why}` },
    splice: { threads: 0, why: 'the threads that Node has for files read ahead' },
  });
  const plans: Readonly<Record<ConcurrencyModel, () => ConcurrencyPlan>> = {
    'thread-pool': () => pool,
    'thread-per-connection': () => ({
      ...pool,
      placing: 'own',
      serving: { threads: most, why: `${model}: each connection has a thread, at most ${most}` },
      mostConnections: most,
    }),
    'thread-per-request': () => ({
      ...own("the daemon's own thread has every connection, and each request gets a thread"),
      mostConnections: most,
      opening: 'thread',
    }),
    'work-stealing': () => ({ ...pool, opening: 'stolen' }),
    async: () => own("the daemon's own thread has every connection"),
    auto: () =>
      cores === 1 ? own('one core, on which threads would only take turns') : { ...pool, tuned: true },
  };
  return plans[model]();
}

function chosen(setting: string, value: number, cores: number, perCore: number): PlannedThreads {
  if (value > 0) return { threads: value, why: `${setting} is ${value}` };
  const wanted = cores * perCore;
  const most = FIXED_LIMITS.pool_threads.default;
  const each = perCore === 1 ? 'one' : String(perCore);
  const why = `${setting} is 0: ${each} for each of ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  return wanted > most ? { threads: most, why: `${why}, at most ${most}` } : { threads: wanted, why };
}
