/**
 * One raw IRC client of the load generator. It builds no strings while load runs: it counts line ends, so that the
 * generator is much cheaper than the server it measures. Used by `generator.ts`.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameWire, LineWire, type Wire } from './wires.ts';

/** One buffer for all clients: the bytes are looked at and forgotten within the read callback. */
const READ_BUFFER = Buffer.allocUnsafeSlow(262_144);

/** Looks at what was read. Returns nothing; it must not keep the bytes. */
export type ByteHandler = (bytes: Buffer, length: number) => void;

/** Where a server is, where it is not on loopback or wants TLS. */
export interface Place {
  readonly host: string;
  /** Whether its certificate has to be one that this machine trusts; no TLS where absent. */
  readonly tls?: 'verified' | 'any';
  /** The name that its certificate is for, where `host` is an address that was looked up. */
  readonly servername?: string;
}

/** How TLS is begun with it. */
export const tlsOptions = ({ host, tls, servername = host }: Place) => ({
  rejectUnauthorized: tls === 'verified',
  ...(isIP(servername) === 0 ? { servername } : {}),
});

const LOOPBACK: Place = { host: '127.0.0.1' };

export class LoadClient {
  readonly nick: string;
  readonly wire: Wire;
  /** What happens with each read; replaced when load starts. */
  onBytes: ByteHandler = () => {};
  onLost: (why: string) => void = () => {};
  /** Called when the server has said 001. */
  onWelcome: (() => void) | null = null;
  readonly #socket: Socket;
  #text = '';

  constructor(port: number, nick: string, webSocket = false, place: Place = LOOPBACK) {
    const { host, tls } = place;
    this.nick = nick;
    this.wire = webSocket ? new FrameWire(`${host}:${port}`) : new LineWire();
    const options = {
      host,
      port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length: number, bytes: Uint8Array) => {
          this.onBytes(bytes as Buffer, length);
          return true;
        },
      },
    };
    this.#socket = tls === undefined ? connect(options) : connectTls({ ...options, ...tlsOptions(place) });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.onLost(error.message));
    this.#socket.on('close', () => this.onLost('closed by the server'));
  }

  /** Sends bytes as they are. */
  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends a line. */
  say(line: string): void {
    this.send(this.wire.encode(line));
  }

  /** Registers, with capabilities if some are given, and resolves at the end of the MOTD (376 or 422). */
  async register(capabilities?: string): Promise<void> {
    const { opening } = this.wire;
    if (opening !== null) {
      this.send(opening.bytes);
      await this.#waitFor(opening.answer, (bytes, length) => this.#openingText(bytes, length));
    }
    if (capabilities !== undefined) {
      this.say(`CAP REQ :${capabilities}`);
      this.say('CAP END');
    }
    this.say(`NICK ${this.nick}`);
    this.say(`USER ${this.nick} 0 * :load`);
    await this.#waitFor(/ (376|422) /);
  }

  /** Joins and resolves when the member list has ended (366). */
  join(channel: string): Promise<void> {
    this.say(`JOIN ${channel}`);
    return this.#waitFor(/ 366 /);
  }

  close(): void {
    this.onLost = () => {};
    this.#socket.destroy();
  }

  /** The answer of a server to the opening; lines may follow it at once. */
  #openingText(bytes: Buffer, length: number): string {
    const text = bytes.toString('latin1', 0, length);
    const end = text.indexOf('\r\n\r\n') + 4;
    if (end < 4 || end === length) return text;
    return text.slice(0, end) + this.wire.text(bytes.subarray(end, length), length - end);
  }

  #welcomed(): void {
    this.onWelcome?.();
    this.onWelcome = null;
  }

  #waitFor(
    pattern: RegExp,
    textOf = (bytes: Buffer, length: number) => this.wire.text(bytes, length),
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onLost = (why) => reject(new Error(`${this.nick}: ${why}; the server said: ${this.#text}`));
      this.onBytes = (bytes, length) => {
        this.#text += textOf(bytes, length);
        const cookie = /^PING (.*)\r?$/m.exec(this.#text);
        if (cookie !== null) this.say(`PONG ${cookie[1]}`);
        const end = this.#text.lastIndexOf('\n') + 1;
        const complete = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        if (this.onWelcome !== null && complete.includes(' 001 ')) this.#welcomed();
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
