/**
 * The files that a thread keeps open, so that COPY and SPLICE need not open them again. The one that was not used for longest goes first;
 * what was not used for a while goes too, so that a deleted file does not hold its disk space; pinned ones stay. A file in use is
 * closed when its last request has given it back.
 */
import { LRUCache } from 'lru-cache';
import { type Clock, systemClock, type Timer } from '../../../kit/clock.ts';
import type { CacheStats } from '../../runtime/async/async-cache.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { KeptObject } from './opened-object.ts';

export interface DescriptorCacheOptions {
  /** Descriptors that it keeps, pinned ones included. */
  readonly entries: number;
  /** Bytes of contents in memory. */
  readonly memoryBytes: number;
  /** Closes the file of an object that nobody uses and nobody finds any more. */
  readonly close: (object: KeptObject) => void;
  readonly clock?: Pick<Clock, 'after'>;
}

/** The open files of one thread. */
export class DescriptorCache {
  readonly #entries: LRUCache<string, KeptObject>;
  readonly #pinned = new Map<string, KeptObject>();
  readonly #pins = new Set<string>();
  readonly #contents: LRUCache<KeptObject, Buffer>;
  readonly #options: DescriptorCacheOptions;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #most: number;
  #capacity: number;
  #timer: Timer | null = null;
  #period = 0;
  #hits = 0;
  #misses = 0;
  #failed = 0;
  #evicted = 0;
  #expired = 0;
  #opened = 0;

