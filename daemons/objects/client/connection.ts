/**
 * One connection of a client: requests go out as the depth allows, answers come back to whoever asked, whatever their
 * order. It knows nothing of what objects are.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerHead, HelloAck } from '../protocol/answer.ts';
import { AnswerParser } from '../protocol/answer-parser.ts';
import { helloBytes, requestBytes } from '../protocol/request-writer.ts';
import { CAPABILITY, type Dialect, MAX_ID, MESSAGE } from '../protocol/wire.ts';
import { ObjectsUsageError } from './errors.ts';
import { type Asked, connectionError, Exchange, type Receiver } from './exchange.ts';
import { CLIENT_LIMITS } from './limits.ts';
import type { Transport, TransportSink } from './transport.ts';

/** How a connection is spoken to. */
export interface ConnectionTerms {
  readonly version: 1 | 2;
  readonly dialect: Dialect;
  /** Requests without an answer at most. */
  readonly depth: number;
}

export class ClientConnection {
  readonly #terms: ConnectionTerms;
  readonly #transport: Transport;
  readonly #parser: AnswerParser;
  /** Not sent yet. */
  readonly #queue: Exchange[] = [];
  /** Sent, by id in version 2; in version 1 in their order, because their answers have it. */
  readonly #sent = new Map<number, Exchange>();
  #nextId = 0;
  #depth: number;
  #answered: Exchange | null = null;
  #ready = false;
  #onReady: ((ack: HelloAck | null) => void) | null = null;
  #sendingBody = false;
  #blocked = false;
  #onDrain: (() => void) | null = null;
  /** Nothing more is sent. */
  #closing = false;
  #ended = false;
  #broken: string | null = null;
  #onEnded: (() => void)[] = [];

