/**
 * A thread that owns sockets, as the thread of the state has it: hands connections over, writes ranges of the tick to them, and passes on
 * what the thread says of them. Made by ShardedFront.
 */
import { closeSync } from 'node:fs';
import { AsyncQueue } from '../../../runtime/async/async-queue.ts';
import { AsyncWorker, type AsyncWorkerOptions, type WorkerEnd } from '../../../runtime/async/async-worker.ts';
import { SharedSignal } from '../../../runtime/async/shared-signal.ts';
import type { TlsCredentials } from '../../../runtime/net/tls-credentials.ts';
import type { QueueCounts } from '../../../runtime/telemetry/queue-instrument.ts';
import { limits } from '../../limits.ts';
import type { Arena } from '../arena.ts';
import type { RangeList } from '../tick-writer.ts';
import { AnswerLane } from './answer-lane.ts';
import { CopiesUnderWay } from './copies-under-way.ts';
import type { ThreadFigures } from './front-figures.ts';
import { RangeWriter } from './range-writer.ts';
import { RecordWriter } from './record-writer.ts';
import {
  fromThread,
  type HandshakeResult,
  HEADER_WORDS,
  type IoThreadData,
  MESSAGE_BYTES,
  MESSAGES,
  READ_BYTES,
  shared,
  toThread,
  total,
  wordsOf,
} from './records.ts';
import { RemoteSocket } from './remote-socket.ts';
import { TicksAhead } from './ticks-ahead.ts';

const MODULE = new URL('io-thread.ts', import.meta.url);
/** With so many ticks under way nothing more is heard of clients: they would only be answered later still. */
const TICKS_TOO_MANY = 4 * limits.ticksAhead.default;

/** What a thread needs of its front. */
export interface ShardOptions {
  readonly name: string;
  readonly lines: SharedArrayBuffer;
  /** The arena that ranges are of. */
  readonly arena: () => Arena;
  /** Whether the turn of the loop has had its time. */
  readonly usedUp: () => boolean;
  /** Resolves when clients may be heard on. */
  readonly mayHear: () => Promise<void> | null;
  /** A handshake has failed. @param which one of `failedHandshake` */
  readonly onHandshakeFailed: (which: number) => void;
  /** Its thread has ended, and its connections with it. */
  readonly onEnd: (shard: IoShard, end: WorkerEnd) => void;
  readonly onHung: NonNullable<AsyncWorkerOptions['onHung']>;
}

