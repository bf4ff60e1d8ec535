/**
 * The way out of a connection: bytes, descriptors and files leave in the order in which they are given, each by the call that costs
 * least. Most of what is written the kernel takes at once, by one call and without Node's streams; what it does not take goes
 * through the stream, whose callback says that there is room again. Nothing is written around the stream while it holds bytes.
 */
import type { Socket } from 'node:net';
import { writeDirect } from '../../runtime/net/direct-write.ts';
import { descriptorOf } from '../native/socket-calls.ts';
import { type FactsRow, fact } from './facts-board.ts';

/** Told of what a wire does. */
export interface WireEvents {
  /** Bytes that were waiting have gone; called when none is left. */
  onRoom(): void;
}

export class Wire {
  readonly socket: Socket;
  readonly #fd: number;
  readonly #events: WireEvents;
  readonly #row: FactsRow | null;
  #waitingBytes = 0;
  #sentBytes = 0;
  /** Whether somebody else waits for room, without bytes. */
  #held = false;

  /** @param row where another thread reads what has gone and what waits */
  constructor(socket: Socket, row: FactsRow | null, events: WireEvents) {
    this.socket = socket;
    this.#row = row;
    this.#fd = descriptorOf(socket);
    this.#events = events;
  }

  /**
   * For native calls: that of a plain socket on a system that has descriptors; -1 for others, and once the socket is closed, because the
   * number may be that of another client's socket from then on.
   */
  get fd(): number {
    return this.socket.destroyed ? -1 : this.#fd;
  }

  /** Whether something waits for the kernel: nothing may be written but what belongs to it. */
  get blocked(): boolean {
    return this.#waitingBytes > 0 || this.#held;
  }

  /** Bytes that wait for the kernel. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes that the kernel has taken. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Counts bytes that went by a native call. */
  sentNatively(byteLength: number): void {
    this.#sent(byteLength);
  }

  /** Writes bytes that are the caller's again when this returns: what the kernel does not take is copied. */
  write(bytes: Buffer): void {
    const taken = this.offer(bytes);
    if (taken < bytes.length) this.#queue(Buffer.from(bytes.subarray(taken)));
  }

  /** Offers bytes to the kernel alone, which takes none while something waits. @returns how many it took */
  offer(bytes: Buffer): number {
    if (this.fd < 0 || this.#waitingBytes > 0 || this.#held || this.socket.writableLength > 0) return 0;
    const taken = writeDirect(this.socket, bytes);
    this.#sent(taken);
    return taken;
  }

  /** Until {@link release}, `blocked` holds: a native call found no room and is tried again by whoever made it. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
  }

  #sent(byteLength: number): void {
    this.#sentBytes += byteLength;
    this.#row?.set(fact.bytesOut, this.#sentBytes);
  }

  #waits(byteLength: number): void {
    this.#waitingBytes += byteLength;
    this.#row?.set(fact.queuedBytes, this.#waitingBytes);
  }

  #queue(bytes: Buffer): void {
    this.#waits(bytes.length);
    this.socket.write(bytes, (error) => {
      this.#waits(-bytes.length);
      if (error !== null && error !== undefined) return;
      this.#sent(bytes.length);
      if (!this.blocked && !this.socket.destroyed) this.#events.onRoom();
    });
  }
}
