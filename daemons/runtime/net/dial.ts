/** Connections that a daemon makes itself, to another server say: through the same admission as those that come. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { SignalboxError } from '../../../contract/errors.ts';
import { placeText } from '../../../contract/listen-place.ts';
import { type Admission, type Refusal, Seat } from './admission.ts';
import { type ClassRule, UNIX_ADDRESS } from './connection-classes.ts';
import { plainAddress } from './ip-address.ts';

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
      } | null;
    }
  | { readonly path: string };

/** A connection that was made and has its place. */
export interface Dialled<Class extends ClassRule> {
  readonly socket: Socket;
  readonly seat: Seat<Class>;
  readonly tls: TLSSocket | null;
}

/** Connects within `handshakeMs`, TLS included. See `Acceptor.dial`. */
export async function dial<Class extends ClassRule>(
  destination: Destination,
  admission: Admission<Class>,
  {
    handshakeMs,
    sockets,
  }: {
    readonly handshakeMs: () => number;
    readonly sockets: { readonly allowHalfOpen?: boolean | undefined };
  },
): Promise<Dialled<Class>> {
  const signal = AbortSignal.timeout(handshakeMs());
  const options = { allowHalfOpen: sockets.allowHalfOpen ?? false };
  const raw = connect(
    'path' in destination
      ? { ...options, path: destination.path }
      : { ...options, host: destination.host, port: destination.port, noDelay: true },
  );
  let socket: Socket = raw;
  let seat: Seat<Class> | null = null;
  try {
    await once(raw, 'connect', { signal });
    const address = 'path' in destination ? UNIX_ADDRESS : plainAddress(raw.remoteAddress ?? '');
    const admitted = admission.admit(address, true);
    if (!(admitted instanceof Seat)) throw notAdmitted(destination, admitted);
    seat = admitted;
    if ('path' in destination || destination.tls === null) return { socket: raw, seat, tls: null };
    const { name, ca } = destination.tls;
    const tls = connectTls({
      socket: raw,
      servername: name,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
    });
    socket = tls;
    await once(tls, 'secureConnect', { signal });
    return { socket: tls, seat, tls };
  } catch (cause) {
    socket.on('error', () => {});
    socket.destroy();
    raw.destroy();
    seat?.leave();
    if (cause instanceof SignalboxError) throw cause;
    const why = signal.aborted ? `no answer within ${handshakeMs()} ms` : (cause as Error).message;
    throw new SignalboxError('unavailable', `cannot connect to ${placeText(destination)}: ${why}`, { cause });
  }
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
