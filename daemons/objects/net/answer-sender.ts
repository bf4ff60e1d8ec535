/**
 * The way out of one connection: answers in their order, each in the form that its mode wants. Small ones gather in the arena of the
 * thread and those with descriptors in its batch, until {@link AnswerSender.settle} at the end of whatever caused them; a content
 * that is not in memory is a {@link Transfer} and has the wire for itself until it is through.
 */
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import type { MeasuredMode } from '../metrics.ts';
import { MAX_ANSWER_HEAD_BYTES, writeContentHead, writeError } from '../protocol/answer-writer.ts';
import type { Metadata } from '../protocol/metadata.ts';
import type { Framing, ModeName } from '../protocol/wire.ts';
import { AnswerOrder } from './answer-order.ts';
import { CopyTransfer } from './copy-transfer.ts';
import type { DescriptorBatch } from './descriptor-batch.ts';
import { DescriptorWait } from './descriptor-wait.ts';
import { Exchange } from './exchange.ts';
import { metadataOf } from './object-metadata.ts';
import type { Serving } from './serving.ts';
import { SpliceTransfer } from './splice-transfer.ts';
import { REFUSALS, type Refusal, refusalOf } from './store-answers.ts';
import type { Transfer } from './transfer.ts';
import type { Wire } from './wire.ts';

const NOTHING = Buffer.alloc(0);

/** What a sender tells. */
export interface SenderEvents {
  /** Something went out by itself: there may be room for more, or nothing left. */
  onProgress(): void;
  /** The connection cannot go on: it is to be destroyed. */
  onBroken(): void;
}

export class AnswerSender {
  readonly wire: Wire;
  readonly #serving: Serving;
  readonly #framing: Framing;
  readonly #account: WorkAccount;
  readonly #events: SenderEvents;
  readonly #order = new AnswerOrder<Exchange>();
  #transfer: Transfer | null = null;
  #onTransferOver: () => void = () => {};
  /** Since when the work that is counted next has been going on, by `performance.now()`. */
  #markMs = 0;
  #broken = false;
  #countedBytes = 0;
  #heldBytes = 0;

  constructor(serving: Serving, framing: Framing, wire: Wire, account: WorkAccount, events: SenderEvents) {
    this.#serving = serving;
    this.#framing = framing;
    this.wire = wire;
    this.#account = account;
    this.#events = events;
  }

  /** Answers that have not gone to the wire. */
  get waiting(): number {
    return this.#order.size + (this.#transfer === null ? 0 : 1);
  }

  /** Requests that wait to be answered, but for one that is being sent. */
  get queued(): number {
    return this.#order.size;
  }

  /** Memory that waits for the client: contents of answers, and what the kernel has not taken. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Work begins that the next answers are counted with. */
  mark(nowMs: number): void {
    this.#markMs = nowMs;
  }

  /** Whether an answer that is there at once may be sent now, and not be queued. */
  isDirect(ordered: boolean): boolean {
    this.#flushBatch();
    return this.#mayPass(ordered);
  }

