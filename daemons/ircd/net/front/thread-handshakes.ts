/**
 * The handshakes of the sockets that a thread owns: TLS, then WebSocket, by the acceptors that also serve them where there are no
 * threads. Owned by ThreadSockets.
 */
import type { Socket } from 'node:net';
import { limits } from '../../../runtime/limits.ts';
import { TlsAcceptor } from '../../../runtime/net/tls-acceptor.ts';
import type { TlsCredentials } from '../../../runtime/net/tls-credentials.ts';
import { WebSocketAcceptor } from '../../../runtime/net/websocket-acceptor.ts';
import { tlsDetails } from '../tls-details.ts';
import { mayOpen, WEBSOCKET_PROTOCOLS } from '../websocket-side.ts';
import { failedHandshake, type HandshakeResult } from './records.ts';
import type { ThreadConnection } from './thread-connection.ts';

/** What becomes of them. */
export interface HandshakeHost {
  /** All handshakes of a connection are done, on the last socket that it was given. */
  onShaken(connection: ThreadConnection, result: HandshakeResult): void;
  /** One has failed. @param which one of {@link failedHandshake} */
  onFailure(which: number): void;
  /** The socket is gone that the connection had by then. */
  onClosed(connection: ThreadConnection): void;
}

/** A connection that speaks WebSocket, and what TLS has agreed on before. */
interface Upgrade {
  readonly connection: ThreadConnection;
  readonly tls: HandshakeResult['tls'];
}

export class ThreadHandshakes {
  readonly #host: HandshakeHost;
  #origins: ReadonlySet<string> = new Set();
  #tls: TlsAcceptor<ThreadConnection> | null = null;
  #webSockets: WebSocketAcceptor<Upgrade> | null = null;

  constructor(host: HandshakeHost) {
    this.#host = host;
  }

  /** The certificate of handshakes from here on. */
  setCredentials(credentials: TlsCredentials): void {
    if (this.#tls !== null) this.#tls.replace(credentials);
    else this.#tls = this.#tlsWith(credentials);
  }

  /** Whose pages may open WebSockets from here on. */
  setOrigins(origins: readonly string[]): void {
    this.#origins = new Set(origins);
  }

  /** Does what its connection says there is to be done on a socket; where that is nothing it is none of these. */
  begin(connection: ThreadConnection): void {
    const { socket } = connection;
    this.#watch(connection, socket);
    if (!connection.encrypted) this.#upgrade(connection, null);
    else if (this.#tls === null) socket.destroy();
    else this.#tls.accept(socket, connection);
  }

  #watch(connection: ThreadConnection, socket: Socket): void {
    socket.on('error', () => {});
    socket.on('close', () => {
      if (connection.socket === socket) this.#host.onClosed(connection);
    });
  }

  #tlsWith(credentials: TlsCredentials): TlsAcceptor<ThreadConnection> {
    return new TlsAcceptor<ThreadConnection>({
      credentials,
      requestCert: true,
      handshakeMs: () => limits.tlsHandshakeMs.default,
      onSecure: (socket, connection) => {
        connection.use(socket);
        this.#watch(connection, socket);
        const tls = tlsDetails(socket);
        if (connection.webSocket) this.#upgrade(connection, tls);
        else this.#host.onShaken(connection, { tls, webSocket: null });
      },
      onFailure: () => this.#host.onFailure(failedHandshake.tls),
    });
  }

  #upgrade(connection: ThreadConnection, tls: HandshakeResult['tls']): void {
    this.#webSockets ??= new WebSocketAcceptor<Upgrade>({
      protocols: WEBSOCKET_PROTOCOLS,
      mayOpen: (origin) => mayOpen(this.#origins, origin),
      handshakeMs: () => limits.tlsHandshakeMs.default,
      onOpen: (_socket, webSocket, upgraded) =>
        this.#host.onShaken(upgraded.connection, { tls: upgraded.tls, webSocket }),
      onFailure: () => this.#host.onFailure(failedHandshake.webSocket),
    });
    this.#webSockets.accept(connection.socket, { connection, tls });
  }
}
