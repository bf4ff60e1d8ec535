/** The sockets that the relay listens on, and their change on reload. Owned by relay-server.ts. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { SignalboxError } from '../contract/errors.ts';
import type { ListenerInfo } from '../contract/states.ts';
import type { DefaultMode, ListenEntry, RelayConfig } from './config.ts';

/** Connections that the kernel holds while the loop is busy; a burst of reconnects arrives at once. */
const BACKLOG = 4_096;

/** Takes an accepted socket; with TLS after the handshake. */
export type AcceptHandler = (socket: Socket, encrypted: boolean, mode: DefaultMode | undefined) => void;

interface Listener {
  readonly key: string;
  readonly entry: ListenEntry;
  readonly server: Server;
  /** The same server where it speaks TLS. */
  readonly secure: TlsServer | null;
}

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export class ListenerSet {
  readonly #accept: AcceptHandler;
  readonly #handshakeMs: () => number;
  #listeners: Listener[] = [];

  constructor(accept: AcceptHandler, handshakeMs: () => number) {
    this.#accept = accept;
    this.#handshakeMs = handshakeMs;
  }

  /** Where clients connect, with the real ports. */
  list(): readonly ListenerInfo[] {
    return this.#listeners.map(({ entry, server }) => {
      const address = server.address();
      return {
        protocol: 'frames',
        host: typeof address === 'object' && address !== null ? address.address : entry.host,
        port: typeof address === 'object' && address !== null ? address.port : entry.port,
        tls: entry.tls,
      };
    });
  }

  /**
   * Listens where the configuration says. Listeners that stay are not touched, so their clients notice nothing;
   * clients of a listener that goes keep their connections. When one cannot be opened nothing changes.
   * @returns whether any listener came or went
   * @throws SignalboxError `address_in_use`, `config_invalid`
   */
  async apply(config: Pick<RelayConfig, 'listen' | 'tls'>): Promise<boolean> {
    const certificate = await readCertificate(config.tls);
    const kept: Listener[] = [];
    const opened: Listener[] = [];
    const spare = [...this.#listeners];
    try {
      for (const entry of config.listen) {
        const key = JSON.stringify([entry.host, entry.port, entry.tls, entry.mode ?? null]);
        const index = spare.findIndex((listener) => listener.key === key);
        const same = index < 0 ? undefined : spare.splice(index, 1)[0];
        if (same !== undefined) kept.push(same);
        else opened.push(await this.#open(entry, key, certificate));
      }
    } catch (error) {
      for (const listener of opened) listener.server.close();
      throw error;
    }
    if (certificate !== null) for (const { secure } of kept) secure?.setSecureContext(certificate);
    for (const listener of spare) listener.server.close();
    this.#listeners = [...kept, ...opened];
    return opened.length > 0 || spare.length > 0;
  }

  /** Accepts nobody from here on. */
  close(): void {
    for (const { server } of this.#listeners) server.close();
    this.#listeners = [];
  }

  async #open(entry: ListenEntry, key: string, certificate: Certificate | null): Promise<Listener> {
    const listener = this.#create(entry, key, certificate);
    const { server } = listener;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: entry.host, port: entry.port, backlog: BACKLOG }, () => {
        server.off('error', reject);
        resolve();
      });
    }).catch((cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'address_in_use' : 'config_invalid';
      const what = cause.code === 'EADDRINUSE' ? 'another process listens there' : cause.message;
      throw new SignalboxError(code, `Cannot listen on ${entry.host} port ${entry.port}: ${what}.`, {
        cause,
      });
    });
    // Out of descriptors, say: the connection is lost, the listener goes on.
    server.on('error', () => {});
    return listener;
  }

  #create(entry: ListenEntry, key: string, certificate: Certificate | null): Listener {
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
    if (!entry.tls || certificate === null) {
      const server = createServer(options, (socket) => this.#accept(socket, false, entry.mode));
      return { key, entry, server, secure: null };
    }
    const secure = createTlsServer({
      ...options,
      ...certificate,
      minVersion: 'TLSv1.2',
      handshakeTimeout: this.#handshakeMs(),
    });
    secure.on('secureConnection', (socket) => {
      socket.allowHalfOpen = true;
      this.#accept(socket, true, entry.mode);
    });
    secure.on('tlsClientError', (_error, socket) => socket.destroy());
    return { key, entry, server: secure, secure };
  }
}

async function readCertificate(tls: RelayConfig['tls']): Promise<Certificate | null> {
  if (tls === undefined) return null;
  const read = async (key: 'certificate' | 'key') => {
    try {
      return await readFile(tls[key], 'utf8');
    } catch (cause) {
      const message = `tls.${key}: cannot read ${tls[key]}: ${(cause as Error).message}`;
      throw new SignalboxError('config_invalid', message, { cause });
    }
  };
  return { cert: await read('certificate'), key: await read('key') };
}
