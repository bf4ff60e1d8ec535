/**
 * Puts words (nicks, channel names, tokens) into as many lines as they need: none is cut, none is left out. Used by
 * every reply that carries a list.
 */

/** Words that are gathered for one line; `emit` gets each line that is full, and what is left at the end. */
export class WordLines {
  readonly #roomBytes: number;
  readonly #maxWords: number;
  readonly #emit: (words: string) => void;
  #line = '';
  #bytes = 0;
  #words = 0;
  #emitted = false;

  /** @param roomBytes UTF-8 bytes for the words of one line. A longer word gets a line of its own. */
  constructor(roomBytes: number, emit: (words: string) => void, maxWords = Number.POSITIVE_INFINITY) {
    this.#roomBytes = roomBytes;
    this.#emit = emit;
    this.#maxWords = maxWords;
  }

  /** Adds one word. It is written with the next line that is full, or by {@link end}. */
  add(word: string): void {
    const size = Buffer.byteLength(word);
    if (this.#words > 0 && (this.#bytes + 1 + size > this.#roomBytes || this.#words >= this.#maxWords))
      this.#flush();
    this.#line = this.#words === 0 ? word : `${this.#line} ${word}`;
    this.#bytes += this.#words === 0 ? size : size + 1;
    this.#words++;
  }

  /** Writes what is left. `always`: also an empty line, where there were no words at all. */
  end(always = false): void {
    if (this.#words > 0 || (always && !this.#emitted)) this.#flush();
  }

  #flush(): void {
    const line = this.#line;
    this.#line = '';
    this.#bytes = 0;
    this.#words = 0;
    this.#emitted = true;
    this.#emit(line);
  }
}
