/**
 * The outgoing half of a connection that speaks in lines: what is said in one turn of the loop leaves in one write, and what the next
 * ones say as well while they keep coming; the other end may fall behind so far and no further, and an end lets it read the last words.
 * Used by the links of P10.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { FlushHold, type FlushReason } from '../async/flush-hold.ts';
import { limits } from '../limits.ts';
import { startReading } from './read-stop.ts';

const LINE_END = '\r\n';

export interface LineWriterOptions {
  readonly clock: Clock;
  /** Bytes that may wait for the other end. */
  readonly mostBytes: number;
  /** It has fallen behind further than that: it is sent nothing more, and the socket is destroyed when this returns. */
  readonly onOverflow: () => void;
  /** Lines were written, for that reason. */
  readonly onWritten?: (reason: FlushReason) => void;
  /** For tests: milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

export class LineWriter {
  readonly #socket: Socket;
  readonly #options: LineWriterOptions;
  /** What this turn sends. */
  #lines: string[] = [];
  #bytes = 0;
  #scheduled = false;
  #overflowed = false;
  #ended = false;
  #closeTimer: Timer | null = null;
  readonly #hold: FlushHold;
  readonly #flush = () => {
    const reason = this.#overflowed || this.#ended ? 'size' : this.#hold.ask(this.#bytes, this.#lines.length);
    if (reason === null) {
      setImmediate(this.#flush);
      return;
    }
    if (this.#lines.length > 0) this.#options.onWritten?.(reason);
    this.#write();
  };
  /** Longest that a line waits for further ones while more keep coming, in milliseconds; 0 for the end of the turn. */
  batchMs: number = limits.linkBatchMs.default;

  constructor(socket: Socket, options: LineWriterOptions) {
    this.#socket = socket;
    this.#options = options;
    const { linkBatchBytes: bytes, linkBatchLines: lines, linkBatchMs: busy } = limits;
    this.#hold = new FlushHold(
      { bytes: bytes.default, size: lines.default, busyMs: busy.default },
      options.now,
    );
  }

  /** Whether nothing more is sent. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that the other end has not taken. */
  get queuedBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /** @param line without its end, with one character for each byte. */
  send(line: string): void {
    if (this.#overflowed || this.#ended) return;
    this.#lines.push(line);
    this.#bytes += line.length + LINE_END.length;
    // The connection ends behind this turn: somebody is in the middle of telling many something.
    this.#overflowed = this.queuedBytes > this.#options.mostBytes;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#hold.atMost(this.batchMs);
    setImmediate(this.#flush);
  }

  /** Sends what was said so far, then ends the connection; the other end has some time to read that. Calling it twice is fine. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#write();
    this.#socket.end();
    // What still comes is discarded: closing with unread input would reset the connection and lose what was said last.
    startReading(this.#socket);
    const { clock } = this.#options;
    this.#closeTimer = clock.after(limits.closeFlushMs.default, () => this.#socket.destroy());
  }

  /** The socket is closed. */
  closed(): void {
    this.#ended = true;
    this.#closeTimer?.cancel();
  }

  #write(): void {
    this.#scheduled = false;
    this.#hold.taken();
    this.#hold.written();
    if (this.#overflowed && !this.#ended) {
      this.#ended = true;
      this.#lines = [];
      this.#options.onOverflow();
      this.#socket.destroy();
      return;
    }
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join(LINE_END)}${LINE_END}`;
    this.#lines = [];
    this.#bytes = 0;
    if (!this.#socket.destroyed) this.#socket.write(text, 'latin1');
  }
}