  constructor(options: DescriptorCacheOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#most = options.entries;
    this.#capacity = options.entries;
    this.#entries = new LRUCache({
      max: options.entries,
      dispose: (object, _uri, why) => {
        if (why === 'evict') this.#evicted++;
        this.#drop(object);
      },
    });
    this.#contents = new LRUCache({
      maxSize: Math.max(1, options.memoryBytes),
      // An empty object takes no memory, and lru-cache takes no size of 0.
      sizeCalculation: (content) => Math.max(1, content.length),
      dispose: (_content, object) => {
        object.content = null;
      },
    });
  }

  /** The object, in use from here on; undefined where it is not open. Whether it is still right is asked by the caller. */
  take(uri: string): KeptObject | undefined {
    const object = this.#entries.get(uri) ?? (this.#pinned.size === 0 ? undefined : this.#pinned.get(uri));
    if (object === undefined) return undefined;
    object.users++;
    object.period = this.#period;
    return object;
  }

  /** The object, not in use; undefined where it is not open. */
  peek(uri: string): KeptObject | undefined {
    return this.#entries.peek(uri) ?? this.#pinned.get(uri);
  }

  /** Counts that what {@link take} gave was right. */
  hit(object: KeptObject): void {
    this.#hits++;
    object.hits++;
  }

  /** Counts that a file had to be opened, and whether that failed. */
  miss(failed: boolean): void {
    this.#misses++;
    if (failed) this.#failed++;
  }

  /** Keeps an object that was opened; it is in use already. */
  keep(object: KeptObject): void {
    this.#opened++;
    object.period = this.#period;
    if (this.#pins.has(object.uri)) {
      this.forget(object.uri);
      this.#pinned.set(object.uri, object);
    } else {
      // What stands there is disposed of by this.
      this.#entries.set(object.uri, object);
      if (this.#entries.size + this.#pinned.size > this.#capacity) this.#entries.pop();
    }
    this.#timer ??= this.#startTimer();
  }

  /** An object that is open for one request and is not kept. */
  keepNot(object: KeptObject): void {
    this.#opened++;
    object.dropped = true;
  }

  /** Gives back what {@link take} gave, or what was kept. */
  giveBack(object: KeptObject): void {
    object.users--;
    if (object.users === 0 && object.dropped) this.#close(object);
  }

  /** Nobody finds the object any more. */
  forget(uri: string): void {
    const pinned = this.#pinned.get(uri);
    if (pinned !== undefined) {
      this.#pinned.delete(uri);
      this.#drop(pinned);
    }
    this.#entries.delete(uri);
  }

  /** Forgets the objects that are no longer right. */
  expire(isRight: (object: KeptObject) => boolean): void {
    for (const object of [...this.#entries.values(), ...this.#pinned.values()]) {
      if (isRight(object)) continue;
      this.#expired++;
      this.forget(object.uri);
    }
  }

  /** Counts an object that turned out to be no longer right, and forgets it. */
  expireOne(object: KeptObject): void {
    this.#expired++;
    this.forget(object.uri);
  }

  /** Forgets all but the pinned ones. Answers how many. */
  clear(): number {
    const { size } = this.#entries;
    this.#entries.clear();
    return size;
  }

  /** Keeps so many from here on, at most as many as it was made for; the least recently used go. Pinned ones stay. */
  resize(entries: number): void {
    this.#capacity = Math.min(entries, this.#most);
    while (this.#entries.size > 0 && this.#entries.size + this.#pinned.size > this.#capacity)
      this.#entries.pop();
  }

  /** Keeps an object open from its next request on; at most half of the entries. Answers whether it is pinned. */
  pin(uri: string): boolean {
    if (this.#pins.has(uri)) return true;
    if (this.#pins.size >= this.#capacity / 2) return false;
    this.#pins.add(uri);
    const object = this.#entries.get(uri);
    if (object !== undefined) {
      object.users++;
      this.#entries.delete(uri);
      object.dropped = false;
      this.#pinned.set(uri, object);
      object.users--;
    }
    return true;
  }

  /** Lets a pinned object go like the others. */
  unpin(uri: string): boolean {
    const object = this.#pinned.get(uri);
    this.#pinned.delete(uri);
    if (object !== undefined) this.#entries.set(uri, object);
    return this.#pins.delete(uri);
  }

  isPinned(uri: string): boolean {
    return this.#pins.has(uri);
  }

  /** Keeps a content in memory with its object. */
  remember(object: KeptObject, content: Buffer): void {
    if (object.dropped) return;
    object.content = content;
    this.#contents.set(object, content);
  }

  /** The objects that are kept, in no order. */
  *objects(): Generator<KeptObject, void, void> {
    yield* this.#pinned.values();
    yield* this.#entries.values();
  }

  /** Files that are open, those that nobody finds any more and that are still in use included. */
  get open(): number {
    return this.#opened;
  }

  get memoryBytes(): number {
    return this.#contents.calculatedSize;
  }

  stats(): CacheStats {
    return {
      depth: this.#entries.size + this.#pinned.size,
      capacity: this.#capacity,
      hits: this.#hits,
      misses: this.#misses,
      failed: this.#failed,
      evicted: this.#evicted,
      expired: this.#expired,
    };
  }

  /** Forgets everything. What is in use is closed when it is given back. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#pins.clear();
    for (const uri of [...this.#pinned.keys()]) this.forget(uri);
    this.#entries.clear();
  }

  #drop(object: KeptObject): void {
    if (object.dropped) return;
    object.dropped = true;
    this.#contents.delete(object);
    if (object.users === 0) this.#close(object);
  }

  #close(object: KeptObject): void {
    this.#opened--;
    this.#options.close(object);
  }

  #startTimer(): Timer {
    return this.#clock.after(FIXED_LIMITS.descriptor_idle_seconds.default * 500, () => this.#endPeriod());
  }

  /** A period is half of the time after which an unused file is closed. No timer runs while nothing is open. */
  #endPeriod(): void {
    this.#period++;
    for (const object of [...this.#entries.rvalues()]) {
      if (object === undefined || object.period > this.#period - 2) break;
      this.#expired++;
      this.#entries.delete(object.uri);
    }
    this.#timer = this.#entries.size > 0 ? this.#startTimer() : null;
  }
}
