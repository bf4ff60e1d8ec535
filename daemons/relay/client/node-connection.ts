/** A client of the relay in a Node program: over TCP or TLS, with an identity that is a PEM file or made for this once. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { loadAead, nodeSuite } from '../noise/node-suite.ts';
import { openIdentity } from '../secure/identity-file.ts';
import { RelayConnectionError } from './errors.ts';
import { type ClientOptions, RelayClient } from './relay-client.ts';

/** Where a relay is, and how it is spoken to. */
export interface NodeOptions extends Omit<ClientOptions, 'sealing'> {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; none where absent. */
  readonly tls?: ConnectionOptions | undefined;
  /** Plain frames instead of a sealed session. */
  readonly plain?: boolean | undefined;
  /** PEM file of this client's identity, made where it is not there; one for this connection alone where absent. */
  readonly identityFile?: string | undefined;
}

/** Connects, proves the identities of both sides and says hello. @throws RelayClientError */
export async function connectRelay(options: NodeOptions): Promise<RelayClient> {
  const sealing = options.plain === true ? null : await sealingOf(options.identityFile);
  const { host, port, tls } = options;
  const socket: Socket =
    tls === undefined ? connect({ host, port, noDelay: true }) : connectTls({ host, port, ...tls });
  try {
    await once(socket, tls === undefined ? 'connect' : 'secureConnect');
  } catch (cause) {
    socket.destroy();
    throw new RelayConnectionError(
      `No relay could be reached at ${host} port ${port}: ${(cause as Error).message}`,
    );
  }
  return await RelayClient.over({ ...options, sealing }, ({ receive, closed }) => {
    let failure: Error | null = null;
    socket.on('data', receive);
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => closed(failure));
    return {
      send: (bytes) => socket.write(bytes),
      // What was sent last still leaves.
      close: () => socket.end(),
    };
  });
}

async function sealingOf(file: string | undefined) {
  const { aead } = await loadAead();
  const suite = nodeSuite(aead);
  const identity = file === undefined ? suite.signingKey(suite.random(32)) : await openIdentity(suite, file);
  return { suite, identity };
}
