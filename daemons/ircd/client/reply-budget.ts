/**
 * Keeps a long answer (LIST, WHO, STATS l) from filling the send queue of its own client, or the link of whoever asks from
 * another server: past what an answer may have the rest is left out and 416 says so.
 */

import { N } from '../../irc/numerics.ts';
import type { Asker } from '../state/asker.ts';

/** Prefix, numeric, nick and CRLF of one reply line, at most. */
const OVERHEAD_BYTES = 110;

/** The budget of one answer. */
export class ReplyBudget {
  readonly #asker: Asker;
  readonly #command: string;
  #left: number;

  constructor(asker: Asker, command: string) {
    this.#asker = asker;
    this.#command = command;
    this.#left = asker.answerBytes;
  }

  /** Takes the room for one reply; false, after telling the asker, when there is none left. */
  take(text: string): boolean {
    // A UTF-16 unit takes at most three bytes.
    return this.takeBytes(text.length * 3);
  }

  /** The same for text whose size is known. */
  takeBytes(bytes: number): boolean {
    this.#left -= OVERHEAD_BYTES + bytes;
    if (this.#left >= 0) return true;
    this.#asker.reply(N.ERR_TOOMANYMATCHES, this.#command);
    return false;
  }
}