  /** FDPASS, at once where that may be. */
  handOut(request: ExchangeHead, startMs: number): void {
    if (this.#mayPass(request.ordered)) this.#handOut(request, startMs);
    else this.queue(new Exchange(request, 'fdpass', startMs));
  }

  /** A request whose answer can be made when it is its turn. */
  queue(exchange: Exchange): void {
    this.#order.add(exchange);
    this.#order.ready(exchange);
  }

  /** A request whose answer will be {@link finish}ed. */
  hold(exchange: Exchange): void {
    this.#order.add(exchange);
  }

  /** The answer of a request that was held is there. Where it came by itself, {@link goOn} comes next. */
  finish(exchange: Exchange): void {
    this.#order.ready(exchange);
  }

  /** A refusal. Only where {@link isDirect} has just said so. */
  sendRefusal(id: number, mode: ModeName | null, { status, message }: Refusal): void {
    const { arena, metrics } = this.#serving;
    arena.used = writeError(arena.bytes, this.#roomForHead(), this.#framing, id, status, message);
    metrics.failed.add(1);
    if (mode === 'fdpass' || mode === 'copy' || mode === 'splice') metrics.failedOf[mode].add(1);
    this.#count(mode, 0);
  }

  /** An answer whose whole content is in memory. Only where {@link isDirect} has just said so. */
  sendWhole(id: number, mode: ModeName | null, content: Buffer, metadata: Metadata): void {
    const { arena } = this.#serving;
    if (!arena.fits(MAX_ANSWER_HEAD_BYTES + content.length)) this.#flushArena();
    this.#writeHead(id, content.length, metadata);
    if (arena.fits(content.length)) arena.add(content);
    else {
      this.#flushArena();
      this.wire.write(content);
    }
    this.#count(mode, content.length);
  }

  /** Something of the connection itself, such as HELLO_ACK. Only where nothing waits. */
  sendBytes(write: (into: Buffer, at: number) => number): void {
    const { arena } = this.#serving;
    arena.used = write(arena.bytes, this.#roomForHead());
  }

  /** Sends what may be sent. Returns whether nothing is left. */
  settle(): boolean {
    for (;;) {
      this.#pump();
      this.#flushArena();
      this.#flushBatch();
      if (!this.#mayPump || !this.#order.hasNext) break;
    }
    this.#countBytes();
    return this.waiting === 0 && !this.wire.blocked;
  }

  /** What the wire took since the last time, and what waits in it. */
  #countBytes(): void {
    const { metrics } = this.#serving;
    const { sentBytes, waitingBytes } = this.wire;
    if (sentBytes !== this.#countedBytes) metrics.bytesOut.add(sentBytes - this.#countedBytes);
    this.#countedBytes = sentBytes;
    this.#hold(this.#order.size === 0 ? waitingBytes : waitingBytes + this.#order.sum(contentBytes));
  }

  #hold(bytes: number): void {
    const more = bytes - this.#heldBytes;
    if (more === 0) return;
    this.#heldBytes = bytes;
    this.#serving.metrics.sendQueueBytes.add(more);
    this.#serving.onHeld(more);
  }

  /** Goes on after something came from elsewhere: room on the wire, or an answer. */
  goOn(): void {
    if (this.#broken) return;
    this.mark(performance.now());
    if (this.#transfer !== null && !this.wire.blocked) this.#transfer.goOn();
    this.#events.onProgress();
  }

  /** The connection is gone, or is given up: lets go of everything. */
  close(): void {
    this.#countBytes();
    // Nothing of it waits any more.
    this.#hold(0);
    this.#broken = true;
    this.#serving.arena.used = 0;
    this.#batch?.discard();
    this.#closeTransfer();
    for (const exchange of this.#order.clear()) this.#letGo(exchange);
  }

  get #mayPump(): boolean {
    return this.#transfer === null && !this.wire.blocked && !this.#broken;
  }

  #mayPass(ordered: boolean): boolean {
    return this.#mayPump && this.#order.mayPass(ordered);
  }

  get #batch(): DescriptorBatch | null {
    if (this.#serving.native === null) return null;
    const carrier = this.#framing.dialect === 'programs' ? 'own-byte' : 'first-byte';
    return this.#serving.batchOf(carrier);
  }

  #pump(): void {
    while (this.#mayPump) {
      const { first } = this.#order;
      if (first === undefined) return;
      if (first.mode !== 'fdpass' || first.refusal !== null) {
        // What does not fit comes before it.
        this.#flushBatch();
        if (!this.#mayPump) return;
      }
      this.#order.next();
      this.#send(first);
    }
  }

  #send(exchange: Exchange): void {
    const { id, mode, refusal, content } = exchange;
    this.#markMs = Math.max(this.#markMs, exchange.startMs);
    if (refusal !== null) this.sendRefusal(id, mode, refusal);
    else if (mode === 'fdpass') this.#handOut(exchange, exchange.startMs);
    else if (mode === 'stat') this.#sendStat(exchange);
    else if (content !== null) this.sendWhole(id, mode, content, metadataToSend(exchange));
    else {
      this.#beginTransfer(exchange, mode === 'splice' ? 'splice' : 'copy');
      return;
    }
    this.#letGo(exchange);
  }

  #sendStat({ id, uri }: Exchange): void {
    const object = this.#serving.reader.stat(uri);
    if (typeof object === 'string') {
      this.sendRefusal(id, 'stat', refusalOf(object));
      return;
    }
    this.sendWhole(id, 'stat', NOTHING, metadataOf(object));
  }

  /** Opens the object and puts its answer into the batch. */
  #handOut(request: Handing, startMs: number): void {
    this.#flushArena();
    const writable = request.writable === true;
    // What may be written into is not opened again, so no other answer may be put back behind it.
    if (writable) this.#flushBatch();
    const batch = this.#batch;
    if (batch === null) {
      this.sendRefusal(request.id, 'fdpass', REFUSALS.failed);
      return;
    }
    if (!this.#mayPump) {
      const again = ready(new Exchange(request, 'fdpass', startMs));
      again.writable = writable;
      again.fresh = request.fresh ?? null;
      if (request.fresh !== undefined) request.fresh = null;
      this.#order.putBack([again]);
      return;
    }
    const object = request.fresh ?? this.#serving.reader.openFresh(request.uri, writable);
    if (typeof object !== 'string') {
      // The batch closes it.
      if (request.fresh !== undefined) request.fresh = null;
      batch.add(this.#framing, request.id, request.uri, metadataOf(object), object.fd, object.sizeBytes);
      if (batch.isFull || writable) this.#flushBatch();
      return;
    }
    // Behind the answers of the batch, some of which may be put back now: it is sent when they are.
    const exchange = ready(new Exchange(request, 'fdpass', startMs));
    exchange.refusal = refusalOf(object);
    this.#order.putBack([exchange]);
    this.#flushBatch();
  }

  #beginTransfer(exchange: Exchange, mode: 'copy' | 'splice'): void {
    const { reader, native, buffers, metrics } = this.#serving;
    const object = exchange.fresh ?? exchange.object ?? reader.take(exchange.uri);
    if (typeof object === 'string') {
      this.sendRefusal(exchange.id, mode, refusalOf(object));
      return;
    }
    if (exchange.fresh === null) exchange.object = object;
    this.#writeHead(exchange.id, object.sizeBytes, metadataOf(object));
    this.#flushArena();
    const events = {
      onSent: () => {
        this.#markMs = exchange.startMs;
        this.#count(mode, object.sizeBytes);
        this.#endTransfer();
      },
      onBroken: (error: unknown) => {
        if (error !== null) this.#serving.onDefect(error);
        this.#break();
      },
    };
    const transfer =
      mode === 'splice' && native !== null
        ? new SpliceTransfer(object, this.wire, this.#serving, native.files, this.#account, events)
        : new CopyTransfer(object, this.wire, buffers, events);
    metrics.queueOf[mode].add(1);
    this.#begin(transfer, () => {
      metrics.queueOf[mode].add(-1);
      this.#letGo(exchange);
    });
  }

