/**
 * Requests of one connection whose answers take time: what changes the store, what lists it, and what has a body. The connection takes
 * others meanwhile, as far as {@link SlowAnswers.takesMore} says.
 */
import { FIXED_LIMITS } from '../limits.ts';
import type { Request } from '../protocol/request.ts';
import type { RequestParser } from '../protocol/request-parser.ts';
import type { ModeName } from '../protocol/wire.ts';
import type { ObjectInfo } from '../store/object-info.ts';
import { StoreError } from '../store/store-problems.ts';
import { Upload } from '../store/upload.ts';
import { withoutSlash } from '../store/uri.ts';
import type { AnswerSender } from './answer-sender.ts';
import { type BodyIntake, PutIntake } from './body-intake.ts';
import { Exchange } from './exchange.ts';
import { listAnswer } from './list-answer.ts';
import { metadataOf } from './object-metadata.ts';
import { type Asker, shown, tellOfRefusal } from './request-rules.ts';
import type { Serving } from './serving.ts';
import { REFUSALS, type Refusal, refusalOfThrown } from './store-answers.ts';
import { TokenIntake } from './token-intake.ts';

const NOTHING = Buffer.alloc(0);
const MS_PER_SECOND = 1_000;
/** Lists of one connection that are made at once: each may be of thousands of objects, all of which are looked at. */
const MOST_LISTS = 4;
/** What an entry of a list costs in nanoseconds: found, described and written. */
const LIST_ENTRY_NS = 1_000;

/** Whoever asks, with what he has proved so far. */
export interface Prover extends Asker {
  proved: boolean;
}

/** What the requests tell their connection. */
export interface SlowEvents {
  /** No more requests are to be taken: the connection ends when those that it has are answered. */
  onLast(): void;
}

export class SlowAnswers {
  readonly #serving: Serving;
  readonly #asker: Prover;
  readonly #parser: RequestParser;
  readonly #sender: AnswerSender;
  readonly #events: SlowEvents;
  /** Takes the body that is coming; null where nobody wants it. */
  #body: BodyIntake | null = null;
  #bodyOf: Exchange | null = null;
  #bodyBytes = 0;
  /** By the monotonic clock. */
  #bodySinceMs = 0;
  #lists = 0;
  #closed = false;

  constructor(
    serving: Serving,
    asker: Prover,
    parser: RequestParser,
    sender: AnswerSender,
    events: SlowEvents,
  ) {
    this.#serving = serving;
    this.#asker = asker;
    this.#parser = parser;
    this.#sender = sender;
    this.#events = events;
  }

  /** Whether a body is coming for a request that was taken. */
  get hasBody(): boolean {
    return this.#body !== null;
  }

  /** Whether the rest of a body is waited for. */
  get awaitsBody(): boolean {
    return this.#body?.hasRoom === true;
  }

  /** Whether more input can be used. */
  get takesMore(): boolean {
    return this.#body === null ? this.#lists < MOST_LISTS : this.#body.hasRoom;
  }

