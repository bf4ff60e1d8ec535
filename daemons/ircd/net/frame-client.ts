/** For tests: a client over WebSocket that writes the frames that it is given, good or bad, and tells what comes back. */
import type { Socket } from 'node:net';

/** One frame of the server. */
export interface ServerFrame {
  readonly opcode: number;
  /** What is in it; of a close frame `code reason`. */
  readonly text: string;
}

const CLOSE = 8;

export class FrameClient {
  readonly socket: Socket;
  readonly frames: ServerFrame[] = [];
  /** The header of the answer to the request for a WebSocket, once it is whole. */
  answer = '';
  closed = false;
  #rest = Buffer.alloc(0);

  /**
   * Asks for a WebSocket.
   * @param before what is written before the request
   * @param behind what is written behind it, in the same write
   */
  constructor(socket: Socket, before = '', behind: Buffer | null = null, origin: string | null = null) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    const request = [
      'GET / HTTP/1.1',
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...(origin === null ? [] : [`Origin: ${origin}`]),
    ];
    socket.write(
      Buffer.concat([Buffer.from(`${before}${request.join('\r\n')}\r\n\r\n`), behind ?? Buffer.alloc(0)]),
    );
  }

  /** Whether it may send frames. */
  get open(): boolean {
    return this.answer.startsWith('HTTP/1.1 101 ');
  }

  /** What the server has said goodbye with, as `code reason`; null before. */
  get goodbye(): string | null {
    return this.frames.find(({ opcode }) => opcode === CLOSE)?.text ?? null;
  }

  send(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.answer === '') {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.answer = this.#rest.toString('latin1', 0, end);
      this.#rest = this.#rest.subarray(end + 4);
    }
    if (!this.open) return;
    for (let frame = this.#take(); frame !== null; frame = this.#take()) this.frames.push(frame);
  }

  #take(): ServerFrame | null {
    const rest = this.#rest;
    if (rest.length < 2) return null;
    const long = rest[1] === 126;
    if (long && rest.length < 4) return null;
    const start = long ? 4 : 2;
    const end = start + (long ? rest.readUInt16BE(2) : rest[1]!);
    if (rest.length < end) return null;
    const opcode = rest[0]! & 0x0f;
    const payload = rest.subarray(start, end);
    this.#rest = rest.subarray(end);
    const isClose = opcode === CLOSE && payload.length >= 2;
    return { opcode, text: isClose ? `${payload.readUInt16BE()} ${payload.subarray(2)}` : String(payload) };
  }
}
