/**
 * A connection to another server: its bytes become lines that wait for their turn, and what is sent in a turn leaves in one
 * write. Made by link-desk.ts for whoever calls and whoever is called; the protocol is in link.ts.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../../kit/clock.ts';
import { LINE_ROOM, lineRoom } from '../../irc/p10/line.ts';
import type { FlushReason } from '../../runtime/async/flush-hold.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import type { StepResult, WorkJob, WorkTurns } from '../../runtime/async/work-turns.ts';
import { plainAddress } from '../../runtime/net/ip-address.ts';
import { LineBytes } from '../../runtime/net/line-bytes.ts';
import { LineWriter } from '../../runtime/net/line-writer.ts';
import { startReading, stopReading } from '../../runtime/net/read-stop.ts';
import { limits } from '../limits.ts';
import type { Link, LinkTransport } from './link.ts';

/** What a connection is made of. */
export interface LinkSocketOptions {
  readonly work: WorkTurns;
  readonly clock: Clock;
  /** SHA-256 of the certificate of the other end in lower-case hex, null for none; absent without TLS. */
  readonly fingerprint?: string | null | undefined;
  /** See {@link LinkTransport.blockFor}. */
  readonly blockFor?: LinkTransport['blockFor'];
  /** Lines were written, for that reason. */
  readonly onWritten?: (reason: FlushReason) => void;
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
  readonly #writer: LineWriter;
  readonly #lines = new LineBytes(LINE_ROOM);
  #link: Link | null = null;
  /** Whether lines wait for their turn; nothing is read until there are none. */
  #waits = false;
  #problem = 'Connection closed';

  constructor(socket: Socket, options: LinkSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#writer = new LineWriter(socket, {
      clock: options.clock,
      mostBytes: limits.linkSendQueueBytes.default,
      onOverflow: () => this.#link?.gone('SendQ exceeded'),
      ...(options.onWritten === undefined ? {} : { onWritten: options.onWritten }),
    });
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
    return this.#writer.queuedBytes;
  }

  get batchMs(): number {
    return this.#writer.batchMs;
  }

  set batchMs(ms: number) {
    this.#writer.batchMs = ms;
  }

  send(line: string): void {
    this.#writer.send(line);
  }

  close(): void {
    if (this.#writer.ended) return;
    this.#lines.clear();
    this.#writer.end();
  }

  /** Ends it without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#writer.ended) return;
    this.#lines.push(bytes);
    if (this.#waits) return;
    this.#waits = true;
    this.#options.work.run(this.work, this);
    if (this.#waits) stopReading(this.#socket);
  }

  /** Works off lines as far as the slice goes; called by the turns of the process. */
  step(): StepResult {
    const { work } = this.#options;
    const lines = this.#lines;
    while (lines.ready) {
      this.#take(lines.take());
      if (lines.ready && !work.mayGoOn(this.work)) return 'later';
    }
    this.#waits = false;
    lines.compact();
    if (!this.#writer.ended) startReading(this.#socket);
    return 'done';
  }

  #take(line: string): void {
    const most = lineRoom(line);
    if (line.length > most) this.#link?.fail(`a line is longer than ${most} bytes`);
    else if (line !== '') this.#link?.take(line);
  }

  #onClosed(link: Link): void {
    this.#writer.closed();
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
