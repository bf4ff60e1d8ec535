/**
 * What one client sends: bytes through the decoder, frame by frame, as fast as its rate, the work it causes and the
 * queue of what waits for it allow. Where they do not, the rest of a read waits here and nothing more is read from the
 * socket. Owned by connection.ts.
 */
import type { Socket } from 'node:net';
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { StepResult, WorkJob, WorkTurns } from '../../runtime/async/work-turns.ts';
import type { RoundReader } from '../../runtime/net/read-rounds.ts';
import { startReading, stopReading } from '../../runtime/net/read-stop.ts';
import { PREAMBLE_FRAME, preambleIn } from '../noise/preamble.ts';
import { FrameDecoder, type FrameSink } from '../protocol/frame-decoder.ts';
import type { ProtocolErrorCode } from '../protocol/protocol-errors.ts';
import { SealedInput, type SealedInputOwner } from '../secure/sealed-input.ts';
import type { Session } from '../secure/session-door.ts';
import type { Connection, ConnectionHandler } from './connection.ts';
import type { ConnectionServices } from './connection-services.ts';
import type { Outbox } from './outbox.ts';
import { ReceiveRate } from './receive-rate.ts';
import type { WebSocketSide } from './websocket-side.ts';

const FRAME_NS = workPrices.line.ns;

/** A pause in reading shorter than this costs more than it limits, in milliseconds. */
const SHORTEST_PAUSE_MS = 10;

/** The receiving half of a connection. */
export class Intake implements FrameSink, SealedInputOwner, RoundReader, WorkJob {
  /** Set by whoever keeps the range of a frame. */
  keeps = false;
  framesIn = 0;
  bytesIn = 0;
  /** `performance.now()` of the newest bytes. */
  lastReceivedAt = performance.now();
  /** When an incomplete frame began, 0 when there is none. */
  frameBegunAt = 0;
  /** Memory that was held of what it had sent when it ended. */
  releasedBytes = 0;
  /** Who pays for the work that this client causes. */
  readonly account: WorkAccount;

  readonly #socket: Socket;
  readonly #services: ConnectionServices;
  readonly #turns: WorkTurns;
  /** Of the account: a frame that is still on its way to others is among them, and the next one waits for it. */
  readonly #jobs: readonly WorkJob[];
  readonly #connection: Connection;
  readonly #handler: ConnectionHandler;
  readonly #outbox: Outbox;
  /** Null over TCP. */
  readonly #webSocket: WebSocketSide | null;
  readonly #frames: FrameDecoder;
  /** What takes the bytes: of a client in a sealed session that is not the decoder of its frames. */
  #decoder: FrameDecoder | SealedInput;
  /** Whether the first bytes may still turn out to ask for a sealed session; those that may are kept. */
  #beginning = true;
  #begun: Buffer | null = null;
  readonly #rate: ReceiveRate;
  #heldBytes = 0;
  /** Whether what is left of a read waits for its turn. */
  #working = false;
  #choked = false;
  /** Whether it waits for a round of reading. */
  #resting = false;
  /** Whether nothing is read. */
  #halted = false;
  /** The outbox's, as it was when the slice began: it is looked at for every frame. */
  #chokeBytes = 0;
  #pauseTimer: NodeJS.Timeout | null = null;
  #onIdle: (() => void) | null = null;
  #stopped = false;

  constructor(
    socket: Socket,
    account: WorkAccount,
    services: ConnectionServices,
    connection: Connection,
    handler: ConnectionHandler,
    outbox: Outbox,
    webSocket: WebSocketSide | null,
  ) {
    this.#socket = socket;
    this.account = account;
    this.#jobs = account.jobs;
    this.#services = services;
    this.#turns = services.turns;
    this.#connection = connection;
    this.#handler = handler;
    this.#outbox = outbox;
    this.#webSocket = webSocket;
    this.#frames = new FrameDecoder(this, services.limits, true);
    this.#decoder = this.#frames;
    services.readRounds.enter(account.group, this);
    this.#rate = new ReceiveRate(connection.connectionClass.limits, this.lastReceivedAt);
  }

  /** Whether nothing is read because of what waits to be sent to this client. */
  get choked(): boolean {
    return this.#choked;
  }

