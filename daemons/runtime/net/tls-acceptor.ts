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
export interface TlsAcceptorOptions {
  readonly credentials: TlsCredentials;
  /** Whether the client is asked for a certificate. It is not verified: its fingerprint identifies the client. */
  readonly requestCert: boolean;
  /** How long a client may take to begin its handshake, and then to finish it, in milliseconds. */
  readonly handshakeMs: number;
  /** A handshake is done. */
  readonly onSecure: (socket: TLSSocket) => void;
  /** A handshake failed, took too long or was never begun; the socket is destroyed. */
  readonly onFailure: () => void;
  /** For tests: another budget than the one that all acceptors of the process share. */
  readonly turns?: Pick<TurnBudget, 'begin'>;
}

/** A client's first bytes are what makes the server sign, so they wait for their turn. */
const SHARED_TURNS = new TurnBudget(limits.tlsHandshakesPerTurn.default);

/** The TLS side of listeners that share a certificate. */
export class TlsAcceptor {
  readonly #options: TlsAcceptorOptions;
  readonly #server: Server;
  readonly #raw = new Set<Socket>();
  #credentials: TlsCredentials;

  constructor(options: TlsAcceptorOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
    this.#server = createServer({
      ...secureContext(options.credentials),
      requestCert: options.requestCert,
      handshakeTimeout: options.handshakeMs,
      rejectUnauthorized: false,
    });
    this.#server.on('secureConnection', (socket) => options.onSecure(socket));
    this.#server.on('tlsClientError', (_error, socket) => {
      socket.destroy();
      options.onFailure();
    });
  }

  /** Does the handshake on an accepted socket, once the client has begun it and a turn of the loop has room for it. */
  accept(socket: Socket): void {
    const { handshakeMs, onFailure, turns = SHARED_TURNS } = this.#options;
    this.#raw.add(socket);
    const timer = setTimeout(() => socket.destroy(), handshakeMs);
    const onClose = () => {
      clearTimeout(timer);
      onFailure();
    };
    socket.on('error', () => {});
    socket.on('close', () => this.#raw.delete(socket));
    // Until the handshake: from then on the TLS server tells of failures.
    socket.on('close', onClose);
    const shakeHands = () => {
      if (socket.destroyed) return;
      clearTimeout(timer);
      socket.off('close', onClose);
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

function secureContext(credentials: TlsCredentials): TlsOptions {
  return { ...credentials, minVersion: 'TLSv1.2' };
}
