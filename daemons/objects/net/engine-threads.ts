/** All threads of the engine, and how many there are: goes by the settings, and where they leave it to the server by the load. */
import type { EventLoopUtilization } from 'node:perf_hooks';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import { type ConcurrencyPlan, concurrencyPlan } from './concurrency-plan.ts';
import type { EngineSettings, PoolFacts } from './engine.ts';
import { type Decision, PoolTuner } from './pool-tuner.ts';
import type { RequestThreads } from './request-threads.ts';
import type { ServingCrew } from './serving-crew.ts';
import type { ServingThread } from './serving-thread.ts';
import type { ServingWorker } from './serving-worker.ts';
import type { SplicePool } from './splice-pool.ts';
import { figuresOf, type WorkerFigures } from './worker-figures.ts';

/** What there is. */
export interface EngineParts {
  /** The daemon's own thread. */
  readonly own: ServingThread;
  readonly crew: ServingCrew;
  readonly splice: SplicePool;
  readonly requests: RequestThreads;
  readonly log: Pick<SubsystemLogger, 'info'>;
  readonly planOf?: typeof concurrencyPlan | undefined;
}

/** Numbers that follow the load where the plan is tuned. */
interface Tuned {
  threads: number;
  spliceThreads: number;
  depth: number;
}

const MS_PER_SECOND = 1_000;

export class EngineThreads {
  readonly #parts: EngineParts;
  readonly #tuned: Tuned = { threads: 1, spliceThreads: 1, depth: 1 };
  readonly #uses = new WeakMap<ServingWorker, EventLoopUtilization>();
  #tuner = new PoolTuner();
  #settings: EngineSettings;
  #plan: ConcurrencyPlan;

  constructor(settings: EngineSettings, parts: EngineParts) {
    this.#parts = parts;
    this.#settings = settings;
    this.#plan = this.#planOf(settings);
    parts.own.aside = parts.requests;
    this.#follow();
  }

  get plan(): ConcurrencyPlan {
    return this.#plan;
  }

  /** Threads that own connections, at most. */
  get servingMost(): number {
    const { placing, serving, tuned } = this.#plan;
    if (placing === 'here') return 0;
    return tuned ? this.#tuned.threads : serving.threads;
  }

