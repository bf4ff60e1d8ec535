/**
 * Sends events over a few connections that are kept, and costs little itself: what a client of Node's does for a request would be taken
 * for time of the server. Used by bench/services/webhook-rate.ts.
 */
import { connect, type Socket } from 'node:net';

/** How an event was answered. */
export interface SentEvent {
  readonly status: number;
  /** From when it was due to be sent, for a connection too, until the head of the answer was there. */
  readonly ms: number;
}

interface Waiting {
  readonly text: string;
  readonly since: number;
  readonly resolve: (sent: SentEvent) => void;
  readonly reject: (error: Error) => void;
}

const HEAD_END = '\r\n\r\n';
/** Where the status stands in `HTTP/1.1 204 No Content`. */
const STATUS_AT = 9;
const NO_CONTENT = 204;

/** Connections of one sender. */
export class WebhookSender {
  readonly #port: number;
  readonly #connections: number;
  readonly #head: string;
  readonly #idle: Socket[] = [];
  readonly #all = new Set<Socket>();
  readonly #waiting: Waiting[] = [];

  /** @param connections how many there are at most */
  constructor(port: number, secret: string, connections: number) {
    this.#port = port;
    this.#connections = connections;
    this.#head = `POST /keycloak-webhook HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nx-webhook-secret: ${secret}\r\ncontent-length: `;
  }

  /** Resolves when it is answered; rejects where the connection ends before. */
  send(body: string): Promise<SentEvent> {
    const text = `${this.#head}${Buffer.byteLength(body)}${HEAD_END}${body}`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, since: performance.now(), resolve, reject });
      this.#next();
    });
  }

  close(): void {
    for (const socket of this.#all) socket.destroy();
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const socket = this.#idle.pop() ?? (this.#all.size < this.#connections ? this.#open() : undefined);
      if (socket === undefined) return;
      this.#ask(socket, this.#waiting.shift()!);
    }
  }

  #open(): Socket {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.#all.add(socket);
    return socket;
  }

  #ask(socket: Socket, { text, since, resolve, reject }: Waiting): void {
    let answer = '';
    const onEnd = (error?: Error) => {
      this.#all.delete(socket);
      reject(error ?? new Error('the connection ended'));
    };
    const onData = (piece: string) => {
      answer += piece;
      if (!answer.includes(HEAD_END)) return;
      const status = Number(answer.slice(STATUS_AT, STATUS_AT + 3));
      socket.removeAllListeners();
      // What else is said of a refusal is not read.
      if (status === NO_CONTENT) this.#idle.push(socket);
      else {
        this.#all.delete(socket);
        socket.destroy();
      }
      resolve({ status, ms: performance.now() - since });
      this.#next();
    };
    socket.on('data', onData).once('error', onEnd).once('close', onEnd);
    socket.write(text);
  }
}
