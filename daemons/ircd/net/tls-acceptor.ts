/**
 * Turns accepted sockets into TLS connections. It listens on nothing: the listeners hand sockets over after the throttle,
 * so that a refused client never costs a handshake. A new certificate serves new handshakes and drops nobody.
 * Used by NetServer.
 */
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { TlsCredentials } from '../../runtime/tls-credentials.ts';
import { limits } from '../limits.ts';
import type { TlsDetails } from './connection.ts';

function detailsOf(socket: TLSSocket): TlsDetails {
  const peer = socket.getPeerCertificate();
  const fingerprint = peer.fingerprint256 as string | undefined;
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    fingerprint: fingerprint === undefined ? null : fingerprint.replaceAll(':', '').toLowerCase(),
  };
}

/** The TLS side of all TLS listeners of a server. */
export class TlsAcceptor {
  private readonly server: Server;
  private credentials: TlsCredentials;
  private readonly raw = new Set<Socket>();

  /**
   * @param onSecure called when a handshake is done.
   * @param onFailure called when one failed or took too long; the socket is destroyed already.
   */
  constructor(
    credentials: TlsCredentials,
    onSecure: (socket: TLSSocket, details: TlsDetails) => void,
    onFailure: () => void,
  ) {
    this.credentials = credentials;
    this.server = createServer({
      ...credentials,
      minVersion: 'TLSv1.2',
      handshakeTimeout: limits.tlsHandshakeMs.default,
      // A certificate is asked for and not verified: its fingerprint is what identifies the client.
      requestCert: true,
      rejectUnauthorized: false,
    });
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

  /** Uses another certificate from the next handshake on; tells whether it is another one. */
  replace(credentials: TlsCredentials): boolean {
    const { cert, key } = this.credentials;
    if (credentials.cert === cert && credentials.key === key) return false;
    this.server.setSecureContext({ ...credentials, minVersion: 'TLSv1.2' });
    this.credentials = credentials;
    return true;
  }

  /** Destroys every socket, also those in a handshake. */
  close(): void {
    for (const socket of this.raw) socket.destroy();
  }
}
