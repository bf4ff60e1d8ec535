/**
 * A connection as Node's HTTP server sees it: what comes in is handed on in small pieces, in the order of the rounds.
 * Left alone Node would read and parse up to two megabytes of one connection before anything else had its turn. Nothing
 * is read from a connection that waits. Made by startHttpServer for each socket that it accepts.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { networkKey, plainAddress } from '../../daemons/runtime/net/ip-address.ts';
import { startReading, stopReading } from '../../daemons/runtime/net/read-stop.ts';
import type { Requesters, RequestRounds, Waiting } from './request-rounds.ts';

const NOTHING = Buffer.alloc(0);

/** One accepted connection. Implements what Node's HTTP server uses of a `net.Socket`. */
export class PacedSocket extends Duplex implements Waiting {
  fresh = true;
  readonly #raw: Socket;
  readonly #rounds: RequestRounds;
  readonly #network: string;
  readonly #stranger: Requesters;
  #requesters: Requesters;
  /** Read and not handed on. */
  #held: Buffer = NOTHING;
  /** Whether the HTTP server takes another piece. */
  #wanted = false;
  #stopped = false;
  #refused: NodeJS.Timeout | null = null;

  constructor(raw: Socket, rounds: RequestRounds) {
    super({ allowHalfOpen: true, readableHighWaterMark: rounds.pieceBytes });
    this.#raw = raw;
    this.#rounds = rounds;
    this.#network = networkKey(plainAddress(raw.remoteAddress ?? ''));
    this.#stranger = rounds.enter(this.#network);
    this.#requesters = this.#stranger;
    raw.on('data', this.#onData);
    raw.on('end', this.#onEnd);
    raw.on('error', this.#onError);
    raw.on('timeout', this.#onTimeout);
    raw.once('close', () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.#raw.remoteAddress;
  }

  /** Whether the last request came from somebody who is logged in: such a connection waits for no stranger. */
  known(known: boolean): void {
    const requesters = known ? this.#rounds.operators : this.#stranger;
    if (requesters === this.#requesters) return;
    this.#requesters.remove(this);
    this.#requesters = requesters;
    this.#continue();
  }

  /**
   * Gives the socket out of hand, which is not read then; its end still ends this.
   * @returns what was read of it and not handed on
   */
  release(): { readonly socket: Socket; readonly rest: Buffer } {
    const raw = this.#raw;
    stopReading(raw);
    raw.off('data', this.#onData);
    raw.off('end', this.#onEnd);
    raw.off('error', this.#onError);
    raw.off('timeout', this.#onTimeout);
    this.#requesters.remove(this);
    const buffered: Buffer | null = this.read();
    const rest = buffered === null ? this.#held : Buffer.concat([buffered, this.#held]);
    this.#held = NOTHING;
    return { socket: raw, rest };
  }

  /** Nothing more is read of it; it is closed after `ms`. */
  refuse(ms: number): void {
    if (this.#refused !== null) return;
    this.#refused = setTimeout(() => this.destroy(), ms).unref();
    this.#held = NOTHING;
    this.#stopped = true;
    stopReading(this.#raw);
  }

  letThrough(): boolean {
    if (this.destroyed || !this.#wanted || this.#held.length === 0) return false;
    const piece = this.#held.subarray(0, this.#rounds.pieceBytes);
    this.#held = this.#held.subarray(piece.length);
    this.#handOn(piece);
    if (this.destroyed || this.#refused !== null) return false;
    if (this.#held.length > 0) return this.#wanted;
    this.#readOn();
    return false;
  }

  setTimeout(ms: number, callback?: () => void): this {
    if (callback !== undefined) this.once('timeout', callback);
    this.#raw.setTimeout(ms);
    return this;
  }

  /** Ends once everything that was written has gone. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _read(): void {
    this.#wanted = true;
    this.#continue();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#raw.write(chunk, encoding, done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#raw.cork();
    chunks.forEach(({ chunk, encoding }, index) => {
      this.#raw.write(chunk, encoding, index === chunks.length - 1 ? done : undefined);
    });
    this.#raw.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#raw.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#refused !== null) clearTimeout(this.#refused);
    this.#held = NOTHING;
    this.#requesters.remove(this);
    this.#rounds.leave(this.#network);
    this.#raw.destroy();
    done(error);
  }

  readonly #onData = (bytes: Buffer): void => {
    const { pieceBytes } = this.#rounds;
    const requesters = this.#requesters;
    if (this.#wanted && bytes.length <= pieceBytes && this.#rounds.mayGo(requesters)) {
      this.#rounds.run(requesters, () => this.#handOn(bytes));
      return;
    }
    this.#stopped = true;
    stopReading(this.#raw);
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#continue();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };

  readonly #onError = (error: Error): void => {
    this.destroy(error);
  };

  readonly #onTimeout = (): void => {
    this.emit('timeout');
  };

  /** Asks for a turn where there is something to hand on, else reads. */
  #continue(): void {
    if (this.destroyed || !this.#wanted || this.#refused !== null) return;
    if (this.#held.length > 0) this.#rounds.wait(this.#requesters, this);
    else this.#readOn();
  }

  #readOn(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    startReading(this.#raw);
  }

  #handOn(piece: Buffer): void {
    this.fresh = false;
    this.#wanted = false;
    this.push(piece);
  }
}