  /** Takes a request of any mode but those whose answers are there at once. @param startMs by `performance.now()` */
  begin(request: Request, startMs: number): void {
    const exchange = new Exchange(request, request.mode, startMs);
    exchange.content = NOTHING;
    this.#sender.hold(exchange);
    switch (request.mode) {
      case 'authenticate':
        this.#authenticate(exchange, request.bodyBytes);
        break;
      case 'put':
        this.#put(exchange, request.bodyBytes);
        break;
      case 'delete':
        this.answerLater(exchange, this.#serving.writes.delete(request.uri), () => {});
        break;
      case 'list':
        this.#list(exchange);
        break;
      default:
        this.answerLater(exchange, this.#create(exchange), () => {});
    }
  }

  /** A piece of the body of the last request; the memory is used again afterwards. */
  takeBody(source: Buffer, start: number, end: number): void {
    this.#bodyBytes += end - start;
    this.#body?.take(source, start, end);
  }

  /** All of the body has come. */
  endBody(): void {
    const body = this.#body;
    this.#body = null;
    body?.end();
  }

  /** Whether the body comes so slowly that it holds a file and a part of a quota for nothing. */
  isBodyLate(nowMs: number): boolean {
    const { request_seconds, put_bytes_per_second } = this.#serving.settings.limits;
    const seconds = (nowMs - this.#bodySinceMs) / MS_PER_SECOND - request_seconds;
    return this.awaitsBody && seconds >= 0 && this.#bodyBytes < seconds * put_bytes_per_second;
  }

  /** Waits no longer for the rest of a body: its request is refused, and nothing behind it can be understood. */
  giveUpBody(): void {
    const exchange = this.#bodyOf;
    if (this.#body === null || exchange === null) return;
    this.#body.close();
    this.#body = null;
    this.#parser.stop();
    this.#refuse(exchange, REFUSALS.bodyTooSlow);
    this.#events.onLast();
    this.isThere(exchange);
  }

  /** Has an exchange that is held answered when a result is there. */
  answerLater<Result>(exchange: Exchange, result: Promise<Result>, use: (result: Result) => void): void {
    result.then(
      (value) => {
        if (this.#closed) return;
        use(value);
        this.isThere(exchange);
      },
      (error: unknown) => this.fail(exchange, error),
    );
  }

  /** The connection is gone. */
  close(): void {
    this.#closed = true;
    this.#body?.close();
    this.#body = null;
  }

  #authenticate(exchange: Exchange, bodyBytes: number): void {
    const onEnd = (isRight: boolean) => {
      if (isRight) this.#asker.proved = true;
      else {
        this.#serving.metrics.denied.add(1);
        this.#refuse(exchange, REFUSALS.wrongToken, 'sent a wrong token');
        this.#events.onLast();
      }
      this.#sender.finish(exchange);
    };
    // No file holds so long a token, and nobody has it hashed for nothing.
    if (bodyBytes > FIXED_LIMITS.token_file_bytes.default) onEnd(false);
    else this.#expectBody(exchange, new TokenIntake(this.#asker.terms.tokenDigest, onEnd));
  }

  #put(exchange: Exchange, bodyBytes: number): void {
    const intake = new PutIntake(
      this.#serving.writes,
      exchange.uri,
      bodyBytes,
      this.#serving.metrics.diskPending,
      {
        onRoom: () => this.#sender.goOn(),
        onStored: (object: ObjectInfo) => {
          exchange.metadata = { ...metadataOf(object) };
          this.isThere(exchange);
        },
        onFailed: (error) => {
          if (this.#body === intake) {
            this.#body = null;
            if (!this.#parser.skipBody()) this.#events.onLast();
          }
          this.fail(exchange, error);
        },
      },
    );
    this.#expectBody(exchange, intake);
  }

  #expectBody(exchange: Exchange, intake: BodyIntake): void {
    this.#body = intake;
    this.#bodyOf = exchange;
    this.#bodyBytes = 0;
    this.#bodySinceMs = this.#serving.clock.monotonic();
  }

  #list(exchange: Exchange): void {
    const { turns, settings, writes } = this.#serving;
    turns.spend(settings.limits.list_entries * LIST_ENTRY_NS);
    this.#lists++;
    const may = () => {
      const { permissions } = this.#serving;
      return permissions.uniform ? null : permissions.reader(this.#asker.peer, this.#asker.proved);
    };
    const answer = listAnswer(writes, exchange.uri, may, () => this.#closed).finally(() => this.#lists--);
    this.answerLater(exchange, answer, ({ content, next }) => {
      exchange.content = content;
      if (next !== null) exchange.metadata = { next };
    });
  }

  /** FDPASS of what is not there: an empty object, which whoever asked may write into. */
  async #create(exchange: Exchange): Promise<void> {
    try {
      await (await Upload.begin(this.#serving.writes, exchange.uri, 0, { onlyNew: true })).finish();
      exchange.writable = true;
    } catch (error) {
      // Somebody else was first: it is handed out as what is there.
      if (!(error instanceof StoreError && error.problem === 'conflict')) throw error;
      if (typeof this.#serving.reader.stat(exchange.uri) === 'string') throw error;
    }
  }

  /** A request that is held cannot be carried out; what is no error of the store is told as a defect. */
  fail(exchange: Exchange, error: unknown): void {
    const refusal = refusalOfThrown(error);
    if (refusal === null) this.#serving.onDefect(error);
    if (this.#closed) return;
    this.#refuse(exchange, refusal ?? REFUSALS.failed);
    this.isThere(exchange);
  }

  /** What is merely not there is no refusal that an operator would look for. */
  #refuse(exchange: Exchange, refusal: Refusal, why = refusedText(exchange, refusal)): void {
    exchange.refusal = refusal;
    if (refusal.status !== 'not_found') tellOfRefusal(this.#serving, this.#asker, why);
  }

  /** The answer of a request that was held has come by itself. */
  isThere(exchange: Exchange): void {
    if (this.#closed) return;
    this.#sender.finish(exchange);
    this.#sender.goOn();
  }
}

function refusedText({ mode, uri }: { mode: ModeName | null; uri: string }, { message }: Refusal): string {
  return `${mode ?? 'request'} of ${shown(withoutSlash(uri))}: ${message}`;
}
