/**
 * One connection in the thread that owns it: reads while there is use for what it reads, and ends when the client has said goodbye,
 * stays away too long, stays in the middle of a request, or does not take its answers.
 */
import type { Socket } from 'node:net';
import type { Due } from '../../../kit/deadlines.ts';
import { WorkAccount, type WorkGroup } from '../../runtime/async/work-account.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { StepResult, WorkJob } from '../../runtime/async/work-turns.ts';
import type { Peer } from '../permissions.ts';
import { Answering } from './answering.ts';
import type { ConnectionFacts, ConnectionTerms } from './engine.ts';
import type { FactsRow } from './facts-board.ts';
import type { Serving } from './serving.ts';
import { Wire } from './wire.ts';

/** What a connection tells its thread. */
export interface ConnectionEvents {
  /** Something worth showing has changed. */
  onChanged(): void;
  /** It has said its last: from now on its time is another. */
  onEnding(connection: Connection): void;
  /** It has shown another thread how far it is. */
  onShown(): void;
  /** The socket is closed and nothing is held any more. Called once. */
  onClosed(connection: Connection): void;
}

/** Where a connection came from. */
export interface ConnectionOrigin {
  readonly terms: ConnectionTerms;
  readonly peer: Peer;
  /** Unix time in milliseconds. */
  readonly connectedAt: number;
  readonly group: WorkGroup;
  /** Where another thread reads how the connection does; null where none does. */
  readonly row: FactsRow | null;
}

const MS_PER_SECOND = 1_000;
const LOOK_GRAIN_MS = 250;

export class Connection implements Due<Connection>, WorkJob {
  readonly origin: ConnectionOrigin;
  dueMs = 0;
  line: Due<Connection>['line'] = null;
  earlier: Connection | null = null;
  later: Connection | null = null;
  readonly #serving: Serving;
  readonly #socket: Socket;
  readonly #wire: Wire;
  readonly #account: WorkAccount;
  readonly #answering: Answering;
  readonly #events: ConnectionEvents;
  /** Input that came when it was not its turn, and when; nothing is read while there is some. */
  #late: Buffer | null = null;
  #lateMs = 0;
  #reads = true;
  #bytesIn = 0;
  /** By the monotonic clock. */
  #lastInputMs: number;
  #lastOutputMs: number;
  /** Since when half a request is there, where one is. */
  #headSinceMs = 0;
  #sentBytes = 0;
  #ending = false;
  #closed = false;

