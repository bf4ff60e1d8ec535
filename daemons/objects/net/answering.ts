/**
 * Takes the requests of one connection, in its thread: says whether each may be tried, and has it answered at once or when it is its
 * turn. No more are taken than are being worked on, and none while the turn of somebody else has come.
 */
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import type { StepResult, WorkJob } from '../../runtime/async/work-turns.ts';
import type { ContentMode } from '../metrics.ts';
import type { Peer } from '../permissions.ts';
import { writeCloseAck, writeHelloAck } from '../protocol/answer-writer.ts';
import type { Fault, Hello, Request, RequestSink } from '../protocol/request.ts';
import { RequestParser } from '../protocol/request-parser.ts';
import type { ModeName } from '../protocol/wire.ts';
import { AnswerSender } from './answer-sender.ts';
import { AsideAnswers } from './aside-answers.ts';
import type { ConnectionTerms } from './engine.ts';
import { Exchange } from './exchange.ts';
import { metadataOf } from './object-metadata.ts';
import { mayCreate, refusalOfRequest } from './request-rules.ts';
import type { Serving } from './serving.ts';
import { SlowAnswers } from './slow-answers.ts';
import { type Refusal, refusalOf } from './store-answers.ts';
import type { Wire } from './wire.ts';

/** Requests of one connection that are worked on at once; what comes beyond stays unread. */
const MOST_EXCHANGES = 64;
/** The same while the client does not read. */
const MOST_EXCHANGES_BLOCKED = 8;
/** Bytes of answers that one connection has waiting in memory before it takes more requests. */
const MOST_HELD_BYTES = 1024 * 1024;
/** What a request costs in nanoseconds, as `workPrices` has it for others; the clock corrects it. */
const REQUEST_NS = 8_000;
/** A refused put whose body is longer closes the connection. */
const MOST_SKIPPED_BYTES = 16 * 1024 * 1024;
/** The stores that HELLO_ACK tells of. */
const PATHS = 1;
const NOTHING = Buffer.alloc(0);

/** What an Answering tells its connection. */
export interface AnsweringEvents {
  /** Whether it takes input may have changed. */
  onIntake(): void;
  /** What can go has gone: figures of the connection may have changed. */
  onSettled(): void;
  /** Nothing more is to be sent: the connection ends. */
  onEnd(): void;
  /** The connection cannot go on: it is destroyed. */
  onBroken(): void;
}

export class Answering implements RequestSink, WorkJob {
  readonly parser: RequestParser;
  readonly sender: AnswerSender;
  readonly #slow: SlowAnswers;
  readonly terms: ConnectionTerms;
  readonly peer: Peer;
  readonly #serving: Serving;
  readonly #account: WorkAccount;
  readonly #events: AnsweringEvents;
  readonly #aside: AsideAnswers;
  #requests = 0;
  /** Whether the token of the listener was proved. */
  proved = false;
  /** `last`: when what is outstanding is answered, the connection ends; `ack`: after CLOSE_ACK. */
  #ending: 'no' | 'last' | 'ack' = 'no';
  #inputEnded = false;
  #ended = false;
  /** When the bytes came that are being worked on, by `performance.now()`. */
  #arrivedMs = 0;
  /** Of the reader: requests that came together. */
  #together = 0;

