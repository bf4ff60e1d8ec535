/**
 * Entries that are sent together. While there is little to do, an entry goes at once; while there is much, entries wait for each
 * other, the longer the more there are, up to a delay that nobody notices. A batch goes when it has as many entries or bytes as
 * it may have, when its time is over, or when the one before it has been taken.
 *
 * Use it where sending costs much more than an entry: messages between processes, rows of a database. What is sent may not be
 * lost silently: who cannot wait is told by `add`.
 */
import { type Clock, systemClock, type Timer } from '../../../kit/clock.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';

/** How many times the shortest delay grows until it is the longest. */
const DELAY_STEPS = 8;

export interface BatcherOptions<Entry> {
  /** Names the batcher in metrics. */
  readonly name: string;
  /**
   * Takes a batch. While what it returns has not been settled, nothing more is sent, and what comes goes together afterwards.
   * What it throws at once reaches whoever added the last entry, or ends the process where a timer sent.
   */
  readonly send: (batch: readonly Entry[]) => void | Promise<void>;
  /** Gets a batch whose promise was rejected. Without it such a failure is not handled. */
  readonly onFailure?: (thrown: unknown, batch: readonly Entry[]) => void;
  /** Entries of a batch at most. Default 50. */
  readonly maxEntries?: number;
  /** Bytes of a batch at most; a larger entry goes alone. Default 4096, where `sizeOf` is given. */
  readonly maxBytes?: number;
  readonly sizeOf?: (entry: Entry) => number;
  /** How long an entry may wait for others, in milliseconds. Default 10. */
  readonly maxDelayMs?: number;
  /** How long it waits while there is little to do; an eighth of `maxDelayMs` by default. */
  readonly minDelayMs?: number;
  /**
   * What becomes of entries when a batch is full before its time. `send` sends it then; `refuse` takes no more until its time, so
   * that a flood costs no more than `maxEntries` in `maxDelayMs`. Default `send`.
   */
  readonly whenFull?: 'send' | 'refuse';
  /** Entries that may wait while a batch is being sent; more are refused. Default ten batches. */
  readonly maxWaiting?: number;
  readonly clock?: Clock;
}

/** Figures of a batcher. Totals are since it was made. */
export interface BatcherStats {
  /** Entries that wait. */
  readonly depth: number;
  /** Entries of a batch at most. */
  readonly capacity: number;
  /** Entries taken in. */
  readonly submitted: number;
  /** Entries sent. */
  readonly completed: number;
  /** Entries refused. */
  readonly rejected: number;
  /** Batches sent, for whatever reason. */
  readonly batches: number;
  /** Of these, sent because they were full. */
  readonly full: number;
  /** Of these, sent because their time was over. The rest went at once, after the one before, or when it was asked for. */
  readonly delayed: number;
  /** Entries of the largest. */
  readonly largest: number;
  readonly bytes: number;
}

/** Sends entries together. */
export class Batcher<Entry> {
  readonly name: string;
  /** Hears of each batch how many milliseconds its first entry waited. */
  onBatch: ((waitedMs: number) => void) | null = null;
  readonly #options: BatcherOptions<Entry>;
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #maxWaiting: number;
  readonly #maxDelayMs: number;
  readonly #minDelayMs: number;
  #waiting: Entry[] = [];
  #waitingBytes = 0;
  /** When the first of those came; after a part of them was sent, no later than that. */
  #since = 0;
  #delayMs = 0;
  /** Runs from a batch until the next may be sent; null while there is little to do. */
  #timer: Timer | null = null;
  #sending: Promise<void> | null = null;
  #closed = false;
  #submitted = 0;
  #completed = 0;
  #rejected = 0;
  #batches = 0;
  #full = 0;
  #delayed = 0;
  #largest = 0;
  #bytes = 0;

  constructor(options: BatcherOptions<Entry>) {
    const { name, maxEntries = 50, maxDelayMs = 10, minDelayMs = maxDelayMs / DELAY_STEPS } = options;
    this.name = name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxEntries = maxEntries;
    this.#maxBytes = options.sizeOf === undefined ? Number.POSITIVE_INFINITY : (options.maxBytes ?? 4_096);
    this.#maxDelayMs = maxDelayMs;
    this.#minDelayMs = minDelayMs;
    this.#maxWaiting = options.whenFull === 'refuse' ? maxEntries : (options.maxWaiting ?? 10 * maxEntries);
  }

