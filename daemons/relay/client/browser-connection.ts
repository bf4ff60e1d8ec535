/**
 * A client of the relay in a browser, over WebSocket, with an identity that is 32 secret bytes or made for this once. Nothing here, or
 * in what it loads, knows of Node, so that a page can bundle it: cryptography is that of `libsodium-wrappers`.
 */
import { loadSodiumSuite } from '../noise/sodium-suite.ts';
import { RelayConnectionError } from './errors.ts';
import { type ClientOptions, RelayClient } from './relay-client.ts';
import type { Sealing } from './relay-link.ts';

/** What both sides call what they speak. */
export const WEBSOCKET_PROTOCOL = 'signalbox-relay-1';
/** The stream may be cut anywhere; the relay takes messages of twice that. */
const MESSAGE_BYTES = 65_536;
const SEED_BYTES = 32;

/** Where a relay is, and how it is spoken to. */
export interface BrowserOptions extends Omit<ClientOptions, 'sealing'> {
  /** Such as `wss://relay.example.net:6681`. */
  readonly url: string;
  /** Plain frames instead of a sealed session. */
  readonly plain?: boolean | undefined;
  /** The 32 secret bytes of this client's identity, which the page keeps; one for this connection alone where absent. */
  readonly identitySeed?: Uint8Array | undefined;
}

/** Connects, proves the identities of both sides and says hello. @throws RelayClientError */
export async function connectRelay(options: BrowserOptions): Promise<RelayClient> {
  const sealing = options.plain === true ? null : await sealingOf(options.identitySeed);
  const socket = new WebSocket(options.url, [WEBSOCKET_PROTOCOL]);
  socket.binaryType = 'arraybuffer';
  await opened(socket, options.url);
  return await RelayClient.over({ ...options, sealing }, ({ receive, closed }) => {
    socket.onmessage = ({ data }) => receive(new Uint8Array(data as ArrayBuffer));
    socket.onclose = ({ code, reason }) =>
      closed(reason === '' ? null : new Error(`the relay closed it with ${code} (${reason})`));
    return {
      send(bytes) {
        for (let at = 0; at < bytes.length; at += MESSAGE_BYTES)
          socket.send(Uint8Array.from(bytes.subarray(at, at + MESSAGE_BYTES)));
      },
      close: () => socket.close(),
    };
  });
}

function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve();
    // A page is not told why.
    socket.onclose = () => reject(new RelayConnectionError(`No relay could be reached at ${url}.`));
  });
}

async function sealingOf(seed: Uint8Array | undefined): Promise<Sealing> {
  const suite = await loadSodiumSuite();
  if (seed !== undefined && seed.length !== SEED_BYTES)
    throw new RangeError(`identitySeed has ${seed.length} bytes; expected ${SEED_BYTES}.`);
  return { suite, identity: suite.signingKey(seed ?? suite.random(SEED_BYTES)) };
}
