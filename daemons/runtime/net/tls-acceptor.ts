/**
 * Turns accepted sockets into TLS connections. It listens on nothing: a daemon hands sockets over after its bans, throttle
 * and classes, so that a refused client never costs a handshake. A new certificate serves new handshakes and drops
 * nobody. Used by the network path of every daemon.
 */
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { TurnBudget } from '../async/turn-budget.ts';
import { limits } from '../limits.ts';
import type { TlsCredentials } from './tls-credentials.ts';

/** What a daemon says about its TLS connections. */
export interface TlsAcceptorOptions<Context> {
  readonly credentials: TlsCredentials;
  /** Whether the client is asked for a certificate. It is not verified: its fingerprint identifies the client. */
  readonly requestCert: boolean;
  /** How long a client may take from the connect to the end of its handshake, in milliseconds; asked for each. */
  readonly handshakeMs: () => number;
  /** A handshake is done. */
  readonly onSecure: (socket: TLSSocket, context: Context) => void;
  /** A handshake failed, took too long or was never begun; the socket is destroyed. */
  readonly onFailure: () => void;
  /** For tests: another budget than the one that all acceptors of the process share. */
  readonly turns?: Pick<TurnBudget, 'begin'>;
}

/** A client's first bytes are what makes the server sign, so they wait for their turn. */
const SHARED_TURNS = new TurnBudget(limits.tlsHandshakesPerTurn.default);

/** What waits to sign in this process, and what came so far. */
export function handshakeTurns(): ReturnType<TurnBudget['stats']> {
  return SHARED_TURNS.stats();
}

/** Handshakes have their own clock here, which also runs before they begin; that of Node is out of the way. */
const NEVER_MS = 2 ** 31 - 1;

/** A client in its handshake. */
interface Arrival<Context> {
  readonly context: Context;
  readonly timer: NodeJS.Timeout;
  /** Whether it may end its side first, once it is through. */
  readonly halfOpen: boolean;
}

/** The TLS side of listeners that share a certificate. `Context` is what the daemon wants to know of a socket again. */
export class TlsAcceptor<Context = void> {
  readonly #options: TlsAcceptorOptions<Context>;
  readonly #server: Server;
  readonly #raw = new Set<Socket>();
  /** By what tells one connection from another: Node does not say on which socket a handshake was. */
  readonly #arrivals = new Map<string, Arrival<Context>>();
  #credentials: TlsCredentials;

  constructor(options: TlsAcceptorOptions<Context>) {
    this.#options = options;
    this.#credentials = options.credentials;
    this.#server = createServer({
      ...secureContext(options.credentials),
      requestCert: options.requestCert,
      handshakeTimeout: NEVER_MS,
      rejectUnauthorized: false,
    });
    this.#server.on('secureConnection', (socket) => {
      const arrival = this.#arrivals.get(connectionKey(socket));
      if (arrival === undefined) {
        // Its client has gone meanwhile.
        socket.destroy();
        return;
      }
      clearTimeout(arrival.timer);
      this.#arrivals.delete(connectionKey(socket));
      socket.allowHalfOpen = arrival.halfOpen;
      options.onSecure(socket, arrival.context);
    });
    this.#server.on('tlsClientError', (_error, socket) => {
      socket.destroy();
      options.onFailure();
    });
  }

  /** Does the handshake on an accepted socket, once the client has begun it and a turn of the loop has room for it. */
  accept(socket: Socket, context: Context): void {
    const { handshakeMs, onFailure, turns = SHARED_TURNS } = this.#options;
    const key = connectionKey(socket);
    const timer = setTimeout(() => socket.destroy(), handshakeMs());
    this.#raw.add(socket);
    this.#arrivals.set(key, { context, timer, halfOpen: socket.allowHalfOpen });
    const onClose = () => onFailure();
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      this.#raw.delete(socket);
      this.#arrivals.delete(key);
    });
    // Until the handshake: from then on the TLS server tells of failures.
    socket.on('close', onClose);
    const shakeHands = () => {
      if (socket.destroyed) return;
      socket.off('close', onClose);
      // Whoever ends in the middle of a handshake has given up.
      socket.allowHalfOpen = false;
      this.#server.emit('connection', socket);
    };
    socket.once('readable', () => {
      if (socket.readableLength === 0) {
        socket.destroy();
        return;
      }
      const turn = turns.begin();
      if (turn === null) shakeHands();
      else void turn.then(shakeHands);
    });
  }

  /** Uses another certificate from the next handshake on; tells whether it is another one. */
  replace(credentials: TlsCredentials): boolean {
    const { cert, key } = this.#credentials;
    if (credentials.cert === cert && credentials.key === key) return false;
    this.#server.setSecureContext(secureContext(credentials));
    this.#credentials = credentials;
    return true;
  }

  /** Destroys every socket, also those in a handshake. */
  close(): void {
    for (const socket of this.#raw) socket.destroy();
  }
}

/** Both ends of a TCP connection, of which there is one at a time. */
function connectionKey({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function secureContext(credentials: TlsCredentials): TlsOptions {
  return { ...credentials, minVersion: 'TLSv1.2' };
}
