/**
 * One accepted socket: turns its bytes into lines for the protocol, keeps what it will be sent this tick, and closes
 * it with a reason. Created by NetServer; the protocol sees it as {@link Connection}.
 */
import type { TokenBucket } from '../../../kit/token-bucket.ts';
import { WorkAccount, type WorkGroups } from '../../runtime/async/work-account.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { StepResult, WorkJob, WorkTurns } from '../../runtime/async/work-turns.ts';
import { limits } from '../../runtime/limits.ts';
import type { Seat } from '../../runtime/net/admission.ts';
import { writeDirect } from '../../runtime/net/direct-write.ts';
import { discardBuffer } from '../../runtime/net/discard-buffer.ts';
import type { ReadRounds, RoundReader } from '../../runtime/net/read-rounds.ts';
import { startReading, stopReading } from '../../runtime/net/read-stop.ts';
import { Backlog, writeBlocks } from './backlog.ts';
import type { ClientSocket, RangeReceiver } from './client-socket.ts';
import {
  type Chunk,
  type Connection,
  type ConnectionClass,
  type ConnectionHandler,
  FRAMING,
  type Framing,
  type TlsDetails,
  tlsBehindGateway,
} from './connection.ts';
import { type FloodQueue, type FloodWaiter, floodBucket } from './flood-control.ts';
import { LineFramer, type LineSink } from './line-framer.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { netStat } from './stats.ts';
import type { RangeList, TickWriter } from './tick-writer.ts';
import { WebSocketSide } from './websocket-side.ts';

const READ_NS = workPrices.read.ns;
const HELD_BYTE_NS = workPrices.heldByte.ns;
const LINE_NS = workPrices.line.ns;
const ROW_NS = workPrices.row.ns;
const ROW_BYTE_NS = workPrices.rowByte.ns;
const INPUT_BYTE_NS = workPrices.inputByte.ns;

/** What the end of the tick needs of a connection. */
export interface TickReceiver {
  /** Who takes its ranges where another thread owns its socket; then it is asked neither whether it is ready nor to write. */
  readonly remote?: RangeReceiver | null;
  /** Hands over the list of this tick and forgets it. */
  takeRanges(): RangeList | null;
  /** Whether the socket takes bytes of a shared buffer now; if not they are copied with `keep`. */
  ready(): boolean;
  /** Writes; false when the kernel did not take everything: the rest was copied, and what follows must be, too. */
  write(bytes: Buffer): boolean;
  /** Copies bytes, to be written when the socket takes them. */
  keep(source: Buffer, start: number, end: number): void;
  /** Called after its bytes were written or kept; true when too much is waiting. */
  afterFlush(): boolean;
}

/** What a connection needs of its server. */
export interface ConnectionHost<User> {
  readonly handler: ConnectionHandler<User>;
  readonly writer: TickWriter;
  readonly counts: Float64Array;
  readonly floodQueue: FloodQueue;
  readonly work: WorkTurns;
  readonly workGroups: WorkGroups;
  readonly readRounds: ReadRounds;
  /** Serializes a line for one connection. */
  encodePrivate(line: string, framing: Framing): Chunk;
  /** Copies what goes to one connection and is no line. */
  copyPrivate(bytes: Buffer): Chunk;
  /** Makes sure that the current tick ends with a flush. */
  scheduleFlush(): void;
  /** The end of the tick may wait for further lines, but no longer than so many milliseconds. */
  waitAtMost(patienceMs: number): void;
  /** Called between two lines; ends the tick early when it has gathered too much. */
  betweenLines(): void;
  /** The connection holds bytes that its socket does not take (true), or no longer does (false). */
  setSlow(connection: ClientConnection<User>, slow: boolean): void;
  /** More input is held than before. */
  inputGrew(): void;
  /** Moves a connection to another address; answers why not, in words for the client, or null. */
  readdress(seat: Seat<ConnectionClass>, address: string): string | null;
  /** The connection was closed or lost and left its class. */
  left(connection: ClientConnection<User>): void;
  /** The socket is gone. */
  gone(connection: ClientConnection<User>): void;
}