  /** @param open makes the transport, which feeds what it is given */
  constructor(terms: ConnectionTerms, open: (sink: TransportSink) => Transport) {
    this.#terms = terms;
    this.#depth = terms.depth;
    this.#parser = new AnswerParser(
      {
        expects: (id) => this.#exchangeOf(id)?.expected ?? null,
        onHelloAck: (ack) => {
          if (ack.depth > 0) this.#depth = Math.min(this.#depth, ack.depth);
          this.#onReady?.(ack);
        },
        onAnswer: (head) => this.#onAnswer(head),
        onContent: (source, start, end) => this.#answered!.onContent(source, start, end),
        onEnd: () => this.#onAnswerEnd(),
        onClose: () => this.#refuseQueue('The server closes and takes no more requests.'),
        onCloseAck: () => this.#transport.destroy(),
        onBroken: (why) => {
          this.#broken = why;
          this.#transport.destroy();
        },
      },
      terms,
    );
    this.#transport = open({
      onBytes: (bytes, descriptors) => this.#parser.push(bytes, descriptors),
      onEnd: (cause) => this.#onTransportEnd(cause),
      onDrain: () => {
        this.#blocked = false;
        this.#onDrain?.();
        this.#flush();
      },
    });
  }

  get passesDescriptors(): boolean {
    return this.#transport.passesDescriptors;
  }

  get closed(): boolean {
    return this.#closing || this.#ended;
  }

  closeDescriptor(descriptor: number): void {
    this.#transport.closeDescriptor(descriptor);
  }

  /** Says HELLO in version 2. Requests may be made before, and go out after it. */
  async begin(): Promise<void> {
    if (this.#terms.version === 2) {
      const capabilities = CAPABILITY.outOfOrder | CAPABILITY.pipelining;
      const acknowledged = new Promise<HelloAck | null>((resolve) => {
        this.#onReady = resolve;
      });
      this.#transport.expect(true);
      this.#transport.write(helloBytes(this.#terms.dialect, capabilities, this.#terms.depth));
      const ack = await acknowledged;
      if (ack === null) throw connectionError(this.#broken ?? 'The server ended the connection at HELLO.');
      if (!ack.accepted) {
        this.#transport.destroy();
        throw connectionError('The server does not speak version 2 of the protocol.');
      }
    }
    this.#ready = true;
    this.#flush();
  }

  /** Sends a request when its turn has come; the receiver is told all the rest. */
  ask(asked: Asked, receiver: Receiver): Exchange {
    const exchange = new Exchange(asked, receiver, (late) => this.#onLate(late));
    if (this.closed) {
      queueMicrotask(() => exchange.fail(connectionError('The connection is closed; connect again.')));
      return exchange;
    }
    this.#queue.push(exchange);
    this.#flush();
    return exchange;
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  /** Answers what is outstanding, says CLOSE and waits for the end, each in its time. */
  async close(withinMs: number): Promise<void> {
    if (this.#ended) return;
    this.#closing = true;
    const ended = new Promise<void>((resolve) => this.#onEnded.push(resolve));
    const late = new AbortController();
    void sleep(withinMs, undefined, { signal: late.signal }).then(
      () => this.#transport.destroy(),
      () => undefined,
    );
    this.#sayClose();
    await ended;
    late.abort();
  }

  /** Gives up what is outstanding. */
  destroy(): void {
    this.#closing = true;
    this.#transport.destroy();
  }

  #exchangeOf(id: number): Exchange | undefined {
    if (this.#terms.version === 2) return this.#sent.get(id);
    for (const exchange of this.#sent.values()) return exchange;
    return undefined;
  }

  #flush(): void {
    while (
      this.#ready &&
      !this.#sendingBody &&
      !this.#blocked &&
      !this.#ended &&
      this.#sent.size < this.#depth
    ) {
      const exchange = this.#queue.shift();
      if (exchange === undefined) break;
      if (!exchange.settled) this.#send(exchange);
    }
    this.#transport.expect(!this.#ready || this.#sent.size > 0 || this.#closing);
    if (this.#closing) this.#sayClose();
  }

  #send(exchange: Exchange): void {
    const { mode, uri, ordered, priority, body } = exchange.asked;
    let bytes: Buffer;
    try {
      const id = this.#freeId();
      bytes = requestBytes(this.#terms.version, {
        id,
        ordered,
        priority,
        mode,
        uri,
        bodyBytes: body?.sizeBytes,
      });
      exchange.id = id;
    } catch (error) {
      exchange.fail(new ObjectsUsageError((error as Error).message));
      return;
    }
    this.#sent.set(exchange.id, exchange);
    this.#blocked = !this.#transport.write(bytes);
    if (body === null) return;
    this.#sendingBody = true;
    void this.#sendBody(exchange).then(() => {
      this.#sendingBody = false;
      this.#flush();
    });
  }

  #freeId(): number {
    do this.#nextId = this.#nextId === MAX_ID ? 0 : this.#nextId + 1;
    while (this.#sent.has(this.#nextId));
    return this.#nextId;
  }

  async #sendBody(exchange: Exchange): Promise<void> {
    const { sizeBytes, pieces, onSent } = exchange.asked.body!;
    let sent = 0;
    try {
      for await (const piece of pieces) {
        if (this.#ended) return;
        if (exchange.settled && sizeBytes - sent > CLIENT_LIMITS.refusedBodyBytes.default) break;
        if (sent + piece.length > sizeBytes)
          throw new Error(`it has more than the ${sizeBytes} bytes that were said`);
        if (piece.length === 0) continue;
        this.#blocked = !this.#transport.write(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
        sent += piece.length;
        if (this.#blocked) await this.#drained();
        exchange.onProgress();
        onSent?.(sent);
      }
      if (sent < sizeBytes && !exchange.settled)
        throw new Error(`it has ${sent} of the ${sizeBytes} bytes that were said`);
    } catch (error) {
      exchange.fail(new ObjectsUsageError(`The content could not be read: ${(error as Error).message}.`));
    }
    // What is missing of the body stands between the server and the next request.
    if (sent < sizeBytes) this.destroy();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrain = () => {
        this.#onDrain = null;
        resolve();
      };
    });
  }

  #onAnswer(head: AnswerHead): void {
    const exchange = this.#exchangeOf(head.id)!;
    this.#answered = exchange;
    if (exchange.settled && head.descriptor >= 0) this.closeDescriptor(head.descriptor);
    exchange.onHead(head);
  }

  #onAnswerEnd(): void {
    const exchange = this.#answered!;
    this.#answered = null;
    this.#sent.delete(exchange.id);
    exchange.onEnd();
    this.#flush();
  }

  /** A body that is half sent cannot be taken back; any other request is answered to nobody. */
  #onLate(exchange: Exchange): void {
    if (this.#sendingBody && exchange.asked.body !== null && this.#sent.get(exchange.id) === exchange)
      this.destroy();
  }

  #refuseQueue(why: string): void {
    this.#closing = true;
    for (const exchange of this.#queue.splice(0)) exchange.fail(connectionError(why));
    this.#flush();
  }

  /** Once everything is sent: CLOSE in version 2; in version 1 the end, when everything is answered. */
  #sayClose(): void {
    if (this.#ended || this.#sendingBody || this.#queue.length > 0) return;
    if (this.#terms.version === 1 || !this.#ready) {
      if (this.#sent.size === 0) this.#transport.destroy();
      return;
    }
    if (this.#saidClose) return;
    this.#saidClose = true;
    this.#transport.write(Buffer.from([MESSAGE.close, 0]));
    this.#transport.expect(true);
  }

  #saidClose = false;

  #onTransportEnd(cause: Error | null): void {
    this.#ended = true;
    this.#parser.stop();
    for (const descriptor of this.#parser.takeDescriptors()) this.closeDescriptor(descriptor);
    const why = this.#broken ?? 'The connection ended.';
    for (const exchange of [...this.#sent.values(), ...this.#queue.splice(0)])
      exchange.fail(connectionError(why, cause));
    this.#sent.clear();
    this.#onDrain?.();
    this.#onReady?.(null);
    for (const tell of this.#onEnded.splice(0)) tell();
  }
}
