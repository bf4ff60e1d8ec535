/**
 * The socket of an uplink: its bytes become lines, and what is sent in a turn leaves in one write. A turn of the loop takes lines for
 * a bounded time; nothing more is read until they are worked off.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { lineRoom } from '../../irc/p10/line.ts';
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { limits as shared } from '../../runtime/limits.ts';
import { startReading, stopReading } from '../../runtime/net/read-stop.ts';
import { limits } from '../limits.ts';
import type { Uplink, UplinkTransport } from './uplink.ts';

/** Lines between two looks at the clock. */
const LINES_PER_LOOK = 32;

export class UplinkSocket implements UplinkTransport {
  readonly place: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #uplink: Uplink | null = null;
  /** The beginning of a line whose end has not come. */
  #rest = '';
  #lines: string[] = [];
  #next = 0;
  #out: string[] = [];
  #outBytes = 0;
  #flushing = false;
  #closing = false;
  #problem = 'the connection was closed';
  #closeTimer: Timer | null = null;
  readonly #flush = () => this.#write();
  readonly #goOn = () => this.#work();

  constructor(socket: Socket, place: string, clock: Clock) {
    this.#socket = socket;
    this.place = place;
    this.#clock = clock;
  }

  /** Reads for an uplink from here on. */
  start(uplink: Uplink): void {
    const socket = this.#socket;
    this.#uplink = uplink;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#problem = `the connection broke: ${error.code ?? error.message}`;
    });
    socket.on('close', () => this.#onClosed());
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () => socket.end());
    startReading(socket);
  }

  send(line: string): void {
    if (this.#closing) return;
    this.#out.push(line);
    this.#outBytes += line.length + 2;
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(this.#flush);
    }
  }

  close(): void {
    if (this.#closing) return;
    this.#write();
    this.#closing = true;
    this.#lines = [];
    this.#next = 0;
    this.#socket.end();
    // What still comes is discarded: closing with unread input would reset the connection and lose what was said last.
    startReading(this.#socket);
    this.#closeTimer = this.#clock.after(shared.closeFlushMs.default, () => this.#socket.destroy());
  }

  #write(): void {
    this.#flushing = false;
    if (this.#closing || this.#out.length === 0) return;
    if (this.#outBytes + this.#socket.writableLength > limits.sendQueueBytes.default) {
      this.#out = [];
      this.#uplink?.gone('the peer does not read');
      this.#socket.destroy();
      return;
    }
    const text = `${this.#out.join('\r\n')}\r\n`;
    this.#out = [];
    this.#outBytes = 0;
    if (!this.#socket.destroyed) this.#socket.write(text, 'latin1');
  }

  #onData(bytes: Buffer): void {
    loopTurn.enter();
    if (this.#closing) return;
    const pieces = (this.#rest + bytes.toString('latin1')).split('\n');
    this.#rest = pieces.pop()!;
    // The one that is too long is found in its turn, behind those that came before it.
    if (this.#rest.length > lineRoom(this.#rest) + 1) pieces.push(this.#rest);
    if (this.#lines.length > 0) {
      for (const piece of pieces) this.#lines.push(piece);
      return;
    }
    this.#lines = pieces;
    this.#work();
  }

  #work(): void {
    loopTurn.enter();
    const until = this.#clock.monotonic() + limits.turnMs.default;
    const lines = this.#lines;
    while (this.#next < this.#lines.length) {
      const line = lines[this.#next++]!;
      const text = line.charCodeAt(line.length - 1) === 0x0d ? line.slice(0, -1) : line;
      if (text.length > lineRoom(text)) this.#uplink!.fail('a line is too long');
      else if (text !== '') this.#uplink!.take(text);
      if (this.#next % LINES_PER_LOOK === 0 && this.#clock.monotonic() > until) break;
    }
    if (this.#next < this.#lines.length) {
      stopReading(this.#socket);
      setImmediate(this.#goOn);
      return;
    }
    this.#lines = [];
    this.#next = 0;
    if (!this.#closing) startReading(this.#socket);
  }

  #onClosed(): void {
    this.#closeTimer?.cancel();
    // What came before the end is heard first.
    while (this.#next < this.#lines.length && !this.#closing) this.#work();
    this.#closing = true;
    this.#uplink?.gone(this.#problem);
  }
}
