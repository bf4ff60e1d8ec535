/** Connections that a daemon makes itself, to another server say: through the same admission as those that come. */
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { SignalboxError } from '../../../contract/errors.ts';
import { placeText } from '../../../contract/listen-place.ts';
import { type Admission, type Refusal, Seat } from './admission.ts';
import { type ClassRule, UNIX_ADDRESS } from './connection-classes.ts';
import { plainAddress } from './ip-address.ts';
import type { TlsCredentials } from './tls-credentials.ts';

/** Where to connect to. */
export type Destination =
  | {
      readonly host: string;
      readonly port: number;
      /** What TLS has to show, null to speak without. */
      readonly tls: {
        /** The name in the other's certificate. */
        readonly name: string;
        /** PEM of whom its issuer must be; the system's authorities where absent. */
        readonly ca?: string;
        /** SHA-256 of its certificate in lower-case hex: whoever shows that one is believed, whoever its issuer is. */
        readonly fingerprint?: string;
        /** What is shown to the other; nothing where absent. */
        readonly credentials?: TlsCredentials;
      } | null;
    }
  | { readonly path: string };

/** A connection that was made and has its place. */
export interface Dialled<Class extends ClassRule> {
  readonly socket: Socket;
  readonly seat: Seat<Class>;
  readonly tls: TLSSocket | null;
}

/** How a connection is made. */
export interface DialOptions {
  /** Milliseconds that it may take, TLS included; asked for each. */
  readonly handshakeMs: () => number;
  readonly sockets: { readonly allowHalfOpen?: boolean | undefined };
}

/** Connects within `handshakeMs`, TLS included. See `Acceptor.dial`. */
export async function dial<Class extends ClassRule>(
  destination: Destination,
  admission: Admission<Class>,
  options: DialOptions,
): Promise<Dialled<Class>> {
  let seat: Seat<Class> | null = null;
  try {
    const { socket, tls } = await dialSocket(destination, options, ({ remoteAddress }) => {
      const address = 'path' in destination ? UNIX_ADDRESS : plainAddress(remoteAddress ?? '');
      const admitted = admission.admit(address, true);
      if (!(admitted instanceof Seat)) throw notAdmitted(destination, admitted);
      seat = admitted;
    });
    return { socket, seat: seat!, tls };
  } catch (error) {
    (seat as Seat<Class> | null)?.leave();
    throw error;
  }
}

/**
 * Connects like {@link dial}, to where no admission is asked for.
 * @param connected called before anything is said; what it throws ends the connection
 * @param signal gives it up
 * @throws SignalboxError `unavailable` when nobody answers or the handshake fails, `refused` for another certificate
 */
export async function dialSocket(
  destination: Destination,
  { handshakeMs, sockets }: DialOptions,
  connected: (socket: Socket) => void = () => {},
  signal?: AbortSignal,
): Promise<{ readonly socket: Socket; readonly tls: TLSSocket | null }> {
  const deadline = AbortSignal.timeout(handshakeMs());
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const options = { allowHalfOpen: sockets.allowHalfOpen ?? false };
  const raw = connect(
    'path' in destination
      ? { ...options, path: destination.path }
      : { ...options, host: destination.host, port: destination.port, noDelay: true },
  );
  let socket: Socket = raw;
  try {
    await once(raw, 'connect', { signal: either });
    connected(raw);
    if ('path' in destination || destination.tls === null) return { socket: raw, tls: null };
    const { name, ca, fingerprint, credentials } = destination.tls;
    const tls = connectTls({
      socket: raw,
      ...(isIP(name) === 0 ? { servername: name } : { host: name }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: fingerprint === undefined,
      ...(ca === undefined ? {} : { ca }),
      ...(credentials === undefined ? {} : { cert: credentials.cert, key: credentials.key }),
    });
    socket = tls;
    await once(tls, 'secureConnect', { signal: either });
    if (fingerprint !== undefined) expectFingerprint(tls, fingerprint);
    return { socket: tls, tls };
  } catch (cause) {
    socket.on('error', () => {});
    socket.destroy();
    raw.destroy();
    if (cause instanceof SignalboxError) throw cause;
    const why = deadline.aborted ? `no answer within ${handshakeMs()} ms` : (cause as Error).message;
    throw new SignalboxError('unavailable', `cannot connect to ${placeText(destination)}: ${why}`, { cause });
  }
}

/** SHA-256 of the certificate that the other end showed, in lower-case hex; null where it showed none. */
export function fingerprintOf(tls: TLSSocket): string | null {
  const fingerprint = tls.getPeerCertificate().fingerprint256 as string | undefined;
  return fingerprint === undefined ? null : fingerprint.replaceAll(':', '').toLowerCase();
}

function expectFingerprint(tls: TLSSocket, wanted: string): void {
  const shown = fingerprintOf(tls);
  if (shown === wanted) return;
  throw new SignalboxError(
    'refused',
    `its certificate has the SHA-256 fingerprint ${shown ?? 'of nothing'}, expected ${wanted}`,
  );
}

function notAdmitted(destination: Destination, refusal: Refusal<ClassRule>): SignalboxError {
  const where = placeText(destination);
  switch (refusal.why) {
    case 'banned':
      return new SignalboxError('refused', `${where} is banned: ${refusal.reason}`);
    case 'full':
      return new SignalboxError(
        'limit_reached',
        `no connection to ${where}: there are ${refusal.most}, the most allowed`,
      );
    case 'class_full':
    case 'address_full':
      return new SignalboxError(
        'limit_reached',
        `no connection to ${where}: class ${refusal.connectionClass.name} has no room`,
      );
    case 'throttled':
      return new SignalboxError('limit_reached', `no connection to ${where}: it was connected to too often`);
  }
}
