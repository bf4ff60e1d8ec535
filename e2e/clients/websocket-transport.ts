/** How irc-framework comes to a server over WebSocket: its own way has no say about certificates. Used by irc-client.ts. */
import { EventEmitter } from 'node:events';
import type { ConnectOptions } from 'irc-framework';
import { WebSocket } from 'ws';

export class WebSocketTransport extends EventEmitter {
  readonly #options: ConnectOptions;
  #socket: WebSocket | null = null;

  constructor(options: ConnectOptions) {
    super();
    this.#options = options;
  }

  isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect(): void {
    const { host, port, tls = false, rejectUnauthorized = true } = this.#options;
    const url = `${tls ? 'wss' : 'ws'}://${host}:${port}/`;
    const socket = new WebSocket(url, ['text.ircv3.net'], { rejectUnauthorized });
    this.#socket = socket;
    let failure: Error | false = false;
    socket.on('open', () => this.emit('open'));
    socket.on('message', (line) => this.emit('line', String(line)));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => this.emit('close', failure));
  }

  writeLine(line: string, written?: () => void): void {
    this.#socket?.send(line, written);
  }

  /** The library wants no more events of it. */
  disposeSocket(): void {
    this.close();
    this.#socket = null;
  }

  close(): void {
    this.#socket?.close();
  }

  setEncoding(): void {}
}
