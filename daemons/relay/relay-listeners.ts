/** The relay's listeners, plain and TLS: which server each is, and which certificate it shows. Owned by relay-server.ts. */
import { createServer, type Server, type Socket } from 'node:net';
import type { ListenerInfo } from '../contract/states.ts';
import { ListenerSet } from '../runtime/listener-set.ts';
import { TlsAcceptor } from '../runtime/tls-acceptor.ts';
import { loadCredentials, type TlsCredentials } from '../runtime/tls-credentials.ts';
import type { DefaultMode, ListenEntry, RelayConfig } from './config.ts';

/** What a relay does with its listeners' sockets. */
export interface RelayListenersOptions {
  /** Whether an accepted socket may stay; if not it was answered and ended, before TLS without a word. */
  readonly admit: (socket: Socket, beforeTls: boolean) => boolean;
  /** Takes a socket that was admitted; with TLS after the handshake. */
  readonly accept: (socket: Socket, encrypted: boolean, mode: DefaultMode | undefined) => void;
  /** Time that a handshake may take, in milliseconds. */
  readonly handshakeMs: () => number;
  /** Something about the certificate that the operator should know. */
  readonly warn: (text: string) => void;
  /** A connection could not be accepted. */
  readonly onAcceptFailure: () => void;
}

/** The listeners of one relay. */
export class RelayListeners {
  readonly #options: RelayListenersOptions;
  readonly #set: ListenerSet<ListenEntry>;
  /** One for each TLS listener, because their modes differ; also of those that only have clients left. */
  readonly #acceptors = new Set<TlsAcceptor>();
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
    const credentials =
      tls === undefined ? null : await loadCredentials('relay.tls', tls, this.#options.warn);
    const before = this.#credentials;
    this.#credentials = credentials;
    const listenersChanged = await this.#set.apply(listen).catch((error: unknown) => {
      this.#credentials = before;
      throw error;
    });
    if (credentials !== null) for (const acceptor of this.#acceptors) acceptor.replace(credentials);
    return { listenersChanged, renewed: JSON.stringify(before) !== JSON.stringify(credentials) };
  }

  /** Accepts nobody from here on. */
  close(): void {
    this.#set.close();
  }

  /** Ends handshakes that are under way, and every client that connected over TLS. */
  destroy(): void {
    for (const acceptor of this.#acceptors) acceptor.close();
  }

  #create({ tls, mode }: ListenEntry): Server {
    const { admit, accept, handshakeMs } = this.#options;
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
    const credentials = this.#credentials;
    if (!tls || credentials === null) {
      return createServer(options, (socket) => {
        if (admit(socket, false)) accept(socket, false, mode);
      });
    }
    const acceptor = new TlsAcceptor({
      credentials,
      requestCert: false,
      handshakeMs: handshakeMs(),
      onSecure(socket) {
        socket.allowHalfOpen = true;
        accept(socket, true, mode);
      },
      onFailure: () => {},
    });
    const server = createServer(options, (socket) => {
      if (admit(socket, true)) acceptor.accept(socket);
    });
    server.once('listening', () => this.#acceptors.add(acceptor));
    server.once('close', () => this.#acceptors.delete(acceptor));
    return server;
  }
}
