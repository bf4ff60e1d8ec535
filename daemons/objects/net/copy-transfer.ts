/** COPY of what is not in memory: read by libuv's threads into a buffer of the slab, written from there, piece by piece. */
import type { CopyBuffers } from './copy-buffers.ts';
import type { Transfer, TransferEvents, TransferRange } from './transfer.ts';
import type { Wire } from './wire.ts';

/** Given to the stream where the kernel has no room, so that it says when it has: the rest is read again then. */
const PLAIN_WAIT_BYTES = 4_096;
/** Where there is nothing but the stream, it gets pieces of this size. */
const STREAM_BYTES = 64 * 1024;

export class CopyTransfer implements Transfer {
  readonly #range: TransferRange;
  readonly #wire: Wire;
  readonly #buffers: CopyBuffers;
  readonly #events: TransferEvents;
  #offset = 0;
  #closed = false;
  /** It has a buffer or waits for one: whoever tells it to go on meanwhile must not have the same bytes read twice. */
  #busy = false;
  #reading = false;
  #onIdle: (() => void) | null = null;

  constructor(range: TransferRange, wire: Wire, buffers: CopyBuffers, events: TransferEvents) {
    this.#range = range;
    this.#wire = wire;
    this.#buffers = buffers;
    this.#events = events;
  }

  goOn(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#buffers.take((buffer) => this.#read(buffer));
  }

  close(onIdle: () => void): void {
    this.#closed = true;
    if (this.#reading) this.#onIdle = onIdle;
    else onIdle();
  }

  #read(buffer: Buffer): void {
    if (this.#closed) {
      this.#buffers.giveBack(buffer);
      return;
    }
    const { fd, sizeBytes } = this.#range;
    const most = this.#wire.fd < 0 ? STREAM_BYTES : buffer.length;
    const wanted = Math.min(most, sizeBytes - this.#offset);
    this.#reading = true;
    this.#buffers.read(fd, buffer, wanted, this.#offset, (error, bytes) => {
      this.#reading = false;
      if (!this.#closed && error === null && bytes > 0 && this.#write(buffer, bytes)) {
        this.#read(buffer);
        return;
      }
      this.#busy = false;
      this.#buffers.giveBack(buffer);
      if (this.#closed) this.#onIdle?.();
      else if (error !== null || bytes === 0) this.#events.onBroken(error);
      else if (this.#offset === sizeBytes) this.#events.onSent();
    });
  }

  /** Returns whether the next piece can be read into the same buffer at once. */
  #write(buffer: Buffer, bytes: number): boolean {
    const taken = this.#wire.offer(buffer.subarray(0, bytes));
    this.#offset += taken;
    if (taken < bytes) {
      const most = this.#wire.fd < 0 ? STREAM_BYTES : PLAIN_WAIT_BYTES;
      const end = Math.min(bytes, taken + most);
      this.#offset += end - taken;
      this.#wire.write(buffer.subarray(taken, end));
    }
    return !this.#wire.blocked && this.#offset < this.#range.sizeBytes;
  }
}
