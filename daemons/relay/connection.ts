/**
 * One client's socket: bytes in through the decoder, frames out through a bounded queue, one orderly end. It knows
 * nothing of modes, peers or rooms; the relay (relay.ts) is its handler.
 */
import type { Socket } from 'node:net';
import { writeDirect } from '../runtime/direct-write.ts';
import type { RollingHistogram } from '../runtime/metric-registry.ts';
import { SEND_QUEUE_HEADROOM_BYTES } from './config.ts';
import type { ConnectionClass } from './connection-classes.ts';
import type { Frame } from './frame.ts';
import { FrameDecoder, type FrameSink } from './frame-decoder.ts';
import type { Limits } from './limits.ts';
import type { RelayMetrics } from './metrics.ts';
import { ReceiveRate } from './receive-rate.ts';
import { SendQueue } from './send-queue.ts';
import type { Batcher, Flushable, TickFlusher } from './tick-flusher.ts';

/** A pause in reading shorter than this costs more than it limits, in milliseconds. */
const SHORTEST_PAUSE_MS = 10;

/** What a connection tells. No method may throw. */
export interface ConnectionHandler {
  /** One frame; see {@link FrameSink.onFrame}. Not called after {@link Connection.end}. */
  onFrame(connection: Connection, source: Buffer, start: number, end: number): void;
  onOversized(connection: Connection, lengthBytes: number): void;
  /** The queue is over its limit under the policy `disconnect`, at the end of the tick in which that happened. */
  onSlowReader(connection: Connection): void;
  /** Exactly once, when it ends: nothing is received from here on, and only its last frames are still sent. */
  onEnd(connection: Connection, reason: string): void;
  /** Exactly once, when the socket is gone. */
  onGone(connection: Connection): void;
}

/** What all connections of a server share. */
export interface ConnectionServices {
  readonly limits: Limits;
  readonly metrics: RelayMetrics;
  readonly flusher: TickFlusher;
  readonly handler: ConnectionHandler;
}

/** One client of the relay, whatever it speaks. */
export class Connection implements FrameSink, Flushable {
  readonly address: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** Unix time in milliseconds. */
  readonly connectedAt = Date.now();
  connectionClass: ConnectionClass;
  framesIn = 0;
  framesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  droppedFrames = 0;
  /** `performance.now()` when it was accepted. */
  readonly acceptedAt = performance.now();
  /** `performance.now()` of the newest bytes in and out. */
  lastReceivedAt = this.acceptedAt;
  lastWrittenAt = this.acceptedAt;
  /** When an incomplete frame began, 0 when there is none. */
  frameBegunAt = 0;

  readonly #socket: Socket;
  readonly #services: ConnectionServices;
  readonly #decoder: FrameDecoder;
  readonly #queue = new SendQueue();
  readonly #rate: ReceiveRate;
  #inFlightBytes = 0;
  #inFlightFrames = 0;
  #inFlightOldest = 0;
  #backlogged = false;
  #dirty = false;
  #slow = false;
  #ending = false;
  #socketEnded = false;
  #pauseTimer: NodeJS.Timeout | null = null;
  #choked = false;
  #endTimer: NodeJS.Timeout | null = null;

  constructor(
    socket: Socket,
    address: string,
    encrypted: boolean,
    connectionClass: ConnectionClass,
    services: ConnectionServices,
  ) {
    this.#socket = socket;
    this.address = address;
    this.port = socket.remotePort ?? 0;
    this.encrypted = encrypted;
    this.connectionClass = connectionClass;
    this.#services = services;
    this.#decoder = new FrameDecoder(this, services.limits);
    const { receive_bytes_per_second, receive_frames_per_second } = connectionClass.limits;
    this.#rate = new ReceiveRate(receive_bytes_per_second, receive_frames_per_second, this.lastReceivedAt);
  }

  /** Starts reading. */
  open(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // The client has said its last; what waits for it is still sent, then this side closes too.
    socket.on('end', () => this.end('closed by the client', null));
    socket.on('error', (error) => {
      this.end(`connection error: ${error.message}`, null);
      socket.destroy();
    });
    socket.on('close', () => {
      this.end('connection lost', null);
      this.#release();
      this.#services.handler.onGone(this);
    });
  }

  /** Whether nothing is read from it because of what waits for it. */
  get choked(): boolean {
    return this.#choked;
  }

  get ending(): boolean {
    return this.#ending;
  }

  /** Frames that wait, those handed to the socket not counted. */
  get queuedFrames(): number {
    return this.#queue.size;
  }

  /** Bytes that the kernel has not accepted. */
  get queuedBytes(): number {
    return this.#queue.bytes + this.#inFlightBytes;
  }