  #begin(transfer: Transfer, onOver: () => void): void {
    this.#transfer = transfer;
    this.#onTransferOver = onOver;
    if (!this.wire.blocked) transfer.goOn();
  }

  #closeTransfer(): void {
    const transfer = this.#transfer;
    this.#transfer = null;
    transfer?.close(this.#onTransferOver);
  }

  /** What waited behind a transfer goes on in a step of its own: this may be inside of another. */
  #endTransfer(): void {
    this.#closeTransfer();
    queueMicrotask(() => this.goOn());
  }

  #flushArena(): void {
    const { arena } = this.#serving;
    if (arena.used > 0) this.wire.write(arena.take());
  }

  #flushBatch(): void {
    const batch = this.#batch;
    const native = this.#serving.native;
    if (batch === null || native === null || batch.count === 0) return;
    const startMs = this.#markMs;
    const { answers, sizeBytes, byteLength, held, putBackFrom, errno } = batch.send(this.wire.fd);
    this.wire.sentNatively(byteLength);
    this.#count('fdpass', sizeBytes, answers);
    if (errno !== 0) this.#break();
    if (held === null) return;
    const again = batch.ids.slice(putBackFrom).map((id, i) => {
      const uri = batch.uris[putBackFrom + i]!;
      return ready(new Exchange({ id, uri, ordered: true, priority: false }, 'fdpass', startMs));
    });
    this.#order.putBack(again);
    const wait = new DescriptorWait(held, batch, this.wire, native, this.#serving.clock, {
      onSent: () => {
        this.#count('fdpass', held.sizeBytes);
        this.#endTransfer();
      },
      onBroken: () => this.#break(),
    });
    this.#begin(wait, () => {});
  }

  #break(): void {
    if (this.#broken) return;
    this.close();
    this.#events.onBroken();
  }

  #letGo(exchange: Exchange): void {
    if (exchange.object !== null) this.#serving.reader.giveBack(exchange.object);
    exchange.object = null;
    if (exchange.fresh !== null) this.#serving.reader.closeFresh(exchange.fresh);
    exchange.fresh = null;
  }

  #writeHead(id: number, contentBytes: number, metadata: Metadata): void {
    const { arena } = this.#serving;
    const at = this.#roomForHead();
    arena.used = writeContentHead(arena.bytes, at, this.#framing, id, contentBytes, metadata);
  }

  #roomForHead(): number {
    const { arena } = this.#serving;
    if (!arena.hasRoom) this.#flushArena();
    return arena.used;
  }

  /** Counts answers; those that went together share the time. */
  #count(mode: ModeName | null, sizeBytes: number, count = 1): void {
    if (count === 0) return;
    const { metrics } = this.#serving;
    const now = performance.now();
    const ns = ((now - this.#markMs) * 1e6) / count;
    this.#markMs = now;
    metrics.requests.add(count);
    if (mode === null || !(mode in metrics.requestsOf)) return;
    const measured = mode as MeasuredMode;
    metrics.requestsOf[measured].add(count);
    const latency = metrics.latencyOf[measured];
    for (let i = 0; i < count; i++) latency.record(ns);
    if (mode === 'fdpass' || mode === 'copy' || mode === 'splice') metrics.bytesOf[mode].add(sizeBytes);
  }
}

/** What an exchange is made of. */
export type ExchangeHead = ConstructorParameters<typeof Exchange>[0];
/** A request for a descriptor. */
type Handing = ExchangeHead & Partial<Pick<Exchange, 'writable' | 'fresh'>>;

/** What goes with a content that is sent whole. */
function metadataToSend({ fresh, object, metadata }: Exchange): Metadata {
  const about = fresh ?? object;
  return about === null ? metadata : metadataOf(about);
}

const contentBytes = ({ content }: Exchange): number => content?.length ?? 0;

function ready(exchange: Exchange): Exchange {
  exchange.isReady = true;
  return exchange;
}
