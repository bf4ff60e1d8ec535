/** An IRC client of a test: keeps what it read, and can be asked whether a line has come. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, vi } from 'vitest';

export class IrcClient {
  readonly socket: Socket;
  text = '';
  /** Called with each line before it is kept. */
  onLine: (line: string) => void = () => {};
  closed = false;
  #rest = '';

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('data', (bytes) => {
      const lines = (this.#rest + bytes.toString()).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        this.onLine(line);
        this.text += `${line}\n`;
      }
    });
  }

  /** Connects and registers. */
  static async join(port: number, nick: string): Promise<IrcClient> {
    const client = new IrcClient(port);
    await once(client.socket, 'connect');
    client.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    await client.until(' 422 ');
    return client;
  }

  send(...lines: readonly string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n`);
  }

  /** Resolves when what it read contains `text`. */
  async until(text: string): Promise<void> {
    await vi.waitFor(() => expect(this.text).toContain(text), { interval: 5 });
  }
}
