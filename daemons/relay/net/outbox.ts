/**
 * What one client is sent: frames wait in a bounded queue, and go to the socket as fast as it takes them. Owned by
 * connection.ts; flushed by tick-flusher.ts when a tick ends, and by itself when the socket has drained.
 */
import type { Socket } from 'node:net';
import { writeDirect } from '../../runtime/net/direct-write.ts';
import { discardWhole } from '../../runtime/net/discard-buffer.ts';
import type { Gauge } from '../../runtime/telemetry/metric-handles.ts';
import type { RollingHistogram } from '../../runtime/telemetry/rolling-histogram.ts';
import { SEND_QUEUE_HEADROOM_BYTES } from '../config.ts';
import { LagBlocks } from '../lag-blocks.ts';
import type { Frame } from '../protocol/frame.ts';
import type { ConnectionClass } from './connection-classes.ts';
import type { ConnectionServices } from './connection-services.ts';
import { SendQueue } from './send-queue.ts';
import type { Batch, Batcher, Flushable } from './tick-flusher.ts';
import { WRAPPED_BYTES, type Wrapping } from './wrapping.ts';

/** A queue of this many frames is cleared when the tick ends: a thousand of them at once would hold up everybody. */
const CLEAR_LATER_FRAMES = 1_024;

/** Where all clients' writes are sealed, one after the other: what the kernel does not take at once is copied out of it. */
const SEALED = Buffer.allocUnsafeSlow(WRAPPED_BYTES);

/** What an outbox tells its connection. */
export interface OutboxOwner {
  /** The queue is over its limit under the policy `disconnect`; told once, when the tick ends. */
  onSlow(): void;
  /** Something was handed to the socket. */
  onSent(): void;
  /** Everything was handed to the kernel. */
  onEmpty(): void;
}

/** The sending half of a connection. */
export class Outbox implements Flushable {
  framesOut = 0;
  bytesOut = 0;
  droppedFrames = 0;
  /** Memory that was held for the client when it ended. */
  releasedBytes = 0;
  /** `performance.now()` when the socket last took something. */
  lastWrittenAt = performance.now();

  /** Kept by the connection, as a reload may change it. */
  connectionClass: ConnectionClass;
  /** Whether what is pushed now answers what the client has sent; kept by the intake. */
  answering = false;

  /** Seals what is written, or cuts it into messages, from the moment that it is set; null for a plain client over TCP. */
  sealer: Wrapping | null = null;

  readonly #socket: Socket;
  readonly #encrypted: boolean;
  readonly #services: ConnectionServices;
  readonly #owner: OutboxOwner;
  readonly #queueFrames: Gauge;
  readonly #queueBytes: Gauge;
  #queue: SendQueue;
  /** Where its own frames wait while it lags; null until it does. */
  #blocks: LagBlocks | null = null;
  #inFlight: Batch | null = null;
  #inFlightBytes = 0;
  #inFlightFrames = 0;
  #inFlightOldest = 0;
  /** Whether what is in flight was copied or encrypted into memory of this client's own. */
  #inFlightOwn = false;
  /** Where what is in flight and not sealed to its end lies, how far it is, and where it ends. */
  #sealing: Buffer | null = null;
  #sealedTo = 0;
  #sealingEnd = 0;
  #backlogged = false;
  /** Where it waits to be flushed. */
  #line: 'none' | 'crowd' | 'answers' = 'none';
  #closed = false;
  /** Whether frames are taken: neither slow nor closed, nor is the connection ending. */
  #open = true;

  constructor(
    socket: Socket,
    encrypted: boolean,
    connectionClass: ConnectionClass,
    services: ConnectionServices,
    owner: OutboxOwner,
  ) {
    this.connectionClass = connectionClass;
    this.#queueFrames = services.metrics.queueFrames;
    this.#queueBytes = services.metrics.queueBytes;
    this.#socket = socket;
    this.#encrypted = encrypted;
    this.#services = services;
    this.#owner = owner;
    this.#queue = new SendQueue(services.memory);
  }

  /** Frames that wait, those handed to the socket not counted. */
  get queuedFrames(): number {
    return this.#queue.size;
  }

