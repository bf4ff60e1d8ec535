/**
 * A connection to another server: its bytes become lines that wait for their turn, and what is sent in a turn leaves in one
 * write. Made by link-desk.ts for whoever calls and whoever is called; the protocol is in link.ts.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { lineRoom } from '../../irc/p10/line.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import type { StepResult, WorkJob, WorkTurns } from '../../runtime/async/work-turns.ts';
import { limits as shared } from '../../runtime/limits.ts';
import { plainAddress } from '../../runtime/net/ip-address.ts';
import { startReading, stopReading } from '../../runtime/net/read-stop.ts';
import { limits } from '../limits.ts';
import type { Link, LinkTransport } from './link.ts';

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);

/** What a connection is made of. */
export interface LinkSocketOptions {
  readonly work: WorkTurns;
  readonly clock: Clock;
  /** SHA-256 of the certificate of the other end in lower-case hex, null for none; absent without TLS. */
  readonly fingerprint?: string | null | undefined;
  /** See {@link LinkTransport.blockFor}. */
  readonly blockFor?: LinkTransport['blockFor'];
  /** The socket is closed. */
  readonly onClose: (socket: LinkSocket) => void;
}

/** The socket of one link. */
export class LinkSocket implements LinkTransport, WorkJob {
  readonly work = new WorkAccount(new WorkGroup());
  readonly address: string;
  readonly tls: boolean;
  readonly fingerprint: string | null;
  readonly blockFor: LinkTransport['blockFor'];
  readonly #socket: Socket;
  readonly #options: LinkSocketOptions;
  #link: Link | null = null;
  /** What came: from `#next` on lines that are still to be done, and the beginning of one whose end has not come. */
  #bytes: Buffer = NOTHING;
  #next = 0;
  /** Whether lines wait for their turn; nothing is read until there are none. */
  #waits = false;
  /** What this turn sends. */
  #out: string[] = [];
  #outBytes = 0;
  #flushing = false;
  #overflowed = false;
  #closing = false;
  #closeTimer: Timer | null = null;
  #problem = 'Connection closed';
  readonly #flush = () => this.#write();

  constructor(socket: Socket, options: LinkSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.address = plainAddress(socket.remoteAddress ?? '');
    this.tls = options.fingerprint !== undefined;
    this.fingerprint = options.fingerprint ?? null;
    this.blockFor = options.blockFor;
    this.work.connection = `link ${this.address}`;
    // A burst is tens of thousands of lines.
    this.work.patient = true;
  }

  /** Reads for a link from here on. */
  start(link: Link): void {
    const socket = this.#socket;
    this.#link = link;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#problem = `Read error: ${error.code ?? error.message}`;
    });
    socket.on('close', () => this.#onClosed(link));
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () =>
      this.#whenHeard(() => {
        link.gone(this.#problem);
        this.close();
      }),
    );
  }

  /** Bytes that the other end has not taken. */
  get sendQueueBytes(): number {
    return this.#outBytes + this.#socket.writableLength;
  }

  send(line: string): void {
    if (this.#overflowed || this.#closing) return;
    this.#out.push(line);
    this.#outBytes += line.length + 2;
    // The link ends behind this turn: somebody is in the middle of telling every link something.
    this.#overflowed = this.sendQueueBytes > limits.linkSendQueueBytes.default;
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(this.#flush);
    }
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#bytes = NOTHING;
    this.#write();
    this.#socket.end();
    // What still comes is discarded: closing with unread input would reset the connection and lose what was said last.
    startReading(this.#socket);
    this.#closeTimer = this.#options.clock.after(shared.closeFlushMs.default, () => this.#socket.destroy());
  }

  /** Ends it without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  #write(): void {
    this.#flushing = false;
    if (this.#overflowed && !this.#closing) {
      this.#closing = true;
      this.#link?.gone('SendQ exceeded');
      this.#socket.destroy();
      return;
    }
    if (this.#out.length === 0) return;
    const text = `${this.#out.join('\r\n')}\r\n`;
    this.#out = [];
    this.#outBytes = 0;
    if (!this.#socket.destroyed) this.#socket.write(text, 'latin1');
  }

  #onData(bytes: Buffer): void {
    if (this.#closing) return;
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes.subarray(this.#next), bytes]);
    this.#next = 0;
    if (this.#waits) return;
    this.#waits = true;
    this.#options.work.run(this.work, this);
    if (this.#waits) stopReading(this.#socket);
  }

  /** Works off lines as far as the slice goes; called by the turns of the process. */
  step(): StepResult {
    const { work } = this.#options;
    for (let end = this.#lineEnd(); end >= 0; ) {
      this.#take(end);
      end = this.#lineEnd();
      if (end >= 0 && !work.mayGoOn(this.work)) return 'later';
    }
    this.#waits = false;
    // A copy of what is left of a line, so that the whole of what came is not kept for it.
    this.#bytes = this.#next < this.#bytes.length ? Buffer.from(this.#bytes.subarray(this.#next)) : NOTHING;
    this.#next = 0;
    if (!this.#closing) startReading(this.#socket);
    return 'done';
  }

  /** Where the line that is next ends, also of one that is too long to wait for its end; -1 where it has not come. */
  #lineEnd(): number {
    const bytes = this.#bytes;
    const end = bytes.indexOf(LF, this.#next);
    if (end >= 0) return end;
    const begun = bytes.length - this.#next;
    return begun > MAX_LINE_BYTES + 1 && begun > lineRoom(this.#line(bytes.length)) + 1 ? bytes.length : -1;
  }

  #take(end: number): void {
    const line = this.#line(end > this.#next && this.#bytes[end - 1] === CR ? end - 1 : end);
    this.#next = end + 1;
    const most = lineRoom(line);
    if (line.length > most) this.#link?.fail(`a line is longer than ${most} bytes`);
    else if (line !== '') this.#link?.take(line);
  }

  /**
   * The line that is next, by itself: a part of a larger string would keep all of that for as long as somebody is known by a word of
   * it.
   */
  #line(end: number): string {
    return this.#bytes.toString('latin1', this.#next, end);
  }

  #onClosed(link: Link): void {
    this.#closeTimer?.cancel();
    this.#closing = true;
    this.#whenHeard(() => link.gone(this.#problem));
    this.#options.onClose(this);
  }

  /** Does something about the end of the connection, behind what came before it. */
  #whenHeard(deed: () => void): void {
    this.#options.work.run(this.work, {
      step: () => {
        if (this.#waits) return 'later';
        deed();
        return 'done';
      },
    });
  }
}
