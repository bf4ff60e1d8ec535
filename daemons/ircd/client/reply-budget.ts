/**
 * Keeps a long answer (LIST, WHO, STATS l) from filling the send queue of its own client: past half of the queue the
 * rest is left out and 416 says so, where the client would otherwise be dropped for asking.
 */

import { N } from '../../irc/numerics.ts';
import type { LocalClient } from '../state/local-client.ts';

/** Prefix, numeric, nick and CRLF of one reply line, at most. */
const OVERHEAD_BYTES = 110;

/** The budget of one answer. */
export class ReplyBudget {
  readonly #client: LocalClient;
  readonly #command: string;
  #left: number;

  constructor(client: LocalClient, command: string) {
    const { connectionClass, sendQueueBytes } = client.connection;
    this.#client = client;
    this.#command = command;
    this.#left = connectionClass.sendQueueBytes / 2 - sendQueueBytes;
  }

  /** Takes the room for one reply; false, after telling the client, when there is none left. */
  take(text: string): boolean {
    // A UTF-16 unit takes at most three bytes.
    return this.takeBytes(text.length * 3);
  }

  /** The same for text whose size is known. */
  takeBytes(bytes: number): boolean {
    this.#left -= OVERHEAD_BYTES + bytes;
    if (this.#left >= 0) return true;
    this.#client.reply(N.ERR_TOOMANYMATCHES, this.#command);
    return false;
  }
}