  /** Takes an entry. False where too many wait, or after {@link close}; then it is not sent. */
  add(entry: Entry): boolean {
    const bytes = this.#options.sizeOf?.(entry) ?? 0;
    const tooLarge = this.#waitingBytes + bytes > this.#maxBytes && this.#waiting.length > 0;
    if (this.#closed || this.#waiting.length >= this.#maxWaiting || (tooLarge && this.#refuses)) {
      this.#rejected++;
      return false;
    }
    if (tooLarge && this.#sending === null) this.#send('full');
    if (this.#waiting.length === 0) this.#since = this.#clock.monotonic();
    this.#waiting.push(entry);
    this.#waitingBytes += bytes;
    this.#submitted++;
    if (this.#sending !== null) return true;
    if (this.#timer === null) this.#send('at once');
    else if (!this.#refuses && this.#isFull) this.#send('full');
    return true;
  }

  /** Sends what waits, without waiting for more. */
  flush(): void {
    if (this.#sending === null && this.#waiting.length > 0) this.#send('at once');
  }

  /** Sends what waits and takes nothing more; resolves when the last batch has been taken. */
  async close(): Promise<void> {
    this.#closed = true;
    this.flush();
    while (this.#sending !== null) await this.#sending;
    this.#timer?.cancel();
    this.#timer = null;
  }

  stats(): BatcherStats {
    return {
      depth: this.#waiting.length,
      capacity: this.#maxEntries,
      submitted: this.#submitted,
      completed: this.#completed,
      rejected: this.#rejected,
      batches: this.#batches,
      full: this.#full,
      delayed: this.#delayed,
      largest: this.#largest,
      bytes: this.#bytes,
    };
  }

  get #refuses(): boolean {
    return this.#options.whenFull === 'refuse';
  }

  get #isFull(): boolean {
    return this.#waiting.length >= this.#maxEntries || this.#waitingBytes >= this.#maxBytes;
  }

  #send(why: 'at once' | 'full' | 'delayed'): void {
    if (why === 'full') this.#full++;
    else if (why === 'delayed') this.#delayed++;
    const batch = this.#take();
    this.#batches++;
    this.#completed += batch.length;
    this.#largest = Math.max(this.#largest, batch.length);
    this.onBatch?.(this.#clock.monotonic() - this.#since);
    this.#wait(why === 'at once' ? this.#minDelayMs : this.#nextDelay(batch.length));
    const taken = this.#options.send(batch);
    if (taken === undefined) return;
    this.#sending = this.#sent(taken, batch);
  }

  /** The entries of the next batch, which are all that wait but after a batch that took long. */
  #take(): readonly Entry[] {
    const { sizeOf } = this.#options;
    let batch = this.#waiting;
    let bytes = this.#waitingBytes;
    if (this.#waiting.length > this.#maxEntries || bytes > this.#maxBytes) {
      let count = 0;
      bytes = 0;
      for (; count < Math.min(this.#waiting.length, this.#maxEntries); count++) {
        const more = sizeOf?.(this.#waiting[count]!) ?? 0;
        if (count > 0 && bytes + more > this.#maxBytes) break;
        bytes += more;
      }
      batch = this.#waiting.slice(0, count);
      this.#waiting = this.#waiting.slice(count);
    } else this.#waiting = [];
    this.#waitingBytes -= bytes;
    this.#bytes += bytes;
    return batch;
  }

  async #sent(taken: Promise<void>, batch: readonly Entry[]): Promise<void> {
    try {
      await taken;
    } catch (thrown) {
      const { onFailure } = this.#options;
      if (onFailure === undefined) throw thrown;
      onFailure(thrown, batch);
    } finally {
      this.#sending = null;
      // What came meanwhile has waited long enough.
      if (this.#waiting.length > 0) this.#send(this.#isFull ? 'full' : 'at once');
    }
  }

  /** Twice as long after a batch of several, half as long after one that waited for nobody. */
  #nextDelay(entries: number): number {
    const next = entries > 1 ? this.#delayMs * 2 : this.#delayMs / 2;
    return Math.min(this.#maxDelayMs, Math.max(this.#minDelayMs, next));
  }

  #wait(delayMs: number): void {
    this.#timer?.cancel();
    this.#delayMs = delayMs;
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = null;
      if (this.#sending === null && this.#waiting.length > 0) this.#send('delayed');
    });
  }
}

/** Shows a batcher as the instrument `batcher` of its name until it is closed. */
export function instrumentBatcher<Entry>(
  metrics: MetricRegistry,
  batcher: Batcher<Entry>,
): StandardInstrument<'batcher'> {
  const { handles, close } = standardInstrument(metrics, 'batcher', batcher.name, (handles) => {
    const { depth, capacity, submitted, completed, batches, full, delayed } = batcher.stats();
    handles.depth.set(depth);
    handles.capacity.set(capacity);
    handles.submitted.setTotal(submitted);
    handles.completed.setTotal(completed);
    handles.batches.setTotal(batches);
    handles.full.setTotal(full);
    handles.delayed.setTotal(delayed);
  });
  batcher.onBatch = (waitedMs) => handles.wait.record(waitedMs * 1e6);
  return {
    handles,
    close() {
      batcher.onBatch = null;
      close();
    },
  };
}
