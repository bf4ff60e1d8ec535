/** A client of the relay for the specs: length-prefixed frames over a plain socket. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';

/** Bytes of the big-endian length before each payload. */
const LENGTH_BYTES = 4;

export class RelayClient {
  /** Payloads received, oldest first, as text. */
  readonly received: string[] = [];
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #open = true;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('close', () => {
      this.#open = false;
    });
    // The close that follows is what specs look at.
    socket.on('error', () => {});
  }

  static async connect(server: TcpListenerInfo): Promise<RelayClient> {
    const socket = connect(server.port, server.host);
    const client = new RelayClient(socket);
    await once(socket, 'connect');
    return client;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  send(text: string): void {
    const payload = Buffer.from(text);
    const frame = Buffer.alloc(LENGTH_BYTES + payload.length);
    frame.writeUInt32BE(payload.length, 0);
    payload.copy(frame, LENGTH_BYTES);
    this.#socket.write(frame);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#rest.readUInt32BE(0);
      if (this.#rest.length < end) return;
      this.received.push(this.#rest.toString('utf8', LENGTH_BYTES, end));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
