/**
 * A channel of questions (`peer-questions.ts`) over something that carries whole messages and is no stream: two servers of a network
 * that speak by way of others. Whoever carries pushes what arrives.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { QuestionChannel } from './peer-questions.ts';

export interface TextChannelOptions {
  /** Sends a message; false where the other end cannot be reached. */
  readonly send: (message: string) => boolean;
  /** Messages that may wait to be read; with more the channel ends. */
  readonly waiting: number;
}

export class TextChannel implements QuestionChannel {
  readonly #options: TextChannelOptions;
  #arrived: string[] = [];
  #closed = false;
  #wake = () => {};

  constructor(options: TextChannelOptions) {
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A message has arrived. */
  push(message: string): void {
    if (this.#closed) return;
    if (this.#arrived.length >= this.#options.waiting) this.close();
    else this.#arrived.push(message);
    this.#wake();
  }

  async write(message: string): Promise<void> {
    if (this.#closed || !this.#options.send(message))
      throw new SignalboxError('unavailable', 'The other end of the channel cannot be reached.');
  }

  /** Ends it: whoever reads is told, and what has arrived is dropped. */
  close(): void {
    this.#closed = true;
    this.#arrived = [];
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    while (!this.#closed) {
      const message = this.#arrived.shift();
      if (message !== undefined) yield message;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
