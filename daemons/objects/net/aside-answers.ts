/** Requests of one connection whose objects another thread opens. The thread that has the connection answers them. */
import type { ContentMode } from '../metrics.ts';
import type { Request } from '../protocol/request.ts';
import type { FreshObject } from '../store/object-reader.ts';
import type { StoreProblem } from '../store/store-problems.ts';
import type { AnswerSender } from './answer-sender.ts';
import { Exchange } from './exchange.ts';
import type { Serving } from './serving.ts';
import type { SlowAnswers } from './slow-answers.ts';
import { refusalOf } from './store-answers.ts';
import type { StoreWork } from './store-work.ts';

const NOTHING = Buffer.alloc(0);

export class AsideAnswers {
  readonly #serving: Serving;
  readonly #sender: AnswerSender;
  readonly #slow: SlowAnswers;
  #closed = false;

  constructor(serving: Serving, sender: AnswerSender, slow: SlowAnswers) {
    this.#serving = serving;
    this.#sender = sender;
    this.#slow = slow;
  }

  /** Takes a request for content. @returns false where it is answered here like any other */
  begin(request: Request, mode: ContentMode, startMs: number): boolean {
    const work = this.#serving.aside;
    if (work === null) return false;
    const opens = mode === 'fdpass' || !work.onlyCold;
    if (!opens && this.#serving.reader.isKept(request.uri)) return false;
    const exchange = new Exchange(request, mode, startMs);
    this.#sender.hold(exchange);
    if (opens) this.#open(exchange, mode, work);
    else void work.warm(request.uri).then(() => this.#take(exchange));
    return true;
  }

  /** The connection is gone. */
  close(): void {
    this.#closed = true;
  }

  #open(exchange: Exchange, mode: ContentMode, work: StoreWork): void {
    work.open(exchange.uri, mode).then(
      (opened) => this.#use(exchange, opened),
      (error: unknown) => this.#slow.fail(exchange, error),
    );
  }

  #use(exchange: Exchange, opened: FreshObject | StoreProblem): void {
    if (typeof opened === 'string') exchange.refusal = refusalOf(opened);
    else if (this.#closed) this.#serving.reader.closeFresh(opened);
    else {
      exchange.fresh = opened;
      exchange.content = opened.content;
    }
    this.#slow.isThere(exchange);
  }

  /** What was warmed is taken here, and stays open for the next. */
  #take(exchange: Exchange): void {
    if (this.#closed) return;
    const { reader } = this.#serving;
    const object = reader.take(exchange.uri);
    if (typeof object === 'string') exchange.refusal = refusalOf(object);
    else {
      exchange.object = object;
      const content =
        exchange.mode !== 'copy' ? null : object.sizeBytes === 0 ? NOTHING : reader.content(object);
      if (content !== null && !Buffer.isBuffer(content)) {
        this.#slow.answerLater(exchange, content, (bytes) => {
          exchange.content = bytes;
        });
        return;
      }
      exchange.content = content;
    }
    this.#slow.isThere(exchange);
  }
}
