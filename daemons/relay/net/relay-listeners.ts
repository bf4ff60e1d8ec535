/** The relay's listeners, plain and TLS: which server each is, and which certificate it shows. Owned by relay-server.ts. */
import { createServer, type Server, type Socket } from 'node:net';
import type { TcpListenerInfo } from '../../../contract/link/endpoint.ts';
import type { ListenerChange } from '../../runtime/net/listener-change.ts';
import { ListenerSet } from '../../runtime/net/listener-set.ts';
import { TlsAcceptor } from '../../runtime/net/tls-acceptor.ts';
import type { TlsCredentials } from '../../runtime/net/tls-credentials.ts';
import type { DefaultMode, ListenEntry } from '../config.ts';

/** What a relay does with its listeners' sockets. */
export interface RelayListenersOptions {
  /** Whether an accepted socket may stay; if not it was answered and ended, before TLS without a word. */
  readonly admit: (socket: Socket, beforeTls: boolean) => boolean;
  /** Takes a socket that was admitted; with TLS after the handshake. */
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
  /** One for each TLS listener, because their modes differ; also of those that only have clients left. */
  readonly #acceptors = new Set<TlsAcceptor>();
  #credentials: TlsCredentials | null = null;

  constructor(options: RelayListenersOptions) {
    this.#options = options;
    this.#set = new ListenerSet({
      key: 'relay.listen',
      protocol: () => 'frames',
      create: (entry) => this.#create(entry, this.#credentials),
      onAcceptFailure: options.onAcceptFailure,
    });
  }

  /** Where clients connect, with the real ports. */
  get infos(): readonly TcpListenerInfo[] {
    return this.#set.infos;
  }

  /**
   * Begins to listen where the configuration says, with its certificate.
   * @returns what happens at the listeners, and what puts it into force: that answers whether any came or went, and whether
   *   the certificate is another one
   * @throws SignalboxError `init_failed`; nothing has changed then
   */
  async begin(
    listen: readonly ListenEntry[],
    credentials: TlsCredentials | null,
  ): Promise<{
    readonly listeners: ListenerChange;
    readonly commit: () => { readonly listenersChanged: boolean; readonly renewed: boolean };
  }> {
    const listeners = await this.#set.change(listen, (entry) => this.#create(entry, credentials));
    const commit = () => {
      const listenersChanged = listeners.commit();
      const before = this.#credentials;
      this.#credentials = credentials;
      if (credentials !== null) for (const acceptor of this.#acceptors) acceptor.replace(credentials);
      return { listenersChanged, renewed: JSON.stringify(before) !== JSON.stringify(credentials) };
    };
    return { listeners, commit };
  }

  /** Accepts nobody from here on. */
  close(): void {
    this.#set.close();
  }

  /** Ends handshakes that are under way, and every client that connected over TLS. */
  destroy(): void {
    for (const acceptor of this.#acceptors) acceptor.close();
  }

  #create({ tls, mode }: ListenEntry, credentials: TlsCredentials | null): Server {
    const { admit, accept, handshakeMs } = this.#options;
    const options = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      // A paused socket would go on reading into its buffer up to this mark, 64 KiB by default: memory of every client
      // that has to wait, and events that keep the loop in its poll phase. It changes nothing while a socket flows.
      highWaterMark: 1,
    };
    if (!tls || credentials === null) {
      return createServer(options, (socket) => {
        if (admit(socket, false)) accept(socket, false, mode);
      });
    }
    const acceptor = new TlsAcceptor({
      credentials,
      requestCert: false,
      handshakeMs,
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