  constructor(serving: Serving, socket: Socket, origin: ConnectionOrigin, events: ConnectionEvents) {
    this.origin = origin;
    this.#serving = serving;
    this.#socket = socket;
    this.#events = events;
    this.#account = new WorkAccount(origin.group);
    this.#account.connection = origin.terms.client;
    this.#wire = new Wire(socket, origin.row, { onRoom: () => this.#answering.sender.goOn() });
    this.#answering = new Answering(serving, origin.terms, origin.peer, this.#wire, this.#account, {
      onIntake: () => this.#read(),
      onSettled: () => this.#show(),
      onEnd: () => this.#end(),
      onBroken: () => this.destroy(),
    });
    const now = serving.clock.monotonic();
    this.#lastInputMs = now;
    this.#lastOutputMs = now;
    socket.on('error', closesByItself);
    socket.on('end', () => this.#onInputEnd());
    socket.once('close', () => this.#onClose());
  }

  /** Requests so far. */
  get requests(): number {
    return this.#answering.requests;
  }

  get facts(): ConnectionFacts {
    const { terms, peer, connectedAt } = this.origin;
    const { parser, sender, requests } = this.#answering;
    const sinceMs = this.#serving.clock.monotonic() - this.#lastInputMs;
    return {
      terms,
      peer,
      version: parser.version,
      dialect: parser.dialect,
      connectedAt,
      lastRequestAt: Math.round(this.#serving.clock.now() - sinceMs),
      requests,
      waiting: sender.waiting,
      bytesIn: this.#bytesIn,
      bytesOut: this.#wire.sentBytes,
      queuedBytes: this.#wire.waitingBytes,
    };
  }

  /** Shows another thread how far it is, where one looks. */
  #show(): void {
    const { row } = this.origin;
    if (row === null) return;
    const { parser, sender, requests } = this.#answering;
    row.show(parser, requests, sender.waiting, this.#bytesIn, performance.timeOrigin + this.#lastInputMs);
    this.#events.onShown();
  }

  /** Takes bytes that were read. Their memory is the caller's again when this returns. */
  onBytes(bytes: Buffer): void {
    if (this.#closed) return;
    const now = performance.now();
    this.#lastInputMs = this.#serving.clock.monotonic();
    this.#bytesIn += bytes.length;
    const { turns, metrics } = this.#serving;
    metrics.bytesIn.add(bytes.length);
    if (this.#late !== null || !this.#answering.takesInput || !turns.mayBegin(this.#account)) {
      this.#keep(bytes, now);
      return;
    }
    turns.begin(this.#account);
    turns.spend(workPrices.read.ns + bytes.length * workPrices.inputByte.ns);
    const { requests, midHead } = this.#answering;
    this.#answering.receive(bytes, now);
    turns.end();
    // A request that was begun in this read, or before it.
    if (!midHead || this.#answering.requests !== requests) this.#headSinceMs = this.#lastInputMs;
    this.#goOn();
  }

  /** All that it was asked has been answered, nothing waits in either direction, and it may be asked more. */
  get isSettled(): boolean {
    const { takesInput, sender } = this.#answering;
    const settled = takesInput && this.#reads && sender.waiting === 0 && !this.#wire.blocked;
    // Its descriptor may be another file's as soon as the socket is destroyed.
    return settled && !this.#closed && !this.#socket.destroyed;
  }

  /** Gives input to the parser that had to wait. Called by the turns. */
  step(): StepResult {
    const late = this.#late;
    if (late === null || this.#closed || !this.#answering.takesInput) return 'done';
    this.#late = null;
    this.#answering.receive(late, this.#lateMs);
    this.#goOn();
    return 'done';
  }

  /** Takes no more requests; ends when those that it has are answered. */
  drain(): void {
    this.#late = null;
    this.#answering.finish();
  }

  /** Closes without ceremony. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends the connection where its time is up. Returns after how many milliseconds to look again; null where it is gone. */
  look(): number | null {
    if (this.#closed) return null;
    const nowMs = this.#serving.clock.monotonic();
    switch (this.#overdue(nowMs)) {
      case null:
        return this.#nextLookMs(nowMs);
      case 'idle':
        this.#serving.metrics.idle.add(1);
        // Nothing waits, so the connection is ending now.
        this.#answering.finish();
        return this.#nextLookMs(nowMs);
      case 'slow':
        this.#serving.metrics.idle.add(1);
        this.#answering.giveUpBody();
        return this.#nextLookMs(nowMs);
      case 'stalled':
        this.#serving.metrics.slowReaders.add(1);
        break;
      case 'lingering':
    }
    this.destroy();
    return null;
  }

  /** Memory that waits for the client. */
  get heldBytes(): number {
    return this.#answering.sender.heldBytes;
  }

  /** After how many milliseconds its time may be up. */
  get nextLookMs(): number {
    return this.#nextLookMs(this.#serving.clock.monotonic());
  }

  #overdue(nowMs: number): 'idle' | 'slow' | 'stalled' | 'lingering' | null {
    const { limits } = this.#serving.settings;
    if (this.#wire.sentBytes !== this.#sentBytes) {
      this.#sentBytes = this.#wire.sentBytes;
      this.#lastOutputMs = nowMs;
    }
    if (this.#ending) return nowMs - this.#lastOutputMs >= limits.close_flush_ms ? 'lingering' : null;
    if (this.#wire.blocked)
      return nowMs - this.#lastOutputMs >= limits.stall_seconds * MS_PER_SECOND ? 'stalled' : null;
    if (this.#answering.awaitsBody)
      return this.#answering.isBodyLate(nowMs) ||
        nowMs - this.#lastInputMs >= limits.idle_seconds * MS_PER_SECOND
        ? 'slow'
        : null;
    if (this.#answering.sender.waiting > 0) return null;
    if (this.#answering.midHead)
      return nowMs - this.#headSinceMs >= limits.request_seconds * MS_PER_SECOND ? 'idle' : null;
    return nowMs - this.#lastInputMs >= limits.idle_seconds * MS_PER_SECOND ? 'idle' : null;
  }

  /** Soon enough for whichever of the times is up first. */
  #nextLookMs(nowMs: number): number {
    const { request_seconds, idle_seconds, stall_seconds, close_flush_ms } = this.#serving.settings.limits;
    if (this.#ending) return close_flush_ms;
    const least = Math.min(request_seconds, idle_seconds, stall_seconds) * MS_PER_SECOND;
    const idleMs = this.#lastInputMs + idle_seconds * MS_PER_SECOND - nowMs;
    const ms = idleMs > 0 ? Math.min(least, idleMs) : least;
    // Few different ones, because those that wait equally long cost less.
    return Math.ceil(ms / LOOK_GRAIN_MS) * LOOK_GRAIN_MS;
  }

  #goOn(): void {
    const { turns } = this.#serving;
    if (this.#answering.mustGoOn) turns.later(this.#account, this.#answering);
    this.#read();
  }

  /** Input that came out of turn is kept, and no more is read before it was worked off. */
  #keep(bytes: Buffer, nowMs: number): void {
    if (this.#late === null) {
      this.#late = Buffer.from(bytes);
      this.#lateMs = nowMs;
      if (this.#answering.takesInput) this.#serving.turns.later(this.#account, this);
    } else this.#late = Buffer.concat([this.#late, bytes]);
    this.#read();
  }

  /** Reads on or stops, by whether there is use for more. */
  #read(): void {
    // Who is being said goodbye to is read from, so that it is seen to leave.
    if (this.#closed || this.#ending) return;
    const { takesInput } = this.#answering;
    if (this.#late !== null && takesInput) this.#serving.turns.run(this.#account, this);
    const wanted = takesInput && this.#late === null;
    if (wanted === this.#reads) return;
    this.#reads = wanted;
    if (wanted) this.#socket.resume();
    else this.#socket.pause();
  }

  #onInputEnd(): void {
    if (this.#closed) return;
    const late = this.#late;
    this.#late = null;
    if (late !== null) this.#answering.receive(late, this.#lateMs);
    this.#answering.endInput();
  }

  #end(): void {
    this.#ending = true;
    this.#lastOutputMs = this.#serving.clock.monotonic();
    this.#socket.end();
    this.#socket.resume();
    this.#events.onEnding(this);
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#late = null;
    this.#answering.close();
    this.#events.onClosed(this);
  }
}

/** A socket that fails is closed by Node. */
function closesByItself(): void {}
