/** Opens connections: over a Unix socket, TCP or TLS. */
import { connect as connectSocket, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { loadNative } from '../native/native-calls.ts';
import type { Dialect } from '../protocol/wire.ts';
import { bodyOf } from './body.ts';
import { ClientConnection } from './connection.ts';
import { DescriptorTransport } from './descriptor-transport.ts';
import { ObjectsDeadlineError, ObjectsUsageError } from './errors.ts';
import { connectionError } from './exchange.ts';
import { CLIENT_LIMITS } from './limits.ts';
import { CollectedContent } from './receivers.ts';
import { StreamTransport, type Transport, type TransportSink } from './transport.ts';

/** What Node's TLS is told: authorities, a certificate and its key, the server's name. */
export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/** How a server is spoken to. */
interface Manner {
  /** 2 where nothing else is said; 1 has no more than getting objects. */
  readonly version?: 1 | 2;
  /** `programs` where nothing else is said. In version 1 the listener must have the same. */
  readonly dialect?: Dialect;
  /** Requests without an answer at most (64; 1 in version 1). */
  readonly depth?: number;
  /** Time for an answer, where a request does not say another, in milliseconds (30 s). */
  readonly deadlineMs?: number;
  /** Time for connecting, in milliseconds (10 s). */
  readonly connectMs?: number;
  /** Proved before anything else; version 2. */
  readonly token?: string;
}

/** Where a server is, and how it is spoken to. */
export type ConnectOptions = Manner &
  (
    | {
        /** A Unix socket. */
        readonly path: string;
        /** False to receive none, so that reading is left to Node. */
        readonly descriptors?: boolean;
      }
    | { readonly host: string; readonly port: number; readonly tls?: TlsOptions }
  );

/** @throws what `ObjectsClient.connect` throws */
export async function connect(options: ConnectOptions): Promise<ClientConnection> {
  const { version = 2, dialect = 'programs', token, connectMs = CLIENT_LIMITS.connectMs.default } = options;
  const depth = options.depth ?? (version === 1 ? 1 : CLIENT_LIMITS.depth.default);
  if (!Number.isInteger(depth) || depth < 1 || depth > 65_535)
    throw new ObjectsUsageError(`The depth is ${depth}; expected a whole number from 1 to 65535.`);
  if (token !== undefined && version === 1)
    throw new ObjectsUsageError(
      'Version 1 has no token; connect with version 2 or with a client certificate.',
    );
  let socket: Socket | null = null;
  let connection: ClientConnection | null = null;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    connection?.destroy();
    socket?.destroy(new Error('not in time'));
  }, connectMs);
  try {
    socket = await opened(options, (begun) => {
      socket = begun;
    });
    const connected = socket;
    connection = new ClientConnection({ version, dialect, depth }, (sink) =>
      transportOf(connected, options, sink),
    );
    await connection.begin();
    if (token !== undefined) await prove(connection, token, connectMs);
    return connection;
  } catch (error) {
    if (connection === null) socket?.destroy();
    else connection.destroy();
    if (late) throw new ObjectsDeadlineError(`No connection to ${placeOf(options)} within ${connectMs} ms.`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function opened(options: ConnectOptions, onBegun: (socket: Socket) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = begin(options);
    onBegun(socket);
    const fail = (error: Error) =>
      reject(connectionError(`Could not connect to ${placeOf(options)}.`, error));
    socket.once('error', fail);
    socket.once('tls' in options && options.tls !== undefined ? 'secureConnect' : 'connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function begin(options: ConnectOptions): Socket {
  if ('path' in options) {
    const socket = connectSocket(options.path);
    // Node would read what is for recvmsg.
    if (receivesDescriptors(options)) socket.pause();
    return socket;
  }
  const { host, port, tls } = options;
  if (tls !== undefined) return connectTls({ ...tls, host, port });
  return connectSocket({ host, port, noDelay: true });
}

const receivesDescriptors = (options: ConnectOptions): boolean =>
  'path' in options && options.descriptors !== false && loadNative() !== null;

function transportOf(socket: Socket, options: ConnectOptions, sink: TransportSink): Transport {
  const native = receivesDescriptors(options) ? loadNative() : null;
  return native === null
    ? new StreamTransport(socket, sink)
    : new DescriptorTransport(native.libc, socket, sink);
}

async function prove(connection: ClientConnection, token: string, deadlineMs: number): Promise<void> {
  const answer = new CollectedContent(0, undefined);
  const asked = { mode: 'authenticate', uri: '', ordered: true, priority: false, deadlineMs } as const;
  connection.ask({ ...asked, body: bodyOf(token) }, answer);
  await answer.done;
}

const placeOf = (options: ConnectOptions): string =>
  'path' in options ? options.path : `${options.host}:${options.port}`;