  /** Milliseconds for which the socket has not taken a write, 0 when it takes them. */
  stalledMs(nowMs: number): number {
    return this.#inFlightBytes === 0 ? 0 : nowMs - this.lastWrittenAt;
  }

  /**
   * Puts a frame into the queue; it leaves at the end of the tick. Returns whether it was taken: false when the
   * connection is ending or the frame gave way to the limit.
   */
  push(frame: Frame): boolean {
    if (this.#ending || this.#slow) return false;
    let entry = frame;
    if (this.#inFlightBytes > 0) {
      entry = frame.durable();
      if (!this.#makeRoom(entry)) return false;
    } else if (this.#over(frame.size)) {
      // One tick brought more than the limit to a client that may well keep up: let it take what is there first.
      this.flush(this.#services.flusher.batcher);
      if (!this.#makeRoom(frame)) return false;
      if (this.#inFlightBytes > 0) entry = frame.durable();
    }
    this.#append(entry);
    return true;
  }

  /** Called at the end of a tick and when the socket has drained. */
  flush(batcher: Batcher): void {
    this.#dirty = false;
    const queue = this.#queue;
    const { metrics } = this.#services;
    while (this.#inFlightBytes === 0 && queue.size > 0 && !this.#socket.destroyed) {
      const { bytes, count } = batcher.next(queue);
      this.#write(bytes);
      const now = performance.now();
      this.lastWrittenAt = now;
      this.bytesOut += bytes.length;
      this.framesOut += count;
      metrics.writes.add();
      metrics.bytesOut.add(bytes.length);
      metrics.framesOut.add(count);
      metrics.queueFrames.add(-count);
      if (this.#socket.writableLength === 0) {
        const histogram = this.#backlogged ? metrics.backlogLatency : metrics.frameLatency;
        recordAges(histogram, queue, count, now);
        metrics.queueBytes.add(-bytes.length);
      } else {
        this.#inFlightBytes = bytes.length;
        this.#inFlightFrames = count;
        this.#inFlightOldest = queue.at(0).receivedAt;
      }
      queue.take(count);
    }
    this.#unchoke();
    if (queue.size === 0 && this.#inFlightBytes === 0) {
      this.#backlogged = false;
      if (this.#ending) this.#endSocket();
    }
  }

  endSlowReader(): void {
    if (!this.#ending) this.#services.handler.onSlowReader(this);
  }

  /**
   * Ends the connection: what waits is sent, `last` after it, then the socket is closed, by force after
   * `close_flush_ms`. Calling it again does nothing.
   * @param queue `send` what waits; `discard` it; or `wait`: send it without a deadline, which the caller then has
   */
  end(reason: string, last: Frame | null, queue: 'send' | 'discard' | 'wait' = 'send'): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#decoder.stop();
    this.frameBegunAt = 0;
    this.#services.handler.onEnd(this, reason);
    if (this.#pauseTimer !== null) clearTimeout(this.#pauseTimer);
    this.#pauseTimer = null;
    if (this.#socket.destroyed) return;
    if (queue === 'discard') {
      this.#countDropped(this.#queue.size);
      this.#clearQueue();
    }
    if (last !== null) this.#append(this.#inFlightBytes > 0 ? last.durable() : last);
    // Bytes that keep coming are read and thrown away: unread ones would make the kernel reset the connection,
    // and the client would lose the last frame.
    this.#socket.resume();
    if (queue !== 'wait') this.#destroyLater();
    this.#markDirty();
  }

  /** Closes the socket without ceremony. */
  destroy(): void {
    this.#socket.destroy();
  }

  onFrame(source: Buffer, start: number, end: number): boolean {
    this.#services.handler.onFrame(this, source, start, end);
    return !this.#ending;
  }

  onOversized(lengthBytes: number): void {
    this.#services.metrics.oversized.add();
    this.#services.handler.onOversized(this, lengthBytes);
  }

  #receive(chunk: Buffer): void {
    if (this.#ending) return;
    const now = performance.now();
    const { metrics } = this.#services;
    this.lastReceivedAt = now;
    this.bytesIn += chunk.length;
    metrics.bytesIn.add(chunk.length);
    const frames = this.#decoder.push(chunk);
    this.framesIn += frames;
    metrics.framesIn.add(frames);
    if (!this.#decoder.midFrame) this.frameBegunAt = 0;
    else if (frames > 0 || this.frameBegunAt === 0) this.frameBegunAt = now;
    if (this.#ending) return;
    if (this.queuedBytes > this.#chokeBytes()) {
      this.#choked = true;
      this.#socket.pause();
    }
    if (!this.connectionClass.flood) return;
    const { receive_bytes_per_second, receive_frames_per_second } = this.connectionClass.limits;
    const waitMs = this.#rate.charge(
      chunk.length,
      frames,
      receive_bytes_per_second,
      receive_frames_per_second,
      now,
    );
    if (waitMs > 0 && this.#pauseTimer === null) this.#pause(Math.max(waitMs, SHORTEST_PAUSE_MS));
  }

  #pause(waitMs: number): void {
    this.#services.metrics.throttled.add();
    this.#socket.pause();
    this.#pauseTimer = setTimeout(() => {
      this.#pauseTimer = null;
      if (!this.#choked) this.#socket.resume();
    }, waitMs);
  }

  /**
   * Bytes waiting for this client above which nothing more is read from it: who does not read the answers may not ask
   * for more. Low enough that the echo of one more read always has room, so that echoing never hits the limit.
   */
  #chokeBytes(): number {
    const limit = this.connectionClass.limits.send_queue_bytes;
    const room = this.#services.limits.max_frame_bytes + SEND_QUEUE_HEADROOM_BYTES;
    return Math.max(0, Math.min(limit / 2, limit - room));
  }

  #unchoke(): void {
    if (!this.#choked || this.queuedBytes > this.#chokeBytes()) return;
    this.#choked = false;
    if (this.#pauseTimer === null && !this.#ending) this.#socket.resume();
  }

  #append(frame: Frame): void {
    this.#queue.push(frame);
    this.#services.metrics.queueFrames.add(1);
    this.#services.metrics.queueBytes.add(frame.size);
    this.#markDirty();
  }

  /** Writes at once what the kernel takes; the stream has the rest. */
  #write(bytes: Buffer): void {
    const taken = this.encrypted ? 0 : writeDirect(this.#socket, bytes);
    if (taken < bytes.length) this.#socket.write(bytes.subarray(taken), this.#onWritten);
  }

  #markDirty(): void {
    if (this.#dirty || this.#inFlightBytes > 0) return;
    this.#dirty = true;
    this.#services.flusher.schedule(this);
  }

  #over(moreBytes: number): boolean {
    const { send_queue_bytes, send_queue_frames } = this.connectionClass.limits;
    return this.queuedBytes + moreBytes > send_queue_bytes || this.#queue.size >= send_queue_frames;
  }

  #makeRoom(frame: Frame): boolean {
    const { metrics, limits, flusher } = this.#services;
    const length = frame.size;
    const full = () =>
      this.#over(length) ||
      (this.#inFlightBytes > 0 && metrics.queueBytes.value + length > limits.send_queue_total_bytes);
    if (!full()) return true;
    if (this.connectionClass.slowReader === 'drop-oldest') {
      for (
        let dropped = this.#queue.dropOldest();
        dropped !== undefined;
        dropped = this.#queue.dropOldest()
      ) {
        this.#countDropped(1);
        this.#unaccount(1, dropped.size);
        if (!full()) return true;
      }
      if (!frame.control) {
        this.#countDropped(1);
        return false;
      }
    }
    this.#slow = true;
    flusher.scheduleSlowReader(this);
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
    this.#unaccount(this.#queue.size, this.#queue.bytes);
    this.#queue.clear();
  }

  /** Called for every write; matters only where the socket had not taken it at once. */
  readonly #onWritten = (): void => {
    if (this.#inFlightBytes === 0 || this.#socket.writableLength > 0 || this.#socket.destroyed) return;
    const { metrics, flusher } = this.#services;
    const now = performance.now();
    // TLS takes every write a moment later; only with plain TCP does that mean that the client lags.
    const histogram = this.encrypted && !this.#backlogged ? metrics.frameLatency : metrics.backlogLatency;
    histogram.record((now - this.#inFlightOldest) * 1e6, this.#inFlightFrames);
    metrics.queueBytes.add(-this.#inFlightBytes);
    this.#inFlightBytes = 0;
    this.#inFlightFrames = 0;
    this.lastWrittenAt = now;
    this.#backlogged = this.#queue.size > 0 && !this.encrypted;
    this.flush(flusher.batcher);
  };

  #endSocket(): void {
    if (this.#socketEnded) return;
    this.#socketEnded = true;
    this.#socket.end();
    // A client may leave its own side open for ever.
    this.#destroyLater();
  }

  #destroyLater(): void {
    this.#endTimer ??= setTimeout(() => this.destroy(), this.#services.limits.close_flush_ms);
  }

  #release(): void {
    if (this.#endTimer !== null) clearTimeout(this.#endTimer);
    // The client is gone: what waited for it was not dropped for its slowness.
    this.#clearQueue();
    this.#unaccount(0, this.#inFlightBytes);
    this.#inFlightBytes = 0;
  }
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
