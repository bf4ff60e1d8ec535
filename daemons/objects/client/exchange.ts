/** One request and what becomes of its answer. */
import type { AnswerHead, Expected } from '../protocol/answer.ts';
import type { ModeName } from '../protocol/wire.ts';
import {
  ObjectsConnectionError,
  ObjectsDeadlineError,
  type ObjectsError,
  ObjectsRefusedError,
} from './errors.ts';

/** What a caller does with an answer that is `ok`. */
export interface Receiver {
  onHead(head: AnswerHead): void;
  /** Bytes of the content, which are used again after the call. */
  onContent(source: Buffer, start: number, end: number): void;
  onEnd(): void;
  /** Instead of all that is missing of the above. */
  onFailed(error: ObjectsError): void;
}

/** What is sent behind a request. */
export interface Body {
  readonly sizeBytes: number;
  /** In pieces, together of that size. */
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly onSent?: ((sentBytes: number) => void) | undefined;
}

/** What is asked for. */
export interface Asked {
  readonly mode: ModeName;
  readonly uri: string;
  readonly ordered: boolean;
  readonly priority: boolean;
  readonly body: Body | null;
  readonly deadlineMs: number;
}

export class Exchange {
  readonly asked: Asked;
  readonly expected: Expected;
  /** Given when it is sent. */
  id = 0;
  /** The answer is complete, or the request has failed; for the caller it is over. */
  settled = false;
  readonly #receiver: Receiver;
  readonly #onLate: (exchange: Exchange) => void;
  #timer: NodeJS.Timeout | null;
  #refused: ObjectsRefusedError | null = null;

  /** @param onLate its time is over; it is settled by then */
  constructor(asked: Asked, receiver: Receiver, onLate: (exchange: Exchange) => void) {
    this.asked = asked;
    this.expected = asked.mode === 'fdpass' ? 'descriptor' : 'content';
    this.#receiver = receiver;
    this.#onLate = onLate;
    this.#timer = setTimeout(() => this.#late(), asked.deadlineMs);
  }

  onHead(head: AnswerHead): void {
    this.#timer?.refresh();
    if (this.settled) return;
    if (head.status === 'ok') this.#receiver.onHead(head);
    else this.#refused = new ObjectsRefusedError(head.status, this.asked.uri, head.metadata.errorText ?? '');
  }

  onContent(source: Buffer, start: number, end: number): void {
    this.#timer?.refresh();
    if (!this.settled && this.#refused === null) this.#receiver.onContent(source, start, end);
  }

  onEnd(): void {
    if (this.settled) return;
    if (this.#refused !== null) {
      this.fail(this.#refused);
      return;
    }
    this.#settle();
    this.#receiver.onEnd();
  }

  /** Tells the caller, unless it is over already. */
  fail(error: ObjectsError): void {
    if (this.settled) return;
    this.#settle();
    this.#receiver.onFailed(error);
  }

  /** Its time does not run while the caller does not read. */
  hold(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** It runs again, from the beginning. */
  release(): void {
    if (!this.settled && this.#timer === null)
      this.#timer = setTimeout(() => this.#late(), this.asked.deadlineMs);
  }

  /** A piece of the body went out: its time begins again. */
  onProgress(): void {
    this.#timer?.refresh();
  }

  #late(): void {
    const { mode, uri, deadlineMs } = this.asked;
    this.fail(
      new ObjectsDeadlineError(`No answer to ${mode} of ${JSON.stringify(uri)} within ${deadlineMs} ms.`),
    );
    this.#onLate(this);
  }

  #settle(): void {
    this.settled = true;
    this.hold();
  }
}

/** Why requests fail that nobody will answer. */
export function connectionError(why: string, cause: Error | null = null): ObjectsConnectionError {
  return new ObjectsConnectionError(
    cause === null ? why : `${why.replace(/\.$/, '')}: ${cause.message}`,
    cause === null ? undefined : { cause },
  );
}
