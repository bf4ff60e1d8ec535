/** What is told of a TLS connection, whichever thread has it. */
import type { TLSSocket } from 'node:tls';
import { fingerprintOf } from '../../runtime/net/dial.ts';
import type { TlsDetails } from './connection.ts';

/** What was agreed on in its handshake. */
export function tlsDetails(socket: TLSSocket): TlsDetails {
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    fingerprint: fingerprintOf(socket),
  };
}