/** The other end of a connection whose socket another thread owns. */
export interface RemoteEnd extends RangeReceiver {
  /**
   * Told what is held for a client that does not read as fast as it is sent to, and what is on its way to the thread for it alone; `inTick`
   * while a tick is written, which asks at its end whether it is too much.
   */
  onHeld: ((bytes: number, inTick: boolean) => void) | null;
}

/** Of those who take all they are sent. */
const NO_BLOCKS: readonly Buffer[] = [];

/** open -> closing (reason reported, last lines may be pushed) -> ended (last bytes handed over) -> gone. */
const OPEN = 0;
const CLOSING = 1;
const ENDED = 2;
const GONE = 3;
type State = typeof OPEN | typeof CLOSING | typeof ENDED | typeof GONE;

/** One accepted client: its socket, its queues and its end. */
export class ClientConnection<User>
  implements Connection<User>, TickReceiver, LineSink, FloodWaiter, RoundReader, WorkJob
{
  readonly id: number;
  readonly seat: Seat<ConnectionClass>;
  remoteAddress: string;
  remotePort: number;
  localPort: number;
  tls: TlsDetails | null;
  readonly framing: Framing;
  readonly connectedAtMs = Date.now();
  readonly work: WorkAccount;
  connectionClass: ConnectionClass;
  client: User | undefined = undefined;
  bytesIn = 0;
  bytesOut = 0;

  readonly remote: RemoteEnd | null;
  readonly #socket: ClientSocket;
  readonly #host: ConnectionHost<User>;
  readonly #framer = new LineFramer();
  /** Whether its bytes go through TLS here, whatever is told of it. */
  readonly #encrypted: boolean;
  readonly #webSocket: WebSocketSide | null;
  #state: State = OPEN;
  #ranges: RangeList | null = null;
  /** It is written to before those who only hear from others. */
  #hurried = false;
  #backlog: Backlog | null = null;
  /** A write with a callback is outstanding; what comes now goes to the backlog. */
  #writing = false;
  #bucket: TokenBucket | null = null;
  #waiting: ReceiveQueue | null = null;
  /** What waits does so for flood control, and not only for its turn. */
  #flooding = false;
  #consuming = false;
  /** Too much waits for its turn; nothing is read until all of that is worked off. */
  #full = false;
  /** It waits for a round of reading. */
  #resting = false;
  /** Nothing is read. */
  #halted = false;
  #hungUp = false;
  /** Bytes counted as held: out, handed to the socket and not taken included, and in. */
  #keptBytes = 0;
  #writingBytes = 0;
  /** The blocks of the outstanding write: discarded when it is done. */
  #writingBlocks = NO_BLOCKS;
  /** The blocks of the very last write, behind which the socket closes. */
  #lastBlocks = NO_BLOCKS;
  #inputBytes = 0;
  #deferredBytes = 0;
  #lastError: string | null = null;
  /** Why it was closed. */
  #reason = '';
  #closeTimer: NodeJS.Timeout | null = null;

  constructor(
    host: ConnectionHost<User>,
    id: number,
    socket: ClientSocket,
    seat: Seat<ConnectionClass>,
    tls: TlsDetails | null,
    framing: Framing = FRAMING.line,
    remote: RemoteEnd | null = null,
  ) {
    this.#host = host;
    this.id = id;
    this.#socket = socket;
    this.remote = remote;
    this.seat = seat;
    this.remoteAddress = seat.address;
    const { proxied } = seat;
    this.remotePort = proxied === null ? (socket.remotePort ?? 0) : proxied.port;
    this.localPort = proxied === null ? (socket.localPort ?? 0) : 0;
    this.connectionClass = seat.connectionClass;
    this.tls = tls;
    this.#encrypted = tls !== null;
    this.framing = framing;
    this.#webSocket =
      framing === FRAMING.line ? null : new WebSocketSide((reason) => this.close(reason), remote !== null);
    this.work = new WorkAccount(host.workGroups.enter(seat.address));
    this.work.connection = id;
    host.readRounds.enter(this.work.group, this);
  }

  /** Announces the connection and starts reading. */
  start(): void {
    const socket = this.#socket;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#lastError = error.code ?? error.message;
    });
    socket.on('close', () => this.#onSocketClosed());
    if (this.remote !== null) this.remote.onHeld = (bytes, inTick) => this.#onHeld(bytes, inTick);
    this.#host.handler.onOpen(this);
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () => this.#onHungUp());
  }

  /** Whether it is still a member of its class. */
  get open(): boolean {
    return this.#state === OPEN;
  }

  get sendQueueBytes(): number {
    return this.#socket.writableLength + (this.#backlog?.bytes ?? 0) + (this.#ranges?.bytes ?? 0);
  }

  push(chunk: Chunk): void {
    const base = chunk.slab.base;
    if (base < 0) throw new RangeError('the chunk belongs to an earlier tick');
    let ranges = this.#ranges;
    if (ranges === null) {
      if (this.#state >= ENDED) return;
      ranges = this.#ranges = this.#opened();
      this.#host.scheduleFlush();
    }
    ranges.add(base + chunk.start, base + chunk.end);
  }

  /** Others have something for it. */
  #opened(): RangeList {
    const { batchMs } = this.connectionClass;
    // Who waits for nothing keeps nobody else from waiting: it is written to with those who are answered.
    if (batchMs === 0) return this.#host.writer.openFirst(this);
    this.#host.waitAtMost(batchMs);
    return this.#host.writer.open(this);
  }

  sendLine(line: string): void {
    if (this.#state >= ENDED) return;
    // Whoever leaves waits for nothing any more: a crowd that is told so would keep others from their answers.
    if (!this.#hurried && this.#state === OPEN) this.#hurry();
    this.push(this.#host.encodePrivate(line, this.framing));
    // Here, so that no command has to think of what its answer costs: one line may ask for hundreds.
    this.#host.work.spend(ROW_NS + line.length * ROW_BYTE_NS);
  }

  #hurry(): void {
    this.#hurried = true;
    const { writer } = this.#host;
    if (this.#ranges === null) this.#ranges = writer.openFirst(this);
    else writer.hurry(this);
    this.#host.scheduleFlush();
  }

  /** @param code why, as it is told in the close frame of a WebSocket; a usual end where absent */
  close(reason: string, code?: number): void {
    if (this.#state !== OPEN) return;
    this.#reason = reason;
    this.#webSocket?.end(code);
    this.#leave(reason, CLOSING);
    // Even with nothing to say the socket is ended by the flush, so that there is one place for it.
    if (this.#ranges === null) this.#ranges = this.#host.writer.open(this);
    this.#host.scheduleFlush();
  }

  penalize(lines: number): void {
    if (this.connectionClass.flood) this.#lineBucket().charge(lines);
  }

  readdress(address: string, secure: boolean): string | null {
    const { workGroups, readRounds } = this.#host;
    const refusal = this.#host.readdress(this.seat, address);
    if (refusal !== null) return refusal;
    readRounds.leave(this.work.group, this);
    workGroups.leave(this.remoteAddress);
    this.work.group = workGroups.enter(address);
    readRounds.enter(this.work.group, this);
    this.#resting = false;
    this.#readOrHalt();
    this.remoteAddress = address;
    // Of the gateway's end, which tells nothing of the client's.
    this.remotePort = 0;
    this.localPort = 0;
    this.connectionClass = this.seat.connectionClass;
    this.tls = tlsBehindGateway(this.tls, secure);
    return null;
  }

  /** Destroys the socket without waiting for anything. */
  destroy(reason = 'Server closed'): void {
    if (this.#state === OPEN) this.#leave(reason, GONE);
    this.#socket.destroy();
  }

  // Reading

  #onData(bytes: Buffer): void {
    const size = this.#webSocket?.sizeOf(bytes) ?? bytes.length;
    this.bytesIn += size;
    this.#host.counts[netStat.bytesIn]! += size;
    const { work } = this.#host;
    const open = this.#state === OPEN;
    const may = open && this.#waiting === null && this.#allowanceMs() === 0 && work.mayBegin(this.work);
    work.begin(this.work);
    // Reading costs the loop its time whatever becomes of the bytes.
    work.spend(READ_NS);
    const lines = open && this.#webSocket !== null ? this.#readFrames(this.#webSocket, bytes, size) : bytes;
    const consumed = may ? this.#framer.feed(lines, 0, lines.length, this) : 0;
    if (open) work.spend((lines.length - consumed) * HELD_BYTE_NS);
    work.end();
    if (this.#state === OPEN) {
      if (consumed < lines.length) this.#hold(lines, consumed);
      else this.#countInput();
    }
    if (this.#state === OPEN && this.#webSocket !== null) this.#afterFrames(this.#webSocket);
    if (work.usedUp) this.#host.readRounds.late(this.work.group, size);
  }

  #readFrames(side: WebSocketSide, bytes: Buffer, size: number): Buffer {
    const lines = side.read(bytes);
    this.#host.work.spend(side.frames * LINE_NS + size * INPUT_BYTE_NS);
    return lines;
  }

  /** Answers what was no line. */
  #afterFrames(side: WebSocketSide): void {
    if (this.connectionClass.flood && side.floods) {
      this.#host.counts[netStat.floodKills]!++;
      this.close('Excess Flood');
      return;
    }
    const { pong } = side;
    if (pong !== null) this.push(this.#host.copyPrivate(pong));
    if (side.closed) this.#onHungUp();
  }

  rest(): void {
    this.#resting = true;
    this.#readOrHalt();
  }

  readOn(): void {
    this.#resting = false;
    this.#readOrHalt();
  }

  /** Reads on where nothing speaks against it. */
  #readOrHalt(): void {
    const halt = this.#resting || this.#full;
    if (halt === this.#halted) return;
    this.#halted = halt;
    if (halt) stopReading(this.#socket);
    else startReading(this.#socket);
  }

  deferInput(bytes: number): void {
    this.#deferredBytes = bytes;
    this.#countInput();
  }

  /** Brings the total up to date after what is held of this client's input changed. */
  #countInput(): void {
    const unread = this.#webSocket?.heldBytes ?? 0;
    const bytes = (this.#waiting?.bytes ?? 0) + this.#framer.heldBytes + this.#deferredBytes + unread;
    if (bytes === this.#inputBytes) return;
    this.#host.counts[netStat.inputHeld]! += bytes - this.#inputBytes;
    if (bytes > this.#inputBytes) this.#host.inputGrew();
    this.#inputBytes = bytes;
  }

  /** The client will send no more. What it sent and what only waits for its turn is heard first. */
  #onHungUp(): void {
    this.#hungUp = true;
    const { work } = this.#host;
    if (this.#flooding) this.close('Connection closed');
    else if (this.#waiting === null) work.run(this.work, this);
    // To see somebody off takes much longer than to read a line.
    if (work.usedUp) this.#host.readRounds.late(this.work.group, Number.POSITIVE_INFINITY);
  }

  takeLine(bytes: Uint8Array, start: number, end: number): boolean {
    this.#host.work.spend(LINE_NS + (end - start) * INPUT_BYTE_NS);
    this.#host.counts[netStat.linesIn]!++;
    this.#host.handler.onLine(this, bytes, start, end);
    return this.#afterLine();
  }

  takeOversized(): boolean {
    this.#host.work.spend(LINE_NS);
    this.#host.counts[netStat.oversizedLines]!++;
    this.#host.handler.onOversizedLine(this);
    return this.#afterLine();
  }

  #afterLine(): boolean {
    this.#host.betweenLines();
    if (this.#state !== OPEN) return false;
    let allowed = true;
    if (this.connectionClass.flood) {
      const bucket = this.#lineBucket();
      bucket.charge(1);
      allowed = bucket.retryAfterMs(1) === 0;
    }
    return allowed && this.#host.work.mayGoOn(this.work);
  }

  #lineBucket(): TokenBucket {
    this.#bucket ??= floodBucket(performance.now());
    return this.#bucket;
  }

  /** Milliseconds until flood control lets a line through: lines are counted, and the work they cause. */
  #allowanceMs(): number {
    if (!this.connectionClass.flood) return 0;
    const now = performance.now();
    const bucket = this.#lineBucket();
    bucket.refill(now);
    return Math.max(bucket.retryAfterMs(1), Math.ceil(this.work.waitMs(now)));
  }

  /** Puts bytes aside until their lines may be taken. */
  #hold(bytes: Buffer, from: number): void {
    const waits = this.#waiting !== null;
    this.#waiting ??= new ReceiveQueue();
    this.#waiting.append(bytes, from);
    this.#countInput();
    if (!waits) this.#awaitTurn();
    if (this.#waiting.bytes <= this.connectionClass.receiveQueueBytes) return;
    // Who waits for a turn of the loop is not to blame: it is only read no further.
    if (!this.#flooding) {
      this.#full = true;
      this.#readOrHalt();
    } else {
      this.#host.counts[netStat.floodKills]!++;
      this.close('Excess Flood');
    }
  }

  /** Comes back to what waits when flood control allows it, or in a later turn. */
  #awaitTurn(): void {
    const delayMs = this.#allowanceMs();
    this.#flooding = delayMs > 0;
    if (this.#flooding && this.#hungUp) this.close('Connection closed');
    else if (this.#flooding) this.#host.floodQueue.wait(this, delayMs);
    else this.#host.work.later(this.work, this);
  }

  /** Called by the flood queue. */
  resumeLines(): number {
    if (this.#waiting === null || this.#state !== OPEN) return 0;
    const delayMs = this.#allowanceMs();
    if (delayMs > 0) return delayMs;
    this.#flooding = false;
    this.#host.work.later(this.work, this);
    return 0;
  }

  /** One slice of the lines that wait; called by the turns of the process. */
  step(): StepResult {
    const waiting = this.#waiting;
    if (this.#state !== OPEN) return 'done';
    if (waiting === null) {
      if (this.#hungUp) this.close('Connection closed');
      return 'done';
    }
    if (this.#allowanceMs() > 0) {
      this.#awaitTurn();
      return 'done';
    }
    this.#consuming = true;
    try {
      waiting.consume((bytes, start, end) => this.#framer.feed(bytes, start, end, this));
    } finally {
      this.#consuming = false;
    }
    if (this.#state !== OPEN) {
      waiting.discard();
      return 'done';
    }
    this.#countInput();
    if (waiting.bytes > 0) return 'later';
    waiting.discard();
    this.#waiting = null;
    this.#full = false;
    if (this.#hungUp) this.close('Connection closed');
    else this.#readOrHalt();
    return 'done';
  }

  // Writing, called by the tick writer

  takeRanges(): RangeList | null {
    const ranges = this.#ranges;
    this.#ranges = null;
    this.#hurried = false;
    if (ranges === null || this.#state === GONE) return null;
    this.bytesOut += ranges.bytes;
    return ranges;
  }

  ready(): boolean {
    // TLS keeps the buffer until its own write is done, which is never at once.
    return !this.#encrypted && !this.#writing && this.#socket.writableLength === 0;
  }

  write(bytes: Buffer): boolean {
    const taken = writeDirect(this.#socket, bytes);
    if (taken === bytes.length) return true;
    // A copy, so that a client that stalls never holds a buffer of others.
    this.keep(bytes, taken, bytes.length);
    return false;
  }

  keep(source: Buffer, start: number, end: number): void {
    this.#backlog ??= new Backlog();
    this.#backlog.append(source, start, end);
    this.#keptBytes += end - start;
    this.#host.counts[netStat.sendHeld]! += end - start;
  }

  /** Bytes held for this client, and of what it sent: what it counts for when totals are passed. */
  get heldBytes(): { readonly out: number; readonly in: number } {
    return { out: this.#keptBytes, in: this.#inputBytes };
  }

  /** The thread that owns the socket holds so much by now. */
  #onHeld(bytes: number, inTick: boolean): void {
    const host = this.#host;
    host.counts[netStat.sendHeld]! += bytes - this.#keptBytes;
    this.#keptBytes = bytes;
    host.setSlow(this, bytes > 0);
    if (inTick) return;
    if (this.#state < ENDED && bytes > this.connectionClass.sendQueueBytes) {
      host.counts[netStat.sendQueueKills]!++;
      this.destroy('SendQ exceeded');
    } else if (bytes > 0) {
      // The end of a tick looks at the totals.
      host.scheduleFlush();
    }
  }

  #release(bytes: number): void {
    this.#keptBytes -= bytes;
    this.#host.counts[netStat.sendHeld]! -= bytes;
  }

  afterFlush(): boolean {
    if (this.#state >= ENDED) return false;
    this.#writeBacklog();
    if (this.#state === CLOSING) {
      this.#end();
      return false;
    }
    return this.#socket.writableLength + (this.#backlog?.bytes ?? 0) > this.connectionClass.sendQueueBytes;
  }

  /** Hands the backlog to the socket when its last write is done, and finishes a closing connection. */
  #writeBacklog(): void {
    const backlog = this.#backlog;
    if (backlog === null || this.#writing) return;
    this.#writingBytes = backlog.bytes;
    const blocks = backlog.take();
    this.#writingBlocks = blocks;
    this.#backlog = null;
    this.#writing = true;
    this.#host.setSlow(this, true);
    this.#host.counts[netStat.writes]!++;
    writeBlocks(this.#socket, blocks, () => this.#onWritten());
  }

  #onWritten(): void {
    this.#writing = false;
    if (this.#state !== GONE) this.#release(this.#writingBytes);
    this.#writingBytes = 0;
    this.#discardWritten();
    if (this.#backlog !== null) this.#writeBacklog();
    else this.#host.setSlow(this, false);
  }

  #discardWritten(): void {
    for (const block of this.#writingBlocks) discardBuffer(block);
    this.#writingBlocks = NO_BLOCKS;
  }

  // Closing

  #leave(reason: string, next: typeof CLOSING | typeof GONE): void {
    this.#state = next;
    if (next === GONE) this.#webSocket?.end(undefined);
    this.#host.floodQueue.remove(this);
    this.#host.workGroups.leave(this.remoteAddress);
    // While its lines are handled they are still read from there.
    if (!this.#consuming) this.#waiting?.discard();
    this.#waiting = null;
    this.#full = false;
    if (next === CLOSING) this.#readOrHalt();
    this.#framer.clear();
    this.deferInput(0);
    this.#host.left(this);
    this.#host.handler.onClose(this, reason);
  }

  /**
   * Sends the last bytes and FIN. The socket goes on discarding what the client sends until the client closes too,
   * because closing with unread input would reset the connection and lose the line that says why.
   */
  #end(): void {
    this.#state = ENDED;
    this.#lastBlocks = this.#backlog?.take() ?? NO_BLOCKS;
    this.#backlog = null;
    for (const block of this.#lastBlocks) this.#socket.write(block);
    if (this.#webSocket === null) this.#socket.end();
    else this.#socket.end(this.#webSocket.lastFrame(this.#reason));
    if (this.#socket.destroyed) return;
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), limits.closeFlushMs.default);
  }

  #onSocketClosed(): void {
    if (this.#state === OPEN) {
      this.#leave(this.#lastError === null ? 'Connection closed' : `Read error: ${this.#lastError}`, GONE);
    }
    this.#state = GONE;
    this.#host.readRounds.leave(this.work.group, this);
    if (this.#closeTimer !== null) clearTimeout(this.#closeTimer);
    this.#backlog?.discard();
    this.#backlog = null;
    this.#discardWritten();
    for (const block of this.#lastBlocks) discardBuffer(block);
    this.#release(this.#keptBytes);
    this.#host.setSlow(this, false);
    this.#host.gone(this);
  }
}
