/** A server that exists in the benchmark only: it links, tells what it knows, and waits for the acknowledgement. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PEER } from './crowd.ts';

/** What both sides say as password. */
export const LINK_PASSWORD = 'linkpw';
/** A server that does not answer ends the benchmark. */
const PATIENCE_MS = 60_000;

/** One connection as a server. */
export class BenchPeer {
  readonly #socket: Socket;
  #text = '';
  #wanted: RegExp | null = null;
  #found: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#look();
    });
  }

  /** Introduces itself and resolves when the other has told all it knows. */
  static async link(port: number): Promise<BenchPeer> {
    const peer = new BenchPeer(connect(port, '127.0.0.1'));
    const now = Math.floor(Date.now() / 1000);
    peer.#socket.write(
      `PASS :${LINK_PASSWORD}\r\n` +
        `SERVER ${PEER.name} 1 ${now - 60} ${now} J10 ${PEER.numeric}]]] +h6 :Only in the benchmark\r\n`,
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

  /** Ends the link. */
  async leave(reason: string): Promise<void> {
    this.#socket.end(`${PEER.numeric} SQ ${PEER.name} 0 :${reason}\r\n`);
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  close(): void {
    this.#socket.destroy();
  }

  #look(): void {
    if (this.#wanted === null) return;
    const at = this.#text.search(this.#wanted);
    if (at < 0) return;
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