  /** Whether it has sent something that is not worked off, so that its silence says nothing. */
  get busy(): boolean {
    return this.#working;
  }

  /** Whether a sealed session is on its way. */
  get handshaking(): boolean {
    return this.#decoder instanceof SealedInput && this.#decoder.handshaking;
  }

  /** Memory held of what it has sent. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes a read of the socket. */
  receive(chunk: Buffer): void {
    if (this.#stopped) return;
    this.lastReceivedAt = performance.now();
    this.bytesIn += chunk.length;
    this.#services.metrics.bytesIn.add(chunk.length);
    const side = this.#webSocket;
    if (side === null) {
      this.#take(chunk, chunk.length, 0);
      return;
    }
    const stream = this.#unframed(side, chunk);
    if (this.#stopped) return;
    this.#take(stream, chunk.length, side.idleFrames);
    if (side.closed) this.whenIdle(() => this.#connection.end('closed by the client', null));
  }

  /**
   * Takes what a read brought of the stream.
   * @param size of the read
   * @param idleFrames in it that brought nothing
   */
  #take(stream: Buffer, size: number, idleFrames: number): void {
    const bytes = this.#beginning && stream.length > 0 ? this.#begin(stream) : stream;
    this.#charge(size, idleFrames);
    if (bytes === null) return;
    if (bytes.length === 0) {
      this.recount();
      return;
    }
    this.#decoder.hold(bytes);
    if (this.#working) this.recount();
    else this.#work();
    // What would only wait here stays in the kernel: at once where it is held until more comes, as memory of all of a crowd.
    if (this.#turns.usedUp)
      this.#services.readRounds.late(
        this.account.group,
        this.#decoder.midFrame ? Number.POSITIVE_INFINITY : size,
      );
  }

  rest(): void {
    this.#resting = true;
    this.#readOrPause();
  }

  readOn(): void {
    this.#resting = false;
    this.#readOrPause();
  }

  /** Some of what waited for this client was sent. */
  unchoke(): void {
    if (!this.#choked || this.#outbox.queuedBytes > this.#outbox.chokeBytes) return;
    this.#choked = false;
    if (this.#stopped) return;
    if (this.#decoder.waiting && !this.#working) {
      // Not at once: this is the middle of a flush, and others wait to be written to.
      this.#working = true;
      this.#turns.later(this.account, this);
    }
    this.#readOrPause();
  }

  /** Calls back when everything is worked off that was received: at once, or when that is so. */
  whenIdle(callback: () => void): void {
    if (this.#working || this.#decoder.waiting) this.#onIdle = callback;
    else callback();
  }

  /** Takes nothing more and lets go of what is held. */
  stop(): void {
    this.#stopped = true;
    this.#services.readRounds.leave(this.account.group, this);
    if (this.#halted) startReading(this.#socket);
    this.#onIdle = null;
    this.releasedBytes = this.#heldBytes;
    this.#decoder.stop();
    this.frameBegunAt = 0;
    this.#endPause();
    this.recount();
  }

  /** Brings what is held up to date; a paused socket may have read once more meanwhile. */
  recount(): void {
    const waiting = this.#socket.destroyed ? 0 : this.#socket.readableLength;
    const held = this.#stopped ? 0 : this.#decoder.heldBytes + waiting + (this.#webSocket?.heldBytes ?? 0);
    const grown = held - this.#heldBytes;
    if (grown === 0) return;
    this.#heldBytes = held;
    this.#services.memory.receiveBytes += grown;
    if (grown > 0) this.#services.memoryWatch.grew();
  }

  /** Works off what was read, as far as this slice goes. Called by the turns. */
  step(): StepResult {
    const { turns, metrics } = this.#services;
    turns.spend(workPrices.read.ns);
    const before = this.#decoder.waitingBytes;
    this.#chokeBytes = this.#outbox.chokeBytes;
    this.#outbox.answering = true;
    const frames = this.#decoder.resume();
    this.#outbox.answering = false;
    turns.spend((before - this.#decoder.waitingBytes) * workPrices.inputByte.ns);
    this.framesIn += frames;
    metrics.framesIn.add(frames);
    if (this.#stopped) return this.#idle();
    if (this.#decoder.waiting || !this.#decoder.midFrame) this.frameBegunAt = 0;
    else if (frames > 0 || this.frameBegunAt === 0) this.frameBegunAt = performance.now();
    this.#charge(0, frames);
    if (this.#outbox.queuedBytes > this.#chokeBytes) this.#choked = true;
    // A frame that is still on its way to others holds the next one back, and the end of the stream as well.
    const unfinished = this.#decoder.waiting || this.account.jobs.length > 0;
    if (!unfinished || this.#choked) return this.#idle();
    this.#working = true;
    this.recount();
    return 'later';
  }

  onFrame(source: Buffer, start: number, end: number): boolean {
    this.#handler.onFrame(this.#connection, source, start, end);
    return (
      !this.#turns.spend(FRAME_NS) && this.#jobs.length === 0 && this.#outbox.queuedBytes <= this.#chokeBytes
    );
  }

  onOversized(lengthBytes: number): void {
    this.#services.metrics.oversized.add();
    this.#handler.onOversized(this.#connection, lengthBytes);
  }

  onAnswer(message: Uint8Array): void {
    this.#handler.onAnswer(this.#connection, message);
  }

  onSecured(session: Session): void {
    this.#connection.secure(session);
  }

  onInsecure(code: ProtocolErrorCode, message: string): void {
    this.#handler.onInsecure(this.#connection, code, message);
  }

  spend(ns: number): boolean {
    return this.#turns.spend(ns);
  }

  /** What messages bring of the stream; what else came with them is answered. */
  #unframed(side: WebSocketSide, chunk: Buffer): Buffer {
    const stream = side.read(chunk);
    if (this.#stopped) return stream;
    const { pong, idleFrames } = side;
    this.#turns.spend(idleFrames * FRAME_NS);
    if (pong !== null) this.#outbox.interject(pong);
    return stream;
  }

  /** The first bytes of a connection: whether they ask for a sealed session. Null where nothing is to be decoded yet. */
  #begin(chunk: Buffer): Buffer | null {
    const bytes = this.#begun === null ? chunk : Buffer.concat([this.#begun, chunk]);
    const found = preambleIn(bytes);
    if (found === 'part') {
      this.#begun = bytes;
      if (this.frameBegunAt === 0) this.frameBegunAt = this.lastReceivedAt;
      return null;
    }
    this.#beginning = false;
    this.#begun = null;
    this.frameBegunAt = 0;
    if (found === 'other') return bytes;
    const handshake = this.#handler.onPreamble(this.#connection);
    if (handshake === null) return null;
    this.#decoder = new SealedInput(this.#frames, handshake, this);
    return bytes.length > PREAMBLE_FRAME.length ? bytes.subarray(PREAMBLE_FRAME.length) : null;
  }

  #work(): void {
    this.#working = true;
    this.#services.turns.run(this.account, this);
    this.#readOrPause();
  }

  #idle(): 'done' {
    this.#working = false;
    this.recount();
    this.#readOrPause();
    if (!this.#decoder.waiting) this.#onIdle?.();
    return 'done';
  }

  /** Books what was received, and stops reading for as long as that is more than the client may send or cause. */
  #charge(bytes: number, frames: number): void {
    if (!this.#connection.connectionClass.flood) return;
    const now = performance.now();
    const waitMs = Math.max(
      this.#rate.charge(bytes, frames, this.#connection.connectionClass.limits, now),
      this.account.waitMs(now),
    );
    if (waitMs > 0) this.#pause(waitMs);
  }

  #pause(waitMs: number): void {
    if (this.#pauseTimer !== null) return;
    this.#services.metrics.receivePauses.add();
    this.#services.paused.enter();
    this.#pauseTimer = setTimeout(
      () => {
        this.#endPause();
        this.#readOrPause();
      },
      Math.max(waitMs, SHORTEST_PAUSE_MS),
    );
  }

  #endPause(): void {
    if (this.#pauseTimer === null) return;
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = null;
    this.#services.paused.leave();
  }

  /** Reads on where nothing speaks against it. */
  #readOrPause(): void {
    if (this.#stopped) return;
    const halt = this.#choked || this.#working || this.#resting || this.#pauseTimer !== null;
    if (halt === this.#halted) return;
    this.#halted = halt;
    if (halt) stopReading(this.#socket);
    else startReading(this.#socket);
  }
}