  /** Bytes that the kernel has not accepted. */
  get queuedBytes(): number {
    return this.#queue.bytes + this.#inFlightBytes;
  }

  /** Memory that this client answers for, whoever else it is held for. */
  get heldBytes(): number {
    return this.#queue.heldBytes + this.#inFlightBytes;
  }

  /** Milliseconds for which the socket has not taken a write, 0 when it takes them. */
  stalledMs(nowMs: number): number {
    return this.#inFlightBytes === 0 ? 0 : nowMs - this.lastWrittenAt;
  }

  /**
   * Bytes waiting for this client above which nothing more is read from it: who does not read the answers may not ask
   * for more.
   */
  get chokeBytes(): number {
    const limit = this.connectionClass.limits.send_queue_bytes;
    const room = this.#services.limits.max_frame_bytes + SEND_QUEUE_HEADROOM_BYTES;
    return Math.max(0, Math.min(limit / 2, limit - room));
  }

  /**
   * Puts a frame into the queue; it leaves at the end of the tick, or within `batch_ms`. Returns whether it was taken: false when the
   * connection is ending or the frame gave way to the limit.
   */
  push(frame: Frame): boolean {
    if (!this.#admits(frame)) return false;
    this.#append(this.#inFlightBytes > 0 ? frame.durable() : frame);
    return true;
  }

  /** Like {@link push}, for a frame that nobody else is sent, and whose memory nobody else needs. */
  pushOwn(frame: Frame): boolean {
    if (!this.#admits(frame)) return false;
    frame.own = true;
    this.#append(this.#inFlightBytes > 0 ? this.#keepOwn(frame) : frame);
    return true;
  }

  /** The connection is ending: nothing is taken from here on but its last frame. */
  stop(): void {
    this.#open = false;
  }

  /** Puts the last frame of a connection into the queue, whatever the limit. */
  pushLast(frame: Frame): void {
    if (this.#closed) return;
    this.#append(this.#inFlightBytes > 0 ? frame.durable() : frame);
  }

  /** The next end of a tick flushes, also where nothing waits. */
  markDirty(): void {
    if (this.#inFlightBytes > 0 || this.#closed) return;
    if (this.#line === 'answers' || (this.#line === 'crowd' && !this.answering)) return;
    const { flusher } = this.#services;
    const patienceMs = this.connectionClass.limits.batch_ms;
    // Who waits for nothing keeps nobody else from waiting.
    if (this.answering || patienceMs === 0) {
      this.#line = 'answers';
      flusher.scheduleAnswer(this);
    } else {
      this.#line = 'crowd';
      flusher.schedule(this, patienceMs);
    }
  }

  /** Writes what stands between messages, such as the answer to a ping of a WebSocket, where the socket has nothing to write. */
  interject(bytes: Buffer): void {
    const socket = this.#socket;
    if (this.#closed || socket.destroyed || socket.writableLength > 0 || this.#inFlightBytes > 0) return;
    this.#write(bytes, 0, bytes.length);
  }

  /**
   * Called at the end of a tick and when the socket has drained.
   * @param nowMs when that is; what is written is timed anew
   */
  flush(batcher: Batcher, nowMs: number): void {
    this.#line = 'none';
    if (this.#closed) return;
    const queue = this.#queue;
    const { metrics, memory } = this.#services;
    while (this.#inFlightBytes === 0 && queue.size > 0 && !this.#socket.destroyed) {
      const batch = batcher.next(queue);
      const { source, start, end, count, size } = batch;
      if (this.sealer === null) this.#write(source, start, end);
      else this.#writeSealed(this.sealer, source, start, end, nowMs);
      const now = performance.now();
      this.lastWrittenAt = now;
      this.bytesOut += size;
      this.framesOut += count;
      metrics.writes.add();
      metrics.bytesOut.add(size);
      metrics.framesOut.add(count);
      metrics.queueFrames.add(-count);
      if (this.#socket.writableLength === 0 && this.#sealing === null) {
        const histogram = this.#backlogged ? metrics.backlogLatency : metrics.frameLatency;
        recordAges(histogram, queue, count, now);
        metrics.queueBytes.add(-size);
        if (count === 1 && !this.#encrypted) giveBack(queue.at(0));
      } else {
        this.#inFlight = batch;
        this.#inFlightBytes = size;
        this.#inFlightFrames = count;
        this.#inFlightOldest = queue.at(0).receivedAt;
        // A TLS engine has encrypted it into memory of this connection's own.
        this.#inFlightOwn = this.#encrypted || this.sealer !== null;
        if (this.#inFlightOwn || batch.holders++ === 0) memory.sendBytes += size;
      }
      queue.take(count);
    }
    this.#trimBlocks(queue.size === 0 ? null : queue.at(0));
    this.#owner.onSent();
    if (queue.size === 0 && this.#inFlightBytes === 0) {
      this.#backlogged = false;
      this.#owner.onEmpty();
    } else {
      queue.lag();
      this.#services.memoryWatch.grew();
    }
  }

  /** Throws away what waits, whole frames; those handed to the socket still go out. */
  discard(): void {
    this.#countDropped(this.#queue.size);
    this.#clearQueue();
  }

  /** Throws away the data frames that wait; returns how many there were. */
  dropData(): number {
    const before = this.#queue.size;
    for (let dropped = this.#queue.dropOldest(); dropped !== undefined; dropped = this.#queue.dropOldest()) {
      this.#countDropped(1);
      this.#unaccount(1, dropped.size);
    }
    this.#trimBlocks(null);
    return before - this.#queue.size;
  }

  /** The socket is gone or about to go: lets go of everything. Calling it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sealing = null;
    this.#open = false;
    // The client is gone: what waited for it was not dropped for its slowness.
    this.#clearQueue();
    this.#unaccount(0, this.#inFlightBytes);
    this.releasedBytes += this.#inFlightBytes;
    this.#landed();
  }

  /** Whether there is room for a frame, or some could be made. */
  #admits(frame: Frame): boolean {
    if (!this.#open) return false;
    if (this.#inFlightBytes > 0) return this.#makeRoom(frame);
    if (!this.#over(frame.size)) return true;
    // One tick brought more than the limit to a client that may well keep up: let it take what is there first.
    this.flush(this.#services.flusher.batcher, performance.now());
    return this.#makeRoom(frame);
  }

  /** Gives back the memory of what waited before `frame`; with null that of everything. */
  #trimBlocks(frame: Frame | null): void {
    const writing = this.#inFlight;
    // What a TLS engine has is not known here.
    if (this.#blocks === null || (writing !== null && this.#encrypted && this.sealer === null)) return;
    // What is sealed is a copy.
    const bytes = this.sealer === null ? (writing?.source ?? null) : this.#sealing;
    this.#blocks.trim(frame, bytes);
  }

  #keepOwn(frame: Frame): Frame {
    this.#blocks ??= new LagBlocks();
    return this.#blocks.keep(frame);
  }

  #append(frame: Frame): void {
    this.#queue.push(frame);
    this.#queueFrames.add(1);
    this.#queueBytes.add(frame.size);
    if (this.#inFlightBytes === 0) {
      if (this.#line !== 'answers') this.markDirty();
      if (this.#line === 'crowd') this.#services.flusher.crowdBytes += frame.size;
      return;
    }
    this.#queue.lag();
    this.#services.memoryWatch.grew();
  }

  /** Writes at once what the kernel takes; the stream has the rest. */
  #write(source: Buffer, start: number, end: number): void {
    const taken = this.#encrypted ? 0 : writeDirect(this.#socket, source, start, end);
    if (start + taken < end) this.#socket.write(source.subarray(start + taken, end), this.#onWritten);
  }

  /** The same for a sealed session: seals as much as the kernel takes, so that what it does not take may still be dropped. */
  #writeSealed(sealer: Wrapping, source: Buffer, from: number, end: number, nowMs: number): void {
    const socket = this.#socket;
    let at = from;
    while (at < end && socket.writableLength === 0 && !socket.destroyed) {
      at = sealer.seal(source, at, end, SEALED, nowMs);
      const { begun } = sealer;
      const to = begun + sealer.written;
      const taken = this.#encrypted ? 0 : writeDirect(socket, SEALED, begun, to);
      if (begun + taken < to) socket.write(Buffer.from(SEALED.subarray(begun + taken, to)), this.#onWritten);
    }
    this.#sealedTo = at;
    this.#sealingEnd = end;
    this.#sealing = at < end ? source : null;
  }

  #over(moreBytes: number): boolean {
    const { limits } = this.connectionClass;
    const queue = this.#queue;
    return (
      queue.bytes + this.#inFlightBytes + moreBytes > limits.send_queue_bytes ||
      queue.size >= limits.send_queue_frames
    );
  }

  #makeRoom(frame: Frame): boolean {
    if (!this.#over(frame.size)) return true;
    if (this.connectionClass.slowReader === 'drop-oldest') {
      for (
        let dropped = this.#queue.dropOldest();
        dropped !== undefined;
        dropped = this.#queue.dropOldest()
      ) {
        this.#countDropped(1);
        this.#unaccount(1, dropped.size);
        if (!this.#over(frame.size)) {
          this.#trimBlocks(dropped);
          return true;
        }
      }
      if (!frame.control) {
        this.#countDropped(1);
        return false;
      }
    }
    this.#open = false;
    // Not at once: somebody may be walking through a list that the client is in.
    this.#services.flusher.later(() => this.#owner.onSlow());
    return false;
  }

  #countDropped(frames: number): void {
    this.droppedFrames += frames;
    this.#services.metrics.dropped.add(frames);
  }

  #unaccount(frames: number, bytes: number): void {
    this.#services.metrics.queueFrames.add(-frames);
    this.#services.metrics.queueBytes.add(-bytes);
  }

  #clearQueue(): void {
    const queue = this.#queue;
    this.releasedBytes += queue.heldBytes;
    this.#unaccount(queue.size, queue.bytes);
    if (queue.size < CLEAR_LATER_FRAMES) {
      queue.clear();
      return;
    }
    this.#queue = new SendQueue(this.#services.memory);
    this.#services.flusher.later(() => queue.clear());
  }

  /** What was in flight is no longer held. */
  #landed(): void {
    const batch = this.#inFlight;
    if (batch === null) return;
    this.#inFlight = null;
    if (this.#inFlightOwn || --batch.holders === 0) this.#services.memory.sendBytes -= this.#inFlightBytes;
    this.#inFlightBytes = 0;
  }

  /** Called for every write; matters only where the socket had not taken it at once. */
  readonly #onWritten = (): void => {
    if (this.#inFlightBytes === 0 || this.#socket.writableLength > 0 || this.#socket.destroyed) return;
    const { metrics, flusher } = this.#services;
    const now = performance.now();
    if (this.sealer !== null && this.#sealing !== null) {
      this.lastWrittenAt = now;
      this.#writeSealed(this.sealer, this.#sealing, this.#sealedTo, this.#sealingEnd, now);
      if (this.#sealing !== null || this.#socket.writableLength > 0) return;
    }
    // TLS takes every write a moment later; only with plain TCP does that mean that the client lags.
    const histogram = this.#encrypted && !this.#backlogged ? metrics.frameLatency : metrics.backlogLatency;
    histogram.record((now - this.#inFlightOldest) * 1e6, this.#inFlightFrames);
    metrics.queueBytes.add(-this.#inFlightBytes);
    this.#landed();
    this.lastWrittenAt = now;
    this.#backlogged = this.#queue.size > 0 && !this.#encrypted;
    this.flush(flusher.batcher, now);
  };
}

/** A large frame that the kernel has taken whole is garbage that the collector would stop everybody for. */
function giveBack(frame: Frame): void {
  if (frame.own && frame.alone) discardWhole(frame.source);
}

/** Records the ages of the `count` oldest frames; those that one read brought have the same age. */
function recordAges(histogram: RollingHistogram, queue: SendQueue, count: number, nowMs: number): void {
  let run = 1;
  let receivedAt = queue.at(0).receivedAt;
  for (let i = 1; i < count; i++) {
    const next = queue.at(i).receivedAt;
    if (next === receivedAt) {
      run++;
      continue;
    }
    histogram.record((nowMs - receivedAt) * 1e6, run);
    receivedAt = next;
    run = 1;
  }
  histogram.record((nowMs - receivedAt) * 1e6, run);
}
