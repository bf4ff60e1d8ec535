/** The relay's listeners, plain and TLS: which server each is, and which certificate it shows. Owned by relay-server.ts. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import type { ListenerInfo } from '../contract/states.ts';
import { ListenerSet } from '../runtime/listener-set.ts';
import { loadCredentials, type TlsCredentials } from '../runtime/tls-credentials.ts';
import type { DefaultMode, ListenEntry, RelayConfig } from './config.ts';

/** What a relay does with its listeners' sockets. */
export interface RelayListenersOptions {
  /** Takes an accepted socket; with TLS after the handshake. */
  readonly accept: (socket: Socket, encrypted: boolean, mode: DefaultMode | undefined) => void;
  /** Time that a handshake may take, in milliseconds. */
  readonly handshakeMs: () => number;
  /** A connection could not be accepted. */
  readonly onAcceptFailure: () => void;
}

/** The listeners of one relay. */
export class RelayListeners {
  readonly #options: RelayListenersOptions;
  readonly #set: ListenerSet<ListenEntry>;
  #credentials: TlsCredentials | null = null;

  constructor(options: RelayListenersOptions) {
    this.#options = options;
    this.#set = new ListenerSet({
      protocol: () => 'frames',
      create: (entry) => this.#create(entry),
      onAcceptFailure: options.onAcceptFailure,
    });
  }

  /** Where clients connect, with the real ports. */
  get infos(): readonly ListenerInfo[] {
    return this.#set.infos;
  }

  /**
   * Listens where the configuration says, with its certificate; see {@link ListenerSet.apply}.
   * @returns whether any listener came or went, and whether the certificate is another one
   * @throws SignalboxError `address_in_use`, `init_failed` or `config_invalid`; nothing has changed then
   */
  async apply({ listen, tls }: Pick<RelayConfig, 'listen' | 'tls'>): Promise<{
    readonly listenersChanged: boolean;
    readonly renewed: boolean;
  }> {
    const credentials = tls === undefined ? null : await loadCredentials('relay.tls', tls);
    const before = this.#credentials;
    this.#credentials = credentials;
    const listenersChanged = await this.#set.apply(listen).catch((error: unknown) => {
      this.#credentials = before;
      throw error;
    });
    if (credentials !== null) {
      for (const { server } of this.#set.listeners) {
        if (server instanceof TlsServer) server.setSecureContext({ ...credentials, minVersion: 'TLSv1.2' });
      }
    }
    return { listenersChanged, renewed: JSON.stringify(before) !== JSON.stringify(credentials) };
  }

  /** Accepts nobody from here on. */
  close(): void {
    this.#set.close();
  }

  #create({ tls, mode }: ListenEntry): Server {
    const { accept, handshakeMs } = this.#options;
    const socketOptions = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    };
    if (!tls || this.#credentials === null) {
      return createServer(socketOptions, (socket) => accept(socket, false, mode));
    }
    const server = createTlsServer({
      ...socketOptions,
      ...this.#credentials,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMs(),
    });
    server.on('secureConnection', (socket) => {
      socket.allowHalfOpen = true;
      accept(socket, true, mode);
    });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }
}