  get #spliceMost(): number {
    const { splice, tuned } = this.#plan;
    return tuned && splice.threads > 0 ? this.#tuned.spliceThreads : splice.threads;
  }

  /** Goes by other settings; connections that are open stay where they are. */
  configure(settings: EngineSettings): void {
    const before = this.#settings.pools;
    const { pools } = settings;
    this.#settings = settings;
    const isSame =
      before.model === pools.model &&
      before.fdpassThreads === pools.fdpassThreads &&
      before.spliceThreads === pools.spliceThreads;
    if (isSame) {
      this.#tell();
      return;
    }
    this.#plan = this.#planOf(settings);
    this.#tuner = new PoolTuner();
    this.#follow();
  }

  /** Looks at a second of load, where numbers follow it. @param queueWaitMs what one in a hundred requests waited longer than */
  tune(queueWaitMs: number): void {
    if (!this.#plan.tuned) return;
    const { crew, splice } = this.#parts;
    let busiest = 0;
    let together = 0;
    let threads = 0;
    for (const worker of crew.workers()) {
      const use = worker.loopUse();
      const before = this.#uses.get(worker);
      this.#uses.set(worker, use);
      const activeMs = use.active - (before?.active ?? 0);
      const share =
        before === undefined ? 0 : activeMs / Math.max(MS_PER_SECOND, activeMs + use.idle - before.idle);
      together += share;
      busiest = Math.max(busiest, share);
      threads++;
    }
    const reads = splice.stats();
    const decisions = this.#tuner.look(
      {
        // Those that are started by the next connection count: no more are wanted before.
        threads: Math.max(this.#tuned.threads, 1),
        connections: threads === 0 ? 0 : crew.size,
        busiest,
        together,
        spliceThreads: this.#tuned.spliceThreads,
        reading: reads?.active ?? 0,
        readsWaiting: reads?.depth ?? 0,
        queueWaitMs,
        depth: this.#tuned.depth,
      },
      {
        threads: this.#plan.serving.threads,
        spliceThreads: this.#plan.splice.threads,
        depth: this.#settings.limits.max_queue_depth,
      },
    );
    for (const decision of decisions) this.#decide(decision);
  }

  pools(): readonly PoolFacts[] {
    const { own, crew, splice, requests } = this.#parts;
    const { pools } = this.#settings;
    const { serving, splice: reading, placing, opening, tuned } = this.#plan;
    const followed = tuned ? ', as far as the load wants' : '';
    const rows: PoolFacts[] = [];
    if (placing !== 'here' || crew.threads > 0)
      rows.push({
        pool: 'fdpass',
        threads: crew.threads,
        setting: pools.fdpassThreads,
        connections: crew.size,
        why:
          placing === 'here'
            ? 'those that are open end where they are'
            : `${serving.why}${followed}${this.#stolen()}`,
      });
    if (placing !== 'here')
      rows.push({
        pool: 'splice',
        threads: splice.threads,
        setting: pools.spliceThreads,
        connections: 0,
        why: `${reading.why}${followed}`,
      });
    const { active, max } = requests.figures();
    if (opening === 'thread' || active > 0)
      rows.push({
        pool: 'requests',
        threads: active,
        setting: 0,
        connections: 0,
        why: `a thread for each request, at most ${max} at once`,
      });
    const why =
      placing === 'here'
        ? serving.why
        : 'connections with TLS, and those that no other thread can have: native calls are missing, or threads';
    rows.push({ pool: 'daemon', threads: 1, setting: 0, connections: own.size, why });
    return rows;
  }

  /** What all threads count for themselves. */
  figures(): WorkerFigures {
    const sum = figuresOf(this.#parts.own);
    this.#parts.crew.addFigures(sum);
    return sum;
  }

  async close(): Promise<void> {
    const { own, crew, splice, requests } = this.#parts;
    own.close();
    await Promise.all([crew.close(), requests.close()]);
    await splice.close();
  }

  #planOf({ pools }: EngineSettings): ConcurrencyPlan {
    return (this.#parts.planOf ?? concurrencyPlan)(pools);
  }

  #stolen(): string {
    if (this.#plan.opening !== 'stolen') return '';
    const { storeWork, storeWorkStolen } = this.figures();
    return `; of ${storeWork} pieces of store work ${storeWorkStolen} were done by a thread that had nothing else to do`;
  }

  #follow(): void {
    const { serving, splice, tuned } = this.#plan;
    Object.assign(this.#tuned, {
      threads: 1,
      spliceThreads: 1,
      depth: this.#settings.limits.max_queue_depth,
    });
    this.#resize();
    this.#tell();
    const most = tuned ? 'at most ' : '';
    this.#parts.log.info(
      'threads_planned',
      `Threads that own connections: ${most}${serving.threads}, because ${serving.why}. Threads that read ahead for SPLICE: ${most}${splice.threads}, because ${splice.why}.`,
    );
  }

  #resize(): void {
    const { own, crew, splice } = this.#parts;
    const { placing, opening } = this.#plan;
    crew.change({
      threads: this.servingMost,
      placing: placing === 'own' ? 'own' : 'shared',
      stealing: opening === 'stolen',
    });
    own.share(crew.shared);
    splice.resize(this.#spliceMost);
  }

  /** Tells all threads what they go by, with the depth that was decided. */
  #tell(): void {
    const { limits } = this.#settings;
    const depth = this.#plan.tuned
      ? Math.min(this.#tuned.depth, limits.max_queue_depth)
      : limits.max_queue_depth;
    const settings = { ...this.#settings, limits: { ...limits, max_queue_depth: depth } };
    this.#parts.own.configure(settings);
    this.#parts.crew.configure(settings);
  }

  #decide({ what, to, why }: Decision): void {
    const name = (
      { fdpass_threads: 'threads', splice_threads: 'spliceThreads', max_queue_depth: 'depth' } as const
    )[what];
    const before = this.#tuned[name];
    this.#tuned[name] = to;
    this.#parts.log.info('threads_tuned', `${what} is ${to} instead of ${before}, because ${why}.`);
    if (what === 'max_queue_depth') this.#tell();
    else this.#resize();
  }
}
