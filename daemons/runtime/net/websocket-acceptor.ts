/**
 * Makes WebSockets of accepted sockets (RFC 6455 section 4): the handshake, behind TLS where there is any. It listens on
 * nothing, like the TLS acceptor, and leaves reading and writing to whoever gets the socket. Owned by `Acceptor`.
 */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { limits } from '../limits.ts';

/** What a daemon says about its WebSockets. */
export interface WebSocketRules {
  /** The subprotocols that it speaks. A client gets the first of its own list that is among them. */
  readonly protocols: readonly string[];
  /** Whether a page of this origin may connect (RFC 6455 section 10.2). Who names no origin is no page and is not asked about. */
  readonly mayOpen: (origin: string) => boolean;
}

/** What the acceptor needs to know beside. `Context` is what the caller wants to know of a socket again. */
export interface WebSocketAcceptorOptions<Context> extends WebSocketRules {
  /** Milliseconds that the handshake may take; asked for each. */
  readonly handshakeMs: () => number;
  /** The handshake is done; `protocol` is what was agreed on, empty where nothing was. */
  readonly onOpen: (socket: Socket, protocol: string, context: Context) => void;
  /** It failed, took too long or was never begun; the socket is destroyed. */
  readonly onFailure: () => void;
}

/** The library does the handshake, and nothing after it: the daemon reads and writes in its own way. */
class Handshake extends WebSocket {
  setSocket(): void {}
}

/** A client in its handshake. */
interface Arrival<Context> {
  readonly context: Context;
  readonly timer: NodeJS.Timeout;
  readonly fail: () => void;
}

/** The WebSocket side of listeners. */
export class WebSocketAcceptor<Context> {
  readonly #options: WebSocketAcceptorOptions<Context>;
  readonly #http: Server;
  readonly #upgrader: WebSocketServer;
  readonly #arrivals = new Map<Duplex, Arrival<Context>>();

  constructor(options: WebSocketAcceptorOptions<Context>) {
    this.#options = options;
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Messages are a line each; compressing them would keep a window of memory for every client.
      perMessageDeflate: false,
      WebSocket: Handshake,
      handleProtocols: (offered) => [...offered].find((name) => options.protocols.includes(name)) ?? false,
    });
    this.#http = createServer({ maxHeaderSize: limits.webSocketRequestBytes.default });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on('request', ({ socket }: IncomingMessage) =>
      refuse(socket, 426, 'This address speaks WebSocket only.'),
    );
    this.#http.on('clientError', (_error, socket) => refuse(socket, 400, 'This address speaks HTTP.'));
  }

  /** Does the handshake on a socket, which may have bytes to be read already. */
  accept(socket: Socket, context: Context): void {
    const fail = () => this.#options.onFailure();
    const timer = setTimeout(() => socket.destroy(), this.#options.handshakeMs());
    this.#arrivals.set(socket, { context, timer, fail });
    socket.once('close', fail);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#arrivals.delete(socket);
    });
    this.#http.emit('connection', socket);
  }

  /** Ends handshakes. Closing twice is fine. */
  close(): void {
    for (const socket of this.#arrivals.keys()) socket.destroy();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const arrival = this.#arrivals.get(socket);
    if (arrival === undefined) {
      socket.destroy();
      return;
    }
    const { origin } = request.headers;
    if (origin !== undefined && !this.#options.mayOpen(origin)) {
      refuse(socket, 403, 'Pages of this origin may not connect here.');
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, ({ protocol }) => {
      clearTimeout(arrival.timer);
      socket.off('close', arrival.fail);
      this.#arrivals.delete(socket);
      if (head.length > 0) socket.unshift(head);
      this.#options.onOpen(socket as Socket, protocol, arrival.context);
    });
  }
}

/** Says why, and closes: at the latest when the time for the handshake is over. */
function refuse(socket: Duplex, status: number, text: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(httpRefusal(status, text));
}

/** The answer of HTTP to one who is not let in. @param text one sentence for people */
export function httpRefusal(status: number, text: string): string {
  const body = `${text}\n`;
  const upgrade = status === 426 ? 'Upgrade: websocket\r\n' : '';
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: ${status === 426 ? 'Upgrade, close' : 'close'}\r\n${upgrade}` +
    `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
