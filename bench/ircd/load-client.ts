/**
 * One raw IRC client of the load generator. It builds no strings while load runs: it counts line ends, so that the
 * generator is much cheaper than the server it measures. Used by `generator.ts`.
 */
import { connect, type Socket } from 'node:net';

const LF = 10;

/** One buffer for all clients: the bytes are looked at and forgotten within the read callback. */
const READ_BUFFER = Buffer.allocUnsafeSlow(262_144);

/** Looks at what was read. Returns nothing; it must not keep the bytes. */
export type ByteHandler = (bytes: Buffer, length: number) => void;

/** How many lines end in the first `length` bytes. */
export function countLines(bytes: Uint8Array, length: number): number {
  let lines = 0;
  for (let i = 0; i < length; i++) if (bytes[i] === LF) lines++;
  return lines;
}

export class LoadClient {
  readonly nick: string;
  /** What happens with each read; replaced when load starts. */
  onBytes: ByteHandler = () => {};
  onLost: (why: string) => void = () => {};
  readonly #socket: Socket;
  #text = '';

  constructor(port: number, nick: string) {
    this.nick = nick;
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length: number, bytes: Uint8Array) => {
          this.onBytes(bytes as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.onLost(error.message));
    this.#socket.on('close', () => this.onLost('closed by the server'));
  }

  send(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** Registers, with capabilities if some are given, and resolves at the end of the MOTD (376 or 422). */
  register(capabilities?: string): Promise<void> {
    if (capabilities !== undefined) this.send(`CAP REQ :${capabilities}\r\nCAP END\r\n`);
    this.send(`NICK ${this.nick}\r\nUSER ${this.nick} 0 * :load\r\n`);
    return this.#waitFor(/ (376|422) /);
  }

  /** Joins and resolves when the member list has ended (366). */
  join(channel: string): Promise<void> {
    this.send(`JOIN ${channel}\r\n`);
    return this.#waitFor(/ 366 /);
  }

  close(): void {
    this.onLost = () => {};
    this.#socket.destroy();
  }

  #waitFor(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onLost = (why) => reject(new Error(`${this.nick}: ${why}; the server said: ${this.#text}`));
      this.onBytes = (bytes, length) => {
        this.#text += bytes.toString('latin1', 0, length);
        const cookie = /^PING (.*)\r?$/m.exec(this.#text);
        if (cookie !== null) this.send(`PONG ${cookie[1]}\r\n`);
        const end = this.#text.lastIndexOf('\n') + 1;
        const complete = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        if (!pattern.test(complete)) {
          if (/^ERROR /m.test(complete)) reject(new Error(`${this.nick}: ${complete.trim()}`));
          return;
        }
        this.#text = '';
        this.onBytes = () => {};
        this.onLost = () => {};
        resolve();
      };
    });
  }
}
