/**
 * One raw IRC client of the load generator. It builds no strings while load runs: it counts line ends, so that the
 * generator is much cheaper than the server it measures. Used by `generator.ts`.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameWire, LineWire, UnreadableFrame, type Wire } from './wires.ts';

/** One buffer for all clients: the bytes are looked at and forgotten within the read callback. */
const READ_BUFFER = Buffer.allocUnsafeSlow(262_144);

/** Characters of an answer to an HTTP request that are read. */
const LONGEST_ANSWER = 8_192;

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
/** Of the benchmarks, for rivals that let no program in. */
const ORIGIN = 'http://bench.example';

/** How a client comes. */
export interface LoadClientOptions {
  /** Over a WebSocket; over TCP where absent. */
  readonly webSocket?: boolean;
  /** The page that it says it comes from then; null for none. */
  readonly origin?: string | null | undefined;
  /** Loopback without TLS where absent. */
  readonly place?: Place | undefined;
  /** Said before anything else; nothing where absent. */
  readonly password?: string | undefined;
}

export class LoadClient {
  readonly nick: string;
  readonly wire: Wire;
  /** What a read is when nobody wants to know: frames have to be followed all the same. */
  readonly passOver: ByteHandler = (bytes, length) => {
    this.wire.read(bytes, length);
  };
  /** What happens with each read; replaced when load starts. */
  onBytes = this.passOver;
  onLost: (why: string) => void = () => {};
  /** Called when the server has said 001. */
  onWelcome: (() => void) | null = null;
  readonly #socket: Socket;
  readonly #password: string | undefined;
  #text = '';

  constructor(
    port: number,
    nick: string,
    { webSocket = false, origin = ORIGIN, place = LOOPBACK, password }: LoadClientOptions = {},
  ) {
    const { host, tls, servername = host } = place;
    this.nick = nick;
    this.#password = password;
    this.wire = webSocket
      ? new FrameWire(`${isIP(servername) === 6 ? `[${servername}]` : servername}:${port}`, origin)
      : new LineWire();
    const options = {
      host,
      port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length: number, bytes: Uint8Array) => {
          this.#take(bytes as Buffer, length);
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

  #take(bytes: Buffer, length: number): void {
    try {
      this.onBytes(bytes, length);
    } catch (error) {
      if (!(error instanceof UnreadableFrame)) throw error;
      this.#socket.destroy();
      this.onLost(error.message);
    }
  }

  /** Registers, with capabilities if some are given, and resolves at the end of the MOTD (376 or 422). */
  async register(capabilities?: string): Promise<void> {
    const { opening } = this.wire;
    if (opening !== null) {
      this.send(opening.bytes);
      await this.#opened(opening.answer);
    }
    if (capabilities !== undefined) {
      this.say(`CAP REQ :${capabilities}`);
      this.say('CAP END');
    }
    if (this.#password !== undefined) this.say(`PASS :${this.#password}`);
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

  /** Waits for the answer of a server to the opening, of which nothing is a line, and keeps what follows it at once. */
  #opened(answer: RegExp): Promise<void> {
    let said = '';
    return new Promise((resolve, reject) => {
      const refused = (why: string) =>
        reject(new Error(`${this.nick}: ${why}; asked for a WebSocket the server said: ${said.trim()}`));
      this.onLost = refused;
      this.onBytes = (bytes, length) => {
        const before = said.length;
        said += bytes.toString('latin1', 0, length);
        const end = said.indexOf('\r\n\r\n') + 4;
        if (end < 4 && said.length < LONGEST_ANSWER) return;
        if (end < 4 || !answer.test(said.slice(0, end))) {
          refused('it takes no WebSocket');
          this.close();
          return;
        }
        this.onBytes = this.passOver;
        this.onLost = () => {};
        const start = end - before;
        this.#text = this.wire.text(bytes.subarray(start, length), length - start);
        resolve();
      };
    });
  }

  #welcomed(): void {
    this.onWelcome?.();
    this.onWelcome = null;
  }

  #waitFor(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onLost = (why) => reject(new Error(`${this.nick}: ${why}; the server said: ${this.#text}`));
      this.onBytes = (bytes, length) => {
        this.#text += this.wire.text(bytes, length);
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
        this.onBytes = this.passOver;
        this.onLost = () => {};
        resolve();
      };
    });
  }
}
