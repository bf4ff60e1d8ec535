/**
 * The sockets of one thread: obeys the records of the thread that has the IRC state, and tells it what clients send. Run by
 * io-thread.ts.
 */
import { Socket } from 'node:net';
import { AsyncQueue } from '../../../runtime/async/async-queue.ts';
import { SharedSignal } from '../../../runtime/async/shared-signal.ts';
import type { TlsCredentials } from '../../../runtime/net/tls-credentials.ts';
import { limits } from '../../limits.ts';
import { SLAB_BYTES } from '../arena.ts';
import { AnswerReader } from './answer-lane.ts';
import { FrameReporter } from './frame-report.ts';
import { RecordWriter } from './record-writer.ts';
import {
  fromThread,
  type HandshakeResult,
  type IoThreadData,
  MESSAGE_BYTES,
  READ_BYTES,
  shared,
  toThread,
  total,
  wordsOf,
} from './records.ts';
import { ThreadConnection, type ThreadConnectionHost } from './thread-connection.ts';
import { type HandshakeHost, ThreadHandshakes } from './thread-handshakes.ts';

/** Connections that are written to between two looks at the clock: about 0.1 ms. */
const CLOCK_EVERY = 16;
const FLUSH_MS = limits.flushTurnMs.default;
const MOST_UNHEARD = limits.unheardBytes.default;
const MOST_UNHEARD_OF_ALL = limits.unheardTotalBytes.default;

export class ThreadSockets implements ThreadConnectionHost, HandshakeHost {
  readonly totals: Float64Array;
  readonly #in: AsyncQueue;
  readonly #out: RecordWriter;
  readonly #outQueue: AsyncQueue;
  readonly #answers: AnswerReader;
  readonly #answer = (slot: number, bytes: Buffer) => this.#connections[slot]?.send(bytes);
  readonly #lines: Buffer;
  readonly #words: Int32Array;
  readonly #progress: SharedSignal;
  readonly #heard: SharedSignal;
  /** How often the state was seen to have heard everything. */
  #quiet = 0;
  #awaitsQuiet = false;
  readonly #message = Buffer.from(new ArrayBuffer(MESSAGE_BYTES + 8));
  readonly #inWords = new Int32Array(this.#message.buffer);
  /** What of the message was done, and its end, in words. */
  #at = 0;
  #end = 0;
  readonly #connections: (ThreadConnection | undefined)[] = [];
  readonly #scratch = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** What connections that follow are sent. */
  #current: Buffer = this.#scratch.subarray(0, 0);
  /** All plain sockets are read into this, one after the other. */
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #stalled: ThreadConnection[] = [];
  /** Nobody is read, because too much is kept of all together. */
  #deaf = false;
  #heldDirty: ThreadConnection[] = [];
  readonly #handshakes = new ThreadHandshakes(this);
  /** What was read already of the connection that is opened next. */
  #early: Buffer[] = [];
  /** Of settings that come in parts: those that are there, as JSON. */
  #setting = '';
  #sendScheduled = false;
  readonly #sendNow = () => {
    this.#sendScheduled = false;
    this.#tellHeld();
    if (this.#outQueue.empty) this.#quiet++;
    this.#out.send();
    this.#countMade();
  };

  constructor(data: IoThreadData) {
    this.#in = AsyncQueue.attach(data.toThread);
    this.#outQueue = AsyncQueue.attach(data.fromThread);
    this.#answers = new AnswerReader(data.answers);
    this.#out = new RecordWriter(this.#outQueue, () => this.#readOn());
    this.#lines = Buffer.from(data.lines);
    this.#words = new Int32Array(data.words);
    this.#progress = new SharedSignal(this.#words, shared.progressSignal, shared.progressWaiters);
    this.#heard = new SharedSignal(this.#words, shared.heardSignal, shared.heardWaiters);
    this.totals = new Float64Array(data.totals);
  }

