/**
 * Answers that take time, kept for some: names of hosts, users of another server. lru-cache holds the entries; what is added is
 * that a question under way is not asked a second time, that also "there is none" is remembered, and figures.
 *
 * Use it for what is asked again and again and may be some minutes old. Where it must be true at every moment, ask.
 */
import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';

/** Stands for "there is none" among the entries. */
const NONE = Symbol('none');

export interface AsyncCacheOptions<Key, Value> {
  /** Names the cache in metrics. */
  readonly name: string;
  /** Entries that it holds; the one that was not used for longest goes first. */
  readonly capacity: number;
  /** How old an entry may become, in milliseconds. */
  readonly ttlMs: number;
  /** The same for "there is none"; 0 does not remember it. As `ttlMs` by default. */
  readonly noneTtlMs?: number;
  /** Finds the answer; null where there is none. */
  readonly ask: (key: Key) => Promise<Value | null>;
  /**
   * What becomes of a question that fails. By default everybody who waits hears of it and the next one asks again; `none` takes
   * it for "there is none", so that what cannot answer is left alone for `noneTtlMs`.
   */
  readonly failed?: 'reject' | 'none';
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** Figures of a cache. Totals are since it was made. */
export interface CacheStats {
  /** Entries held, those for "there is none" included, and those that are too old and were not looked at since. */
  readonly depth: number;
  readonly capacity: number;
  /** Answered by an entry, or by a question under way. */
  readonly hits: number;
  /** Had to be asked for. */
  readonly misses: number;
  /** Questions that failed. */
  readonly failed: number;
  /** Entries that went to make room. */
  readonly evicted: number;
  /** Entries that were found to be too old. */
  readonly expired: number;
}

/** A cache of answers. */
export class AsyncCache<Key extends {}, Value extends {}> {
  readonly name: string;
  readonly #options: AsyncCacheOptions<Key, Value>;
  readonly #entries: LRUCache<Key, Value | typeof NONE>;
  readonly #asked = new Map<Key, Promise<Value | null>>();
  #hits = 0;
  #misses = 0;
  #failed = 0;
  #evicted = 0;
  #expired = 0;

  constructor(options: AsyncCacheOptions<Key, Value>) {
    const { name, capacity, ttlMs, clock = systemClock } = options;
    this.name = name;
    this.#options = options;
    this.#entries = new LRUCache({
      max: capacity,
      ttl: ttlMs,
      ttlResolution: 0,
      // A time of 0 means to lru-cache that an entry does not grow old.
      perf: { now: () => clock.monotonic() + 1 },
      dispose: (_value, _key, why) => {
        if (why === 'evict') this.#evicted++;
        else if (why === 'expire') this.#expired++;
      },
    });
  }

  /** What is known without asking: the answer, null for "there is none", undefined where only {@link load} can tell. */
  get(key: Key): Value | null | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#hits++;
    return entry === NONE ? null : entry;
  }

  /** The answer, null where there is none. Asks where it is not known; several who want the same at once ask once. */
  load(key: Key): Promise<Value | null> {
    const known = this.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const asked = this.#asked.get(key);
    if (asked !== undefined) {
      this.#hits++;
      return asked;
    }
    this.#misses++;
    const answer = this.#ask(key);
    this.#asked.set(key, answer);
    const isOver = () => this.#asked.get(key) === answer && this.#asked.delete(key);
    return answer.then(
      (value) => {
        // What was forgotten meanwhile is not remembered: the answer may be from before.
        if (isOver()) this.#remember(key, value);
        return value;
      },
      (thrown: unknown) => {
        isOver();
        throw thrown;
      },
    );
  }

  /** Remembers an answer that was learned otherwise. */
  put(key: Key, value: Value): void {
    this.#entries.set(key, value);
  }

  /** Forgets one answer. A question under way is answered, and not remembered. */
  forget(key: Key): void {
    this.#entries.delete(key);
    this.#asked.delete(key);
  }

  /** Forgets every answer, as {@link forget} does. Answers how many entries there were. */
  clear(): number {
    const { size } = this.#entries;
    this.#entries.clear();
    this.#asked.clear();
    return size;
  }

  stats(): CacheStats {
    return {
      depth: this.#entries.size,
      capacity: this.#options.capacity,
      hits: this.#hits,
      misses: this.#misses,
      failed: this.#failed,
      evicted: this.#evicted,
      expired: this.#expired,
    };
  }

  async #ask(key: Key): Promise<Value | null> {
    const { ask, failed } = this.#options;
    try {
      return await ask(key);
    } catch (thrown) {
      this.#failed++;
      if (failed === 'none') return null;
      throw thrown;
    }
  }

  #remember(key: Key, value: Value | null): void {
    const { noneTtlMs, ttlMs } = this.#options;
    if (value !== null) this.#entries.set(key, value);
    else if (noneTtlMs !== 0) this.#entries.set(key, NONE, { ttl: noneTtlMs ?? ttlMs });
  }
}

/** Shows a cache as the instrument `cache` of its name until it is closed. */
export function instrumentCache(
  metrics: MetricRegistry,
  cache: Pick<AsyncCache<never, never>, 'name' | 'stats'>,
): StandardInstrument<'cache'> {
  return standardInstrument(metrics, 'cache', cache.name, (handles) => {
    const { depth, capacity, hits, misses, failed, evicted, expired } = cache.stats();
    handles.depth.set(depth);
    handles.capacity.set(capacity);
    handles.hits.setTotal(hits);
    handles.misses.setTotal(misses);
    handles.failed.setTotal(failed);
    handles.evicted.setTotal(evicted);
    handles.expired.setTotal(expired);
  });
}
