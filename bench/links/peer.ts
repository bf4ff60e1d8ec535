/** A server that exists in the benchmark only: it links, tells what it knows, and waits for the acknowledgement. */
import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Place, tlsOptions } from '../ircd/load-client.ts';
import { type BenchServer, PEER } from './crowd.ts';

/** What both sides say as password. */
export const LINK_PASSWORD = 'linkpw';
/** Characters that are waited for, at most. */
const LONGEST_WANTED = 64;
/** A server that does not answer ends the benchmark. */
const PATIENCE_MS = 60_000;

/** One connection as a server. */
export class BenchPeer {
  /** Called with what the other says while nothing is waited for; pieces of lines. */
  onText: (text: string) => void = () => {};
  readonly #socket: Socket;
  readonly #server: BenchServer;
  readonly #password: string;
  #text = '';
  #wanted: RegExp | null = null;
  #found: () => void = () => {};

  private constructor(socket: Socket, server: BenchServer, password = LINK_PASSWORD) {
    this.#password = password;
    this.#socket = socket;
    this.#server = server;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      if (this.#wanted === null) this.onText(text);
      this.#text += text;
      this.#look();
    });
  }

  /** Introduces itself and resolves when the other has told all it knows. */
  static link(
    port: number,
    server = PEER,
    { place = { host: '127.0.0.1' }, password }: { place?: Place; password?: string } = {},
  ): Promise<BenchPeer> {
    const { host, tls } = place;
    const socket = tls === undefined ? connect(port, host) : connectTls({ port, host, ...tlsOptions(place) });
    return BenchPeer.#introduced(new BenchPeer(socket, server, password));
  }

  /** The same with whoever calls next. */
  static async called(listener: Server): Promise<BenchPeer> {
    const [socket] = (await once(listener, 'connection')) as [Socket];
    return BenchPeer.#introduced(new BenchPeer(socket, PEER));
  }

  static async #introduced(peer: BenchPeer): Promise<BenchPeer> {
    const server = peer.#server;
    const now = Math.floor(Date.now() / 1000);
    peer.#socket.write(
      `PASS :${peer.#password}\r\n` +
        `SERVER ${server.name} 1 ${now - 60} ${now} J10 ${server.numeric}]]] +h6 :Only in the benchmark\r\n`,
    );
    await peer.#hears(/ EB ?\r?$/m);
    return peer;
  }

  /** Tells what it knows. Resolves with the milliseconds from then until the other has acknowledged it. */
  async burst(lines: Buffer): Promise<number> {
    const begun = performance.now();
    this.#socket.write(lines);
    await this.#hears(/ EA ?\r?$/m);
    return performance.now() - begun;
  }

  /** Says a line. */
  say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  /** Ends the link. */
  async leave(reason: string): Promise<void> {
    const { name, numeric } = this.#server;
    this.#socket.end(`${numeric} SQ ${name} 0 :${reason}\r\n`);
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  close(): void {
    this.#socket.destroy();
  }

  #look(): void {
    if (this.#wanted === null) {
      this.#text = this.#text.slice(-LONGEST_WANTED);
      return;
    }
    if (this.#text.search(this.#wanted) < 0) {
      // The beginning of what is wanted may have come. All of a burst would be looked through once more with every piece.
      this.#text = this.#text.slice(-LONGEST_WANTED);
      return;
    }
    this.#wanted = null;
    this.#found();
  }

  async #hears(wanted: RegExp): Promise<void> {
    await new Promise<void>((found, failed) => {
      const late = setTimeout(() => failed(new Error(`no ${wanted.source}: ${this.#text}`)), PATIENCE_MS);
      const ended = () => failed(new Error(`the link ended: ${this.#text}`));
      this.#socket.once('close', ended);
      this.#found = () => {
        clearTimeout(late);
        this.#socket.off('close', ended);
        found();
      };
      this.#wanted = wanted;
      this.#look();
    });
    this.#text = '';
  }
}
