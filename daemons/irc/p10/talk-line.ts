/**
 * Messages of any length from one server to another: `XQ target sb+ :piece` for all pieces but the last, `XQ target sb :piece` for
 * that, and `XR` the other way. A link keeps the order of its lines, so pieces need no numbers. Pure; called by the IRC server, which
 * asks, and by services, which answer.
 */
import { writeLine } from './line.ts';
import { bytesOf, textOf } from './text.ts';

/** `XQ` asks, `XR` answers. */
export type TalkToken = 'XQ' | 'XR';

/** The word of a last piece. */
const LAST = 'sb';
/** The word of a piece that another follows. */
const MORE = 'sb+';

/** Bytes of a piece: what is left of a line behind numerics and words, with room for longer forms of them. */
const PIECE_BYTES = 440;

/**
 * Writes a message without NUL, CR and LF in it.
 * @param source numeric of the server that says it.
 * @param target numeric of the one that it is for.
 */
export function writeTalk(source: string, token: TalkToken, target: string, message: string): string[] {
  const bytes = bytesOf(message);
  const lines: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) {
    const isLast = at + PIECE_BYTES >= bytes.length;
    lines.push(writeLine(source, token, [target, isLast ? LAST : MORE], bytes.slice(at, at + PIECE_BYTES)));
  }
  return lines;
}

/** Puts the pieces of one server together. */
export class TalkReader {
  readonly #mostBytes: number;
  #bytes = '';
  /** A message was too long: what still comes of it is passed over. */
  #lost = false;

  /** @param mostBytes of a message; longer ones are dropped. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Takes the parameters of a line behind the target.
   * @returns the message that is complete by it; null where none is, or the words are not of this form.
   */
  take(word: string, piece: string): string | null {
    if (word !== LAST && word !== MORE) return null;
    if (this.#bytes.length + piece.length > this.#mostBytes) {
      this.#lost = true;
      this.#bytes = '';
    }
    if (!this.#lost) this.#bytes += piece;
    if (word === MORE) return null;
    const message = this.#lost ? null : textOf(this.#bytes);
    this.#bytes = '';
    this.#lost = false;
    return message;
  }
}
