/** An IRC client of the hostile benchmark: from an address of its own, and willing not to read. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** One connection. It counts what it reads and keeps only the line that is not finished. */
export class LineClient {
  readonly socket: Socket;
  /** Called with every line, without its end. */
  onLine: (line: string) => void = () => {};
  /** Why the connection ended; null while it has not. */
  lost: string | null = null;
  bytesIn = 0;
  #rest = '';
  #lastError = '';
  readonly #closed: Promise<string>;

  constructor(port: number, address: string, secure = false) {
    const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true });
    this.socket = secure ? connectTls({ socket, rejectUnauthorized: false }) : socket;
    this.socket.on('data', (bytes) => this.#read(bytes));
    this.socket.on('error', (error) => {
      this.#lastError = error.message;
    });
    this.#closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.lost ??= this.#lastError || 'closed by the server';
        resolve(this.lost);
      });
    });
  }

  /** Resolves with why the connection ended. */
  get closed(): Promise<string> {
    return this.#closed;
  }

  send(...lines: readonly string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n`);
  }

  /** Resolves with the first line that contains `text`. Rejects when the connection ends first. */
  waitFor(text: string): Promise<string> {
    const before = this.onLine;
    return new Promise((resolve, reject) => {
      this.onLine = (line) => {
        before(line);
        if (!line.includes(text)) return;
        this.onLine = before;
        resolve(line);
      };
      void this.#closed.then((why) => reject(new Error(`${why}, waiting for ${text}`)));
    });
  }

  /** Registers and resolves at the end of the greeting. */
  async register(nick: string, username = nick.slice(0, 10), realname = 'hostile'): Promise<void> {
    this.send(`NICK ${nick}`, `USER ${username} 0 * :${realname}`);
    await this.waitFor(' 422 ');
  }

  close(): void {
    this.socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.bytesIn += bytes.length;
    const lines = (this.#rest + bytes.toString('latin1')).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }
}
