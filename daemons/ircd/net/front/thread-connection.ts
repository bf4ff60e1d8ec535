/**
 * A socket in the thread that owns it: what its client sends goes to the thread of the state, what that has for it is written here, and
 * what the kernel does not take is kept until it does. Made by ThreadSockets.
 */
import type { Socket } from 'node:net';
import { writeDirect } from '../../../runtime/net/direct-write.ts';
import { discardBuffer } from '../../../runtime/net/discard-buffer.ts';
import { startReading, stopReading } from '../../../runtime/net/read-stop.ts';
import { Backlog, writeBlocks } from '../backlog.ts';
import type { FrameReporter } from './frame-report.ts';
import { speaks, total } from './records.ts';

/** What a connection tells its thread. */
export interface ThreadConnectionHost {
  readonly totals: Float64Array;
  /** What is held for it has changed. */
  heldChanged(connection: ThreadConnection): void;
}

const NO_BLOCKS: readonly Buffer[] = [];

export class ThreadConnection {
  /** Its number. */
  readonly slot: number;
  /** Whether it speaks TLS. */
  readonly encrypted: boolean;
  /** Whether it speaks WebSocket. */
  readonly webSocket: boolean;
  /** Takes its frames apart, once it has done the handshake of WebSocket. */
  frames: FrameReporter | null = null;
  /** Held for the client: in the backlog, or handed to the socket and not taken. */
  held = 0;
  /** What of it was told. */
  heldTold = 0;
  /** It waits for its change to be told. */
  heldDirty = false;
  /** Read of it since the state had last heard everything, and since when that counts. */
  unheard = 0;
  unheardSince = 0;
  /** Its handshakes are done: what it sends is for the state. */
  shaken = false;
  /** It reads nothing for as long as what was read finds no room. */
  stalled = false;
  lastError = '';
  readonly #host: ThreadConnectionHost;
  #socket: Socket;
  #backlog: Backlog | null = null;
  #writing = false;
  #writingBytes = 0;
  #writingBlocks = NO_BLOCKS;
  #ended = false;
  #paused = false;
  #halted = false;

  /** @param spoken what is {@link speaks} on it */
  constructor(host: ThreadConnectionHost, slot: number, socket: Socket, spoken: number) {
    this.#host = host;
    this.slot = slot;
    this.#socket = socket;
    this.encrypted = (spoken & speaks.tls) !== 0;
    this.webSocket = (spoken & speaks.webSocket) !== 0;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** TLS is spoken: from here on this is what is read and written. */
  use(socket: Socket): void {
    this.#socket = socket;
    this.#halted = false;
    this.#readOrHalt();
  }

  /** Writes bytes that are good until this returns. */
  send(bytes: Buffer): void {
    if (this.#ended) return;
    const { totals } = this.#host;
    const socket = this.#socket;
    let taken = 0;
    // TLS keeps the buffer until its own write is done, which is never at once.
    if (!this.encrypted && !this.#writing && socket.writableLength === 0) {
      totals[total.writes]!++;
      taken = writeDirect(socket, bytes);
      if (taken === bytes.length) return;
    } else {
      totals[total.bytesDeferred]! += bytes.length;
    }
    this.#backlog ??= new Backlog();
    this.#backlog.append(bytes, taken, bytes.length);
    this.#hold(bytes.length - taken);
    if (!this.#writing) this.#writeBacklog();
  }

  /** Whether the state wants to hear nothing more of the client for now. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#readOrHalt();
  }

  /** Whether what was read finds no room. */
  stall(stalled: boolean): void {
    this.stalled = stalled;
    this.#readOrHalt();
  }

  /** Sends what is there, and ends this side. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.frames?.clear();
    for (const block of this.#backlog?.take() ?? NO_BLOCKS) this.#socket.write(block);
    this.#backlog = null;
    this.#socket.end();
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  /** The socket is gone. */
  gone(): void {
    this.#ended = true;
    this.frames?.clear();
    this.#backlog?.discard();
    this.#backlog = null;
    this.#discardWritten();
  }

  #readOrHalt(): void {
    const halt = this.#paused || this.stalled;
    if (halt === this.#halted) return;
    this.#halted = halt;
    if (halt) stopReading(this.#socket);
    else startReading(this.#socket);
  }

  #hold(bytes: number): void {
    this.held += bytes;
    this.#host.heldChanged(this);
  }

  /** Hands the backlog to the socket, and what comes meanwhile when that is done. */
  #writeBacklog(): void {
    const backlog = this.#backlog as Backlog;
    this.#writingBytes = backlog.bytes;
    const blocks = backlog.take();
    this.#writingBlocks = blocks;
    this.#backlog = null;
    this.#writing = true;
    this.#host.totals[total.writes]!++;
    writeBlocks(this.#socket, blocks, () => this.#onWritten());
  }

  #onWritten(): void {
    this.#writing = false;
    const bytes = this.#writingBytes;
    this.#writingBytes = 0;
    this.#discardWritten();
    if (bytes > 0) this.#hold(-bytes);
    if (this.#backlog !== null && !this.#ended) this.#writeBacklog();
  }

  #discardWritten(): void {
    for (const block of this.#writingBlocks) discardBuffer(block);
    this.#writingBlocks = NO_BLOCKS;
  }
}
