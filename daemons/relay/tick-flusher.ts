/**
 * Ends a tick: everything that arrived has been parsed and its frames stand in the receivers' queues; now every dirty
 * connection gets one write. Receivers with the same frames in the queue (a room) share one concatenated buffer.
 */
import type { Frame } from './frame.ts';
import type { SendQueue } from './send-queue.ts';

/** Most bytes gathered in one write: a lagging client has no more than this beyond the reach of drop-oldest. */
export const WRITE_BYTES = 256 * 1024;
/** A frame of this size is written by itself: copying it would cost more than the call. */
const OWN_WRITE_BYTES = 64 * 1024;

/** What a connection writes next. */
export interface Batch {
  bytes: Buffer;
  /** Frames in it. */
  count: number;
}

/** Makes batches from queues; remembers the last one, because the next queue often holds the same frames. */
export class Batcher {
  readonly #batch: Batch = { bytes: Buffer.alloc(0), count: 0 };
  /** The frames that {@link #bytes} was joined from. */
  #frames: Frame[] = [];
  #bytes: Buffer | null = null;
  /** The last view, and of which range it is. */
  #view: Buffer | null = null;
  #viewSource: Buffer | null = null;
  #viewStart = 0;

  /** The next write of `queue`, which must not be empty. The object is reused, its buffer is not. */
  next(queue: SendQueue): Batch {
    const batch = this.#batch;
    const first = queue.at(0);
    const { source, start } = first;
    let count = 1;
    let size = first.size;
    let adjacent = true;
    if (size < OWN_WRITE_BYTES) {
      for (const waiting = queue.size; count < waiting; count++) {
        const frame = queue.at(count);
        const length = frame.size;
        if (length >= OWN_WRITE_BYTES || size + length > WRITE_BYTES) break;
        if (adjacent) adjacent = frame.source === source && frame.start === start + size;
        size += length;
      }
    }
    batch.count = count;
    if (adjacent) batch.bytes = this.#viewOf(source, start, size);
    else if (this.#bytes !== null && this.#same(queue, count)) batch.bytes = this.#bytes;
    else batch.bytes = this.#join(queue, count, size);
    return batch;
  }

  /** Lets go of what is remembered. */
  reset(): void {
    this.#frames = [];
    this.#bytes = null;
    this.#view = null;
    this.#viewSource = null;
  }

  /** Frames that lie side by side are written from where they are. */
  #viewOf(source: Buffer, start: number, size: number): Buffer {
    if (
      this.#view !== null &&
      this.#viewSource === source &&
      this.#viewStart === start &&
      this.#view.length === size
    )
      return this.#view;
    this.#view = source.subarray(start, start + size);
    this.#viewSource = source;
    this.#viewStart = start;
    return this.#view;
  }

  #same(queue: SendQueue, count: number): boolean {
    const frames = this.#frames;
    if (frames.length !== count) return false;
    for (let i = 0; i < count; i++) if (frames[i] !== queue.at(i)) return false;
    return true;
  }

  /** Copies a range for every run of frames that lie side by side. */
  #join(queue: SendQueue, count: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    const frames: Frame[] = new Array(count);
    let at = 0;
    let { source, start, end } = queue.at(0);
    for (let i = 0; i < count; i++) {
      const frame = queue.at(i);
      frames[i] = frame;
      if (i > 0 && frame.source === source && frame.start === end) {
        end = frame.end;
      } else if (i > 0) {
        at += source.copy(bytes, at, start, end);
        source = frame.source;
        start = frame.start;
        end = frame.end;
      }
    }
    source.copy(bytes, at, start, end);
    this.#frames = frames;
    this.#bytes = bytes;
    return bytes;
  }
}

/** What the flusher asks of a connection. */
export interface Flushable {
  /** Writes what waits, as far as the socket takes it. */
  flush(batcher: Batcher): void;
  /** Ends the connection because its queue is over the limit. */
  endSlowReader(): void;
}

/** Flushes every connection that has something to send, once a tick. */
export class TickFlusher {
  readonly batcher = new Batcher();
  #dirty: Flushable[] = [];
  #slow: Flushable[] = [];
  #scheduled = false;

  /** The connection is flushed when this tick ends. */
  schedule(connection: Flushable): void {
    this.#dirty.push(connection);
    this.#arm();
  }

  /** The connection is ended when this tick ends: not at once, as somebody may be walking through a list it is in. */
  scheduleSlowReader(connection: Flushable): void {
    this.#slow.push(connection);
    this.#arm();
  }

  #arm(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After all sockets that are readable now have been read.
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    const dirty = this.#dirty;
    const slow = this.#slow;
    this.#dirty = [];
    this.#slow = [];
    for (let i = 0; i < dirty.length; i++) dirty[i]!.flush(this.batcher);
    this.batcher.reset();
    for (let i = 0; i < slow.length; i++) slow[i]!.endSlowReader();
  };
}
