/**
 * The one line splitter: cuts text or UTF-8 bytes that arrive in pieces into lines, the same lines wherever the pieces are
 * cut, and holds at most one line of bounded length. Lines end with LF or CRLF. The IRC protocol has its own framer.
 */

/** What hears of the lines. */
export interface LineSink {
  /** A line of at most the limit, without its end. */
  line(text: string): void;
  /**
   * A piece of a line that is longer, at most the limit each and in order; what they are one by one does not depend on how
   * the text arrived. `last` where the line has ended.
   */
  overlong(piece: string, last: boolean): void;
}

/** Splits one stream of text. */
export class LineSplitter {
  readonly #maxChars: number;
  readonly #sink: LineSink;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The line that has not ended, or what is left of it. */
  #rest = '';
  /** Whether pieces of it were told already. */
  #overlong = false;
  #closed = false;

  /** @param maxChars the longest line, in UTF-16 units without its end; at least 2 */
  constructor(maxChars: number, sink: LineSink) {
    this.#maxChars = maxChars;
    this.#sink = sink;
  }

  /** Takes the next piece of input, cut anywhere. */
  push(chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (this.#closed) return;
      this.#rest += text.slice(start, end);
      start = end + 1;
      this.#endLine();
    }
    if (this.#closed) return;
    this.#rest += text.slice(start);
    // A CR that ends the line is no part of it; whether this one does is not known yet.
    const spare = this.#rest.endsWith('\r') ? 1 : 0;
    this.#cut(this.#maxChars + spare);
  }

  /** The input has ended: tells a last line that has no end. */
  end(): void {
    if (this.#closed) return;
    this.#rest += this.#decoder.decode();
    if (this.#rest !== '' || this.#overlong) this.#endLine();
  }

  /** Tells nothing any more and forgets what is held. */
  close(): void {
    this.#closed = true;
    this.#rest = '';
  }

  #endLine(): void {
    if (this.#rest.endsWith('\r')) this.#rest = this.#rest.slice(0, -1);
    this.#cut(this.#maxChars);
    if (this.#closed) return;
    const text = this.#rest;
    const overlong = this.#overlong;
    this.#rest = '';
    this.#overlong = false;
    if (overlong) this.#sink.overlong(text, true);
    else this.#sink.line(text);
  }

  /** Tells pieces of a line as long as more than `most` is held of it. */
  #cut(most: number): void {
    while (this.#rest.length > most && !this.#closed) {
      // A surrogate pair stays together.
      const unit = this.#rest.charCodeAt(this.#maxChars - 1);
      const length = unit >= 0xd800 && unit <= 0xdbff ? this.#maxChars - 1 : this.#maxChars;
      const piece = this.#rest.slice(0, length);
      this.#rest = this.#rest.slice(length);
      this.#overlong = true;
      this.#sink.overlong(piece, false);
    }
  }
}