export class IoShard {
  readonly #options: ShardOptions;
  readonly #worker: AsyncWorker;
  readonly #in: AsyncQueue;
  readonly #outQueue: AsyncQueue;
  readonly #out: RecordWriter;
  readonly #words = new Int32Array(new SharedArrayBuffer(shared.words * 4));
  readonly #progress = new SharedSignal(this.#words, shared.progressSignal, shared.progressWaiters);
  readonly #heard = new SharedSignal(this.#words, shared.heardSignal, shared.heardWaiters);
  readonly #totals = new Float64Array(new SharedArrayBuffer(total.totals * 8));
  readonly #seen = new Float64Array(total.collected);
  readonly #sockets: (RemoteSocket | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #answers = new AnswerLane();
  readonly #copies = new CopiesUnderWay();
  readonly #ticks = new TicksAhead(this.#words, (before) => this.#copies.taken(before));
  #awaitsTaken = false;
  readonly #ranges: RangeWriter;
  #answered = false;
  readonly #message = Buffer.from(new ArrayBuffer(MESSAGE_BYTES + 8));
  readonly #inWords = new Int32Array(this.#message.buffer);
  #size = 0;
  #opened = 0;
  #bytesHeard = 0;
  /** Descriptors on their way to the thread, oldest first, and perhaps some that are there. */
  readonly #handedOver: number[] = [];
  #ended = false;
  #sendScheduled = false;
  readonly #sendNow = () => {
    this.#sendScheduled = false;
    this.#out.send();
  };

  /** Starts it. @throws the system's error where it gives no more threads */
  constructor(options: ShardOptions) {
    this.#options = options;
    const sizes = { capacity: MESSAGES, maxMessageBytes: MESSAGE_BYTES };
    this.#in = AsyncQueue.create(sizes);
    this.#outQueue = AsyncQueue.create(sizes);
    this.#out = new RecordWriter(this.#outQueue, () => this.#progress.wake());
    const onCopy = (slot: number, bytes: number) => this.#countCopy(slot, bytes);
    this.#ranges = new RangeWriter(this.#out, options.lines, options.arena, onCopy);
    this.#worker = new AsyncWorker({
      name: options.name,
      module: MODULE,
      data: {
        toThread: this.#outQueue.shared,
        fromThread: this.#in.shared,
        answers: this.#answers.shared,
        lines: options.lines,
        words: this.#words.buffer as SharedArrayBuffer,
        totals: this.#totals.buffer as SharedArrayBuffer,
      } satisfies IoThreadData,
      // It is given sockets that Node has not seen it open.
      trackUnmanagedFds: false,
      onEnd: (end) => this.#onEnd(end),
      onHung: options.onHung,
    });
    void this.#listen();
  }

  /** Connections that it has. */
  get size(): number {
    return this.#size;
  }

  /** Ticks that it has not taken yet. */
  get ticksAhead(): number {
    return this.#ticks.count;
  }

  /** The first tick of which it may still need something; `tick`, which goes on, where there is none. */
  doneBefore(tick: number): number {
    return this.#ticks.doneBefore(tick);
  }

  /** Whether so much waits to be written that nobody should be heard. */
  get overloaded(): boolean {
    return !this.#ended && (this.#out.stuck || this.ticksAhead >= TICKS_TOO_MANY);
  }

  /** Resolves when that is so; asked whenever the thread has come further. */
  until(isTrue: () => boolean): Promise<void> {
    return this.#progress.until(() => this.#ended || isTrue());
  }

  /**
   * Takes a connection over, whose descriptor is from here on its own.
   * @param spoken what is `speaks` on it
   * @param early what was read of it before it came here
   */
  open(
    fd: number,
    spoken: number,
    ports: Pick<RemoteSocket, 'remotePort' | 'localPort'>,
    early: Uint8Array | null = null,
  ): RemoteSocket {
    const slot = this.#freeSlots.pop() ?? this.#sockets.length;
    const socket = new RemoteSocket(this, slot, ports);
    this.#sockets[slot] = socket;
    this.#size++;
    this.#forgetTaken();
    this.#opened++;
    this.#handedOver.push(fd);
    this.#ticks.inLine(slot);
    if (early !== null) this.#sendParts(toThread.early, early, false);
    const { words } = this.#out;
    const at = this.#out.take(4);
    words[at] = toThread.open;
    words[at + 1] = slot;
    words[at + 2] = fd;
    words[at + 3] = spoken;
    this.#sendSoon();
    return socket;
  }

  setCredentials(credentials: TlsCredentials): void {
    this.#sendParts(toThread.credentials, Buffer.from(JSON.stringify(credentials)), true);
  }

  setOrigins(origins: readonly string[]): void {
    this.#sendParts(toThread.origins, Buffer.from(JSON.stringify(origins)), true);
  }

  tell(sort: number, slot: number): void {
    this.#ticks.inLine(slot);
    this.#out.record(sort, slot);
    this.#sendSoon();
  }

  /** Bytes for one connection. */
  sendBytes(slot: number, bytes: Uint8Array): void {
    this.#ticks.inLine(slot);
    this.#ranges.bytes(slot, bytes);
    this.#sendSoon();
  }

  /** Ranges of the tick for a connection: one that is sent the same as the one before costs a word. */
  sendRanges(slot: number, ranges: RangeList): void {
    this.#ticks.touch();
    this.#ticks.inLine(slot);
    this.#ranges.ranges(slot, ranges);
  }

  /**
   * Whether an answer for a connection may go ahead of what waits to be written: something does, and nothing of it is for this connection.
   */
  mayOvertake(slot: number): boolean {
    return this.#answers.hasRoom && this.#ticks.isFree(slot);
  }

  /** Sends ranges that answer a connection: ahead of ticks that are still to be written, where that changes no order. */
  sendAnswer(slot: number, ranges: RangeList): void {
    if (this.mayOvertake(slot) && this.#answers.send(slot, this.#options.arena(), ranges))
      this.#answered = true;
    else this.sendRanges(slot, ranges);
  }

  /** The tick is over. */
  endTick(tick: number): void {
    this.#ranges.endTick();
    if (!this.#ticks.endTick(tick)) return;
    this.#out.record(toThread.tick, tick);
    if (!this.#copies.empty && !this.#awaitsTaken) void this.#awaitTaken();
  }

  /** Hands over what was gathered. */
  flush(): void {
    // The thread may have come to the end of all else meanwhile, and wait.
    if (this.#answered) this.#out.record(toThread.look, 0);
    this.#answered = false;
    this.#out.send();
  }

  /** What operators see of it. */
  get figures(): ThreadFigures {
    const totals = this.#totals;
    // One that has ended takes and says nothing more.
    const waits = (bytes: number) => (this.#ended ? 0 : Math.max(0, bytes));
    return {
      to: this.#queueCounts(this.#outQueue, this.#out.held),
      from: this.#queueCounts(this.#in, totals[total.messagesHeld]!),
      unheard: {
        depth: waits(totals[total.unheard]!),
        highWater: totals[total.unheardMost]!,
        submitted: totals[total.unheardEver]!,
      },
      connections: { active: this.#size, opened: this.#opened },
      bytesTo: waits(this.#out.bytesMade - totals[total.bytesTaken]!),
      bytesFrom: waits(totals[total.bytesMade]! - this.#bytesHeard),
    };
  }

  /** Adds what the thread has counted since it was last asked. */
  collect(add: (which: number, count: number) => void): void {
    for (let which = 0; which < total.collected; which++) {
      const now = this.#totals[which]!;
      const more = now - this.#seen[which]!;
      this.#seen[which] = now;
      if (more > 0) add(which, more);
    }
  }

  /** Ends the thread and its connections. */
  close(): void {
    this.#out.send();
    this.#worker.signalStop();
    this.#outQueue.close();
    this.#lose('');
  }

  /** @param held messages that wait for room in it */
  #queueCounts(queue: AsyncQueue, held: number): QueueCounts {
    const { size, capacity, enqueued, highWater } = queue.stats();
    if (this.#ended) return { depth: 0, highWater, capacity, submitted: enqueued - size };
    const depth = size + held;
    return { depth, highWater: Math.max(highWater, depth), capacity, submitted: enqueued + held };
  }

  #countCopy(slot: number, bytes: number): void {
    // So that it is told when the thread has taken them.
    this.#ticks.touch();
    const socket = this.#sockets[slot];
    if (socket !== undefined) this.#copies.add(this.#ticks.current, socket, bytes);
  }

  /** Sees when copies are taken that nobody else asks about. */
  async #awaitTaken(): Promise<void> {
    this.#awaitsTaken = true;
    await this.until(() => this.ticksAhead === 0);
    this.#awaitsTaken = false;
  }

  /** Bytes in as many records as they need. @param told whether each of them says if more follows */
  #sendParts(sort: number, bytes: Uint8Array, told: boolean): void {
    for (let from = 0; from < bytes.length; from += READ_BYTES) {
      const end = Math.min(bytes.length, from + READ_BYTES);
      this.#out.recordWith(sort, told && end < bytes.length ? 1 : 0, bytes, from, end);
    }
    this.#sendSoon();
  }

  #sendSoon(): void {
    if (this.#sendScheduled) return;
    this.#sendScheduled = true;
    setImmediate(this.#sendNow);
  }

  // What the thread says

  async #listen(): Promise<void> {
    while (await this.#in.readable()) {
      for (;;) {
        const mayHear = this.#options.mayHear();
        if (mayHear !== null) await mayHear;
        const bytes = this.#in.dequeueInto(this.#message);
        if (bytes < 0) break;
        this.#bytesHeard += bytes;
        this.#hear(bytes >> 2);
        if (this.#heard.awaited) {
          // Who has to wait is told first.
          this.#out.send();
          this.#heard.wake();
        }
        if (this.#options.usedUp()) await new Promise(setImmediate);
      }
    }
  }

  #hear(end: number): void {
    const words = this.#inWords;
    for (let at = 0; at < end; ) {
      const sort = words[at]!;
      const socket = this.#sockets[words[at + 1]!];
      const figure = words[at + 2]!;
      at += HEADER_WORDS;
      const from = at * 4;
      switch (sort) {
        case fromThread.data:
          at += wordsOf(figure);
          socket?.emit('data', this.#message.subarray(from, from + figure));
          break;
        case fromThread.ended:
          socket?.emit('end');
          break;
        case fromThread.closed:
          at += wordsOf(figure);
          if (socket !== undefined)
            this.#forget(socket, this.#message.toString('latin1', from, from + figure));
          break;
        case fromThread.held:
          socket?.held(figure);
          break;
        case fromThread.shaken:
          at += wordsOf(figure);
          socket?.onShaken?.(
            JSON.parse(this.#message.toString('utf8', from, from + figure)) as HandshakeResult,
          );
          break;
        case fromThread.failed:
          this.#options.onHandshakeFailed(figure);
          break;
        default:
          throw new RangeError(`there is no record ${sort}`);
      }
    }
  }

  #forget(socket: RemoteSocket, error: string): void {
    this.#sockets[socket.slot] = undefined;
    this.#freeSlots.push(socket.slot);
    this.#size--;
    socket.closed(error);
  }

  /** Forgets the descriptors of which the thread has made sockets. */
  #forgetTaken(): void {
    const left = this.#opened - this.#totals[total.opened]!;
    const handedOver = this.#handedOver;
    if (handedOver.length > left) handedOver.splice(0, handedOver.length - left);
  }

  /** Closes what the thread has never got to. */
  #closeUntaken(): void {
    this.#forgetTaken();
    for (const fd of this.#handedOver.splice(0)) closeSync(fd);
  }

  /** Its connections are gone, or will be without saying so. */
  #lose(error: string): void {
    this.#ended = true;
    this.#ticks.end();
    this.#out.clear();
    this.#copies.clear();
    for (const socket of [...this.#sockets]) if (socket !== undefined) this.#forget(socket, error);
    this.#progress.wake();
  }

  #onEnd(end: WorkerEnd): void {
    this.#in.close();
    this.#outQueue.close();
    // Nobody else has these: their clients would wait for ever.
    this.#closeUntaken();
    if (!this.#ended) this.#lose('ECONNABORTED');
    this.#options.onEnd(this, end);
  }
}
