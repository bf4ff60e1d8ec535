/**
 * Turns accepted sockets into TLS connections. It listens on nothing: the listeners hand sockets over after the throttle,
 * so that a refused client never costs a handshake. A new certificate serves new handshakes and drops nobody.
 * Used by NetServer.
 */
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { SignalboxError } from '../../contract/errors.ts';
import { limits } from '../limits.ts';
import type { TlsDetails } from './connection.ts';
import type { TlsCredentials } from './tls-credentials.ts';

function detailsOf(socket: TLSSocket): TlsDetails {
  const peer = socket.getPeerCertificate();
  const fingerprint = peer.fingerprint256 as string | undefined;
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    fingerprint: fingerprint === undefined ? null : fingerprint.replaceAll(':', '').toLowerCase(),
  };
}

export class TlsAcceptor {
  private readonly server: Server;
  private readonly raw = new Set<Socket>();

  /**
   * @param onSecure called when a handshake is done.
   * @param onFailure called when one failed or took too long; the socket is destroyed already.
   * @throws SignalboxError `config_invalid` when the certificate and key are not a pair.
   */
  constructor(
    credentials: TlsCredentials,
    onSecure: (socket: TLSSocket, details: TlsDetails) => void,
    onFailure: () => void,
  ) {
    try {
      this.server = createServer({
        ...credentials,
        minVersion: 'TLSv1.2',
        handshakeTimeout: limits.tlsHandshakeMs.default,
        // A certificate is asked for and not verified: its fingerprint is what identifies the client.
        requestCert: true,
        rejectUnauthorized: false,
      });
    } catch (cause) {
      throw pairError(cause);
    }
    this.server.on('secureConnection', (socket) => onSecure(socket, detailsOf(socket)));
    this.server.on('tlsClientError', (_error, socket) => {
      socket.destroy();
      onFailure();
    });
  }

  /** Starts a handshake on an accepted socket. */
  accept(socket: Socket): void {
    this.raw.add(socket);
    socket.on('close', () => this.raw.delete(socket));
    socket.on('error', () => {});
    this.server.emit('connection', socket);
  }

  /**
   * Uses another certificate from the next handshake on.
   * @throws SignalboxError `config_invalid`; the old certificate stays in use then.
   */
  replace(credentials: TlsCredentials): void {
    try {
      this.server.setSecureContext({ ...credentials, minVersion: 'TLSv1.2' });
    } catch (cause) {
      throw pairError(cause);
    }
  }

  /** Destroys every socket, also those in a handshake. */
  close(): void {
    for (const socket of this.raw) socket.destroy();
  }
}

function pairError(cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError('config_invalid', `[ircd.tls] certificate and key cannot be used: ${why}`, {
    cause,
  });
}