  /** Serves until the queue is closed. */
  async run(): Promise<void> {
    while (await this.#in.readable())
      // Between two turns the sockets are read.
      while (!this.#turn()) await new Promise(setImmediate);
    // Those in a handshake, too.
    for (const connection of this.#connections) connection?.destroy();
    this.#outQueue.close();
    this.#heard.wake();
  }

  heldChanged(connection: ThreadConnection): void {
    if (connection.heldDirty) return;
    connection.heldDirty = true;
    this.#heldDirty.push(connection);
    this.#sendSoon();
  }

  /** Does what was asked for, for as long as a turn has time; true when all of it is done. */
  #turn(): boolean {
    const until = performance.now() + FLUSH_MS;
    this.#answers.read(this.#answer);
    for (;;) {
      if (this.#at === this.#end) {
        const bytes = this.#in.dequeueInto(this.#message);
        if (bytes < 0) return true;
        // Sent before this message, and what stands in it may be for the same connections.
        this.#answers.read(this.#answer);
        this.totals[total.bytesTaken]! += bytes;
        this.#at = 0;
        this.#end = bytes >> 2;
      }
      if (!this.#obey(until)) return false;
    }
  }

  /** Goes through the message; false when the time is over. */
  #obey(until: number): boolean {
    const words = this.#inWords;
    const connections = this.#connections;
    let left = CLOCK_EVERY;
    while (this.#at < this.#end) {
      const word = words[this.#at]!;
      if (word < 0) {
        this.#record(word);
        continue;
      }
      this.#at++;
      connections[word]?.send(this.#current);
      if (--left === 0) {
        left = CLOCK_EVERY;
        if (performance.now() >= until) return false;
      }
    }
    return true;
  }

  #record(sort: number): void {
    const words = this.#inWords;
    const at = this.#at;
    const slot = words[at + 1]!;
    this.#at += 2;
    switch (sort) {
      case toThread.ranges:
        this.#makeCurrent(at + 2, slot);
        this.#at += slot * 2;
        break;
      case toThread.tick:
        Atomics.store(this.#words, shared.doneTick, slot);
        if (this.#progress.awaited) this.#progress.wake();
        break;
      case toThread.look:
        // Done: answers are read before every message.
        break;
      case toThread.open:
        this.#open(slot, words[at + 2]!, words[at + 3]!);
        this.#at += 2;
        break;
      case toThread.pause:
      case toThread.resume:
        this.#connections[slot]?.pause(sort === toThread.pause);
        break;
      case toThread.end:
        this.#connections[slot]?.end();
        break;
      case toThread.destroy:
        this.#connections[slot]?.destroy();
        break;
      default:
        this.#recordWith(sort, slot);
    }
  }

  #recordWith(sort: number, figure: number): void {
    const length = this.#inWords[this.#at]!;
    const from = (this.#at + 1) * 4;
    const bytes = this.#message.subarray(from, from + length);
    this.#at += 1 + wordsOf(length);
    // A copy: connections may follow in another message.
    if (sort === toThread.bytes) this.#current = this.#scratch.subarray(0, bytes.copy(this.#scratch));
    else if (sort === toThread.early) this.#early.push(Buffer.from(bytes));
    else if (sort === toThread.credentials || sort === toThread.origins)
      this.#set(sort, bytes.toString('latin1'), figure === 1);
    else throw new RangeError(`there is no record ${sort}`);
  }

  #makeCurrent(at: number, count: number): void {
    const words = this.#inWords;
    if (count === 1) {
      this.#current = this.#lines.subarray(words[at]!, words[at + 1]!);
      return;
    }
    const scratch = this.#scratch;
    let used = 0;
    for (let i = 0; i < count; i++)
      used += this.#lines.copy(scratch, used, words[at + 2 * i]!, words[at + 2 * i + 1]!);
    this.#current = scratch.subarray(0, used);
  }

  #open(slot: number, fd: number, spoken: number): void {
    let connection: ThreadConnection | null = null;
    // Its own bytes in the one buffer, which is used again for the next.
    const callback = (length: number): boolean => {
      this.#hear(connection as ThreadConnection, this.#readBuffer, length);
      return true;
    };
    const onread = { buffer: this.#readBuffer, callback };
    const socket = new Socket({ fd, allowHalfOpen: true, ...(spoken === 0 && { onread }) });
    this.totals[total.opened]!++;
    const opened = new ThreadConnection(this, slot, socket, spoken);
    connection = opened;
    this.#connections[slot] = opened;
    if (this.#early.length > 0) socket.unshift(Buffer.concat(this.#early.splice(0)));
    if (spoken !== 0) {
      this.#handshakes.begin(opened);
      return;
    }
    socket.on('close', () => this.onClosed(opened));
    this.#begin(opened);
  }

  /** All that comes from here on is for the state. */
  #begin(connection: ThreadConnection): void {
    const { socket } = connection;
    connection.shaken = true;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      connection.lastError = error.code ?? error.message;
    });
    socket.on('end', () => {
      this.#out.record(fromThread.ended, connection.slot, 0, 3);
      this.#sendSoon();
    });
    if (this.#deaf) this.#stall(connection);
  }

  onShaken(connection: ThreadConnection, result: HandshakeResult): void {
    const { slot, socket } = connection;
    this.#out.recordWith(fromThread.shaken, slot, Buffer.from(JSON.stringify(result)));
    this.#sendSoon();
    if (result.webSocket === null)
      socket.on('data', (bytes: Buffer) => this.#hear(connection, bytes, bytes.length));
    else this.#hearFrames(connection);
    this.#begin(connection);
  }

  #hearFrames(connection: ThreadConnection): void {
    const { slot, socket } = connection;
    const frames = new FrameReporter((report) => {
      this.#out.recordWith(fromThread.data, slot, report);
      this.#sendSoon();
    });
    connection.frames = frames;
    socket.on('data', (bytes: Buffer) => {
      frames.read(bytes);
      this.#countUnheard(connection, bytes.length);
    });
  }

  onFailure(which: number): void {
    this.#out.record(fromThread.failed, 0, which, 3);
    this.#sendSoon();
  }

  /** A client has sent something. */
  #hear(connection: ThreadConnection, bytes: Buffer, length: number): void {
    for (let from = 0; from < length; from += READ_BYTES)
      this.#out.recordWith(
        fromThread.data,
        connection.slot,
        bytes,
        from,
        Math.min(length, from + READ_BYTES),
      );
    this.#sendSoon();
    this.#countUnheard(connection, length);
  }

  /** So much was read of a client that the state has not heard. */
  #countUnheard(connection: ThreadConnection, length: number): void {
    if (connection.unheardSince !== this.#quiet) {
      connection.unheardSince = this.#quiet;
      connection.unheard = 0;
    }
    connection.unheard += length;
    // Of each of them one read is kept until there is room, while there are not too many.
    if (this.#out.heldBytes > MOST_UNHEARD_OF_ALL && !this.#deaf) this.#stallAll();
    if (connection.stalled || (!this.#out.stuck && connection.unheard < MOST_UNHEARD)) return;
    this.#stall(connection);
    if (!this.#awaitsQuiet && !this.#out.stuck) void this.#awaitQuiet();
  }

  #stallAll(): void {
    this.#deaf = true;
    for (const connection of this.#connections)
      if (connection?.shaken === true && !connection.stalled) this.#stall(connection);
  }

  #stall(connection: ThreadConnection): void {
    const { totals } = this;
    const unheard = this.#stalled.push(connection);
    totals[total.unheard] = unheard;
    totals[total.unheardEver]!++;
    if (unheard > totals[total.unheardMost]!) totals[total.unheardMost] = unheard;
    connection.stall(true);
  }

  /** Reads on when the state has heard everything, and what it said to that was obeyed. */
  async #awaitQuiet(): Promise<void> {
    this.#awaitsQuiet = true;
    // What is gathered is on its way then.
    await new Promise(setImmediate);
    await this.#heard.until(() => this.#outQueue.empty || this.#in.closed);
    await new Promise(setImmediate);
    this.#awaitsQuiet = false;
    this.#quiet++;
    if (!this.#out.stuck) this.#readOn();
  }

  #readOn(): void {
    this.#deaf = false;
    for (const connection of this.#stalled.splice(0)) connection.stall(false);
    this.totals[total.unheard] = 0;
    this.#countMade();
  }

  #countMade(): void {
    this.totals[total.bytesMade] = this.#out.bytesMade;
    this.totals[total.messagesHeld] = this.#out.held;
  }

  onClosed(connection: ThreadConnection): void {
    const { slot } = connection;
    if (this.#connections[slot] !== connection) return;
    this.#connections[slot] = undefined;
    connection.gone();
    this.#out.recordWith(fromThread.closed, slot, Buffer.from(connection.lastError));
    this.#sendSoon();
  }

  #tellHeld(): void {
    if (this.#heldDirty.length === 0) return;
    for (const connection of this.#heldDirty) {
      connection.heldDirty = false;
      if (connection.held === connection.heldTold || this.#connections[connection.slot] !== connection)
        continue;
      connection.heldTold = connection.held;
      this.#out.record(fromThread.held, connection.slot, connection.held, 3);
    }
    this.#heldDirty = [];
  }

  #sendSoon(): void {
    if (this.#sendScheduled) return;
    this.#sendScheduled = true;
    setImmediate(this.#sendNow);
  }

  /** A setting has changed; `part` is what comes now of it. */
  #set(sort: number, part: string, more: boolean): void {
    this.#setting += part;
    if (more) return;
    const setting: unknown = JSON.parse(Buffer.from(this.#setting, 'latin1').toString());
    this.#setting = '';
    if (sort === toThread.origins) this.#handshakes.setOrigins(setting as string[]);
    else this.#handshakes.setCredentials(setting as TlsCredentials);
  }
}