  constructor(
    serving: Serving,
    terms: ConnectionTerms,
    peer: Peer,
    wire: Wire,
    account: WorkAccount,
    events: AnsweringEvents,
  ) {
    this.#serving = serving;
    this.terms = terms;
    this.peer = peer;
    this.#account = account;
    this.#events = events;
    this.parser = new RequestParser(this, { dialect: terms.dialect, maxSkippedBytes: MOST_SKIPPED_BYTES });
    this.sender = new AnswerSender(serving, this.parser, wire, account, {
      onProgress: () => this.#guard(() => this.#progress()),
      onBroken: () => this.#break(),
    });
    this.#slow = new SlowAnswers(serving, this, this.parser, this.sender, {
      onLast: () => this.#endSoon(),
    });
    this.#aside = new AsideAnswers(serving, this.sender, this.#slow);
  }

  get requests(): number {
    return this.#requests;
  }

  /** Whether a request has come in part, and not yet to its body. */
  get midHead(): boolean {
    return this.parser.midRequest && !this.#slow.hasBody;
  }

  /** Whether the rest of a body is waited for. */
  get awaitsBody(): boolean {
    return this.#slow.awaitsBody;
  }

  /** Whether the rest of a body comes so slowly that it is waited for no longer. */
  isBodyLate(nowMs: number): boolean {
    return this.#slow.isBodyLate(nowMs);
  }

  /** Whether more input may be given to it. */
  get takesInput(): boolean {
    return !this.parser.paused && !this.#ended;
  }

  /** Whether input waits only for another slice. */
  get mustGoOn(): boolean {
    return this.parser.paused && !this.#ended && this.#mayParse();
  }

  /** Takes what was read, in a slice of the account; the memory is the caller's again afterwards. */
  receive(bytes: Buffer, arrivedMs: number): void {
    this.#guard(() => {
      this.#begin(arrivedMs);
      this.parser.push(bytes);
      this.parser.keepRest();
      this.#settle();
    });
  }

  /** Goes on with input that had to wait. Called by the turns. */
  step(): StepResult {
    this.#guard(() => {
      if (!this.mustGoOn) return;
      this.#begin(performance.now());
      this.parser.resume();
      this.#settle();
      this.#events.onIntake();
    });
    return this.mustGoOn ? 'more' : 'done';
  }

  /** Takes no more requests; the connection ends when those that it has are answered. */
  finish(): void {
    this.#guard(() => {
      // A body that is coming still belongs to a request that was taken.
      if (!this.#slow.hasBody) this.parser.stop();
      this.#endSoon();
      this.#settle();
    });
  }

  /** Refuses the request whose body does not come, and ends. */
  giveUpBody(): void {
    this.#guard(() => this.#slow.giveUpBody());
  }

  /** The client sends nothing more: what it has sent is answered. */
  endInput(): void {
    this.#inputEnded = true;
    this.#guard(() => this.#settle());
  }

  /** The connection is gone: lets go of everything. */
  close(): void {
    this.#ended = true;
    this.#aside.close();
    this.parser.stop();
    this.sender.close();
    this.#slow.close();
  }

  onHello(hello: Hello): void {
    const offer = { depth: this.#serving.settings.limits.max_queue_depth, paths: PATHS };
    this.sender.sendBytes((into, at) => writeHelloAck(into, at, hello, offer));
    if (!hello.accepted) this.#endSoon();
  }

  onRequest(request: Request): boolean {
    this.#countRequest();
    const refusal = refusalOfRequest(this.#serving, this, request.mode, request.uri);
    if (refusal !== null) {
      if (!this.parser.skipBody()) this.#endSoon();
      this.#refuse(request, request.mode, refusal);
      if (this.terms.unserved !== undefined) this.#endSoon();
    } else this.#answer(request);
    return this.#wantsMore();
  }

  onBody(source: Buffer, start: number, end: number): boolean {
    this.#slow.takeBody(source, start, end);
    return this.#wantsMore();
  }

  onBodyEnd(): boolean {
    this.#slow.endBody();
    return this.#wantsMore();
  }

  onFault(fault: Fault): boolean {
    this.#countRequest();
    if (fault.status === 'protocol') this.#serving.metrics.protocolErrors.add(1);
    this.#refuse({ ...fault, priority: false, uri: '' }, null, fault);
    if (fault.closes) this.#endSoon();
    return this.#wantsMore();
  }

  onClose(): void {
    this.#ending = 'ack';
  }

  #answer(request: Request): void {
    switch (request.mode) {
      case 'fdpass':
        if (this.#creates(request)) this.#slow.begin(request, this.#arrivedMs);
        else if (this.#goesAside(request, 'fdpass')) return;
        else this.sender.handOut(request, this.#arrivedMs);
        break;
      case 'copy':
        if (!this.#goesAside(request, 'copy')) this.#copy(request);
        break;
      case 'splice':
        if (!this.#goesAside(request, 'splice'))
          this.sender.queue(new Exchange(request, 'splice', this.#arrivedMs));
        break;
      case 'authenticate':
      case 'put':
      case 'delete':
      case 'list':
        this.#slow.begin(request, this.#arrivedMs);
        break;
      default:
        this.sender.queue(new Exchange(request, request.mode, this.#arrivedMs));
    }
  }

  #goesAside(request: Request, mode: ContentMode): boolean {
    return this.terms.aside === true && this.#aside.begin(request, mode, this.#arrivedMs);
  }

  #creates({ uri }: Request): boolean {
    if (this.parser.dialect !== 'programs' || !mayCreate(this.#serving, this, uri)) return false;
    return this.#serving.reader.stat(uri) === 'not_found';
  }

  #copy(request: Request): void {
    const { reader } = this.#serving;
    const object = reader.take(request.uri, this.#together);
    if (typeof object === 'string') {
      this.#refuse(request, 'copy', refusalOf(object));
      return;
    }
    const content = object.sizeBytes === 0 ? NOTHING : reader.content(object);
    if (Buffer.isBuffer(content) && this.sender.isDirect(request.ordered)) {
      this.sender.sendWhole(request.id, 'copy', content, metadataOf(object));
      reader.giveBack(object);
      return;
    }
    const exchange = new Exchange(request, 'copy', this.#arrivedMs);
    exchange.object = object;
    if (content === null || Buffer.isBuffer(content)) {
      exchange.content = content;
      this.sender.queue(exchange);
      return;
    }
    this.sender.hold(exchange);
    this.#slow.answerLater(exchange, content, (bytes) => {
      exchange.content = bytes;
    });
  }

  #refuse(
    request: Pick<Request, 'id' | 'ordered' | 'priority' | 'uri'>,
    mode: ModeName | null,
    refusal: Refusal,
  ): void {
    if (this.sender.isDirect(request.ordered)) {
      this.sender.sendRefusal(request.id, mode, refusal);
      return;
    }
    const exchange = new Exchange(request, mode, this.#arrivedMs);
    exchange.refusal = refusal;
    this.sender.queue(exchange);
  }

  #begin(arrivedMs: number): void {
    const now = performance.now();
    this.#serving.metrics.queueWait.record((now - arrivedMs) * 1e6);
    this.#arrivedMs = arrivedMs;
    this.#together = this.#serving.reader.newBatch();
    this.sender.mark(now);
  }

  #progress(): void {
    this.#settle();
    if (this.mustGoOn) this.#serving.turns.run(this.#account, this);
  }

  /** Sends what is ready; ends the connection where nothing is left to be sent. */
  #settle(): void {
    if (this.#inputEnded && !this.parser.paused) {
      if (this.#slow.hasBody) {
        // Half of a body is nothing, and nobody waits for the answer.
        this.#break();
        return;
      }
      this.#endSoon();
    }
    const isDone = this.sender.settle();
    this.#events.onSettled();
    if (this.#ending === 'no' || this.#ended || !isDone) return;
    if (this.#ending === 'ack') {
      this.sender.sendBytes((into, at) => writeCloseAck(into, at, this.parser.dialect, 0));
      this.sender.settle();
    }
    this.#ended = true;
    this.#events.onEnd();
  }

  #countRequest(): void {
    const most = this.#serving.settings.limits.max_requests;
    if (++this.#requests >= most && most > 0) this.#endSoon();
  }

  /** Takes no more requests: ends when those that it has are answered. */
  #endSoon(): void {
    if (this.#ending === 'no') this.#ending = 'last';
  }

  #mayParse(): boolean {
    if (!this.#slow.takesMore) return false;
    // A body that is coming belongs to a request that was taken.
    if (this.#slow.hasBody) return true;
    if (this.#ending !== 'no' || this.sender.heldBytes > MOST_HELD_BYTES) return false;
    const most = this.sender.wire.blocked ? MOST_EXCHANGES_BLOCKED : MOST_EXCHANGES;
    return this.sender.queued < Math.min(most, this.#serving.settings.limits.max_queue_depth);
  }

  #wantsMore(): boolean {
    return !this.#serving.turns.spend(REQUEST_NS) && this.#mayParse();
  }

  /** What throws leaves answers half written: nothing of this connection goes on. */
  #guard(act: () => void): void {
    if (this.#ended) return;
    try {
      act();
    } catch (error) {
      this.#serving.onDefect(error);
      this.#break();
    }
  }

  #break(): void {
    if (this.#ended) return;
    this.close();
    this.#events.onBroken();
  }
}
