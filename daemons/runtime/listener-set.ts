/**
 * The TCP listeners of a daemon and their change on reload: what is new is opened before what is gone is closed, so
 * that a mistake in a new configuration leaves everything as it was. Used by the network path of every daemon.
 */
import type { Server, Socket } from 'node:net';
import { SignalboxError } from '../contract/errors.ts';
import type { ListenerInfo } from '../contract/states.ts';
import { connectionRoom } from './descriptor-limit.ts';
import { limits } from './limits.ts';

/** Where a listener listens. Entries that are equal, field for field, are the same listener across a reload. */
export interface ListenEntry {
  /** Address or host name. */
  readonly host: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  /** Whether clients speak TLS from the first byte. */
  readonly tls: boolean;
}

/** What a daemon says about its listeners. */
export interface ListenerSetOptions<Entry extends ListenEntry> {
  /** What is spoken there, as shown to people: `irc`. */
  readonly protocol: (entry: Entry) => string;
  /** Makes the server of an entry; the set makes it listen and closes it. */
  readonly create: (entry: Entry) => Server;
  /** A connection could not be accepted, for want of descriptors say; it costs that client only. */
  readonly onAcceptFailure: () => void;
  /** Sockets that all listeners hold at once; others are closed unseen. As many as descriptors allow if absent. */
  readonly maxSockets?: number;
}

/** An open listener. */
export interface Listener<Entry extends ListenEntry> {
  readonly entry: Entry;
  readonly server: Server;
  /** With the real port. */
  readonly info: ListenerInfo;
}

/** The open listeners of one daemon. */
export class ListenerSet<Entry extends ListenEntry> {
  readonly #options: ListenerSetOptions<Entry>;
  readonly #maxSockets: number;
  #listeners: readonly Listener<Entry>[] = [];
  #sockets = 0;

  constructor(options: ListenerSetOptions<Entry>) {
    this.#options = options;
    this.#maxSockets = options.maxSockets ?? connectionRoom().sockets;
  }

  /** The open listeners in the order of the configuration. */
  get listeners(): readonly Listener<Entry>[] {
    return this.#listeners;
  }

  /** Where clients connect, with the real ports. */
  get infos(): readonly ListenerInfo[] {
    return this.#listeners.map((listener) => listener.info);
  }

  /**
   * Makes the open listeners exactly those of the configuration. Listeners that stay are not touched; clients of a
   * listener that goes keep their connections.
   * @returns whether any listener came or went
   * @throws SignalboxError `address_in_use` or `init_failed` that names the address; nothing has changed then
   */
  async apply(entries: readonly Entry[]): Promise<boolean> {
    const next: Listener<Entry>[] = [];
    const opened: Listener<Entry>[] = [];
    // Equal entries, such as two of port 0, each stand for one listener.
    const spare = [...this.#listeners];
    try {
      for (const entry of entries) {
        const key = keyOf(entry);
        const index = spare.findIndex((listener) => keyOf(listener.entry) === key);
        const same = index < 0 ? undefined : spare.splice(index, 1)[0];
        const listener = same ?? (await this.#open(entry));
        if (same === undefined) opened.push(listener);
        next.push(listener);
      }
    } catch (error) {
      for (const listener of opened) listener.server.close();
      throw error;
    }
    for (const listener of spare) listener.server.close();
    this.#listeners = next;
    return opened.length > 0 || spare.length > 0;
  }

  /** Stops accepting. Connections that are open stay open. */
  close(): void {
    for (const listener of this.#listeners) listener.server.close();
    this.#listeners = [];
  }

  /** Node asks a server's `maxConnections` at each accept; here all servers of the set share one number. */
  #bound(server: Server): void {
    Object.defineProperty(server, 'maxConnections', {
      get: () => (this.#sockets >= this.#maxSockets ? 0 : undefined),
    });
    server.on('drop', this.#options.onAcceptFailure);
    server.prependListener('connection', (socket: Socket) => {
      this.#sockets++;
      socket.once('close', () => {
        this.#sockets--;
      });
    });
  }

  #open(entry: Entry): Promise<Listener<Entry>> {
    const { protocol, create, onAcceptFailure } = this.#options;
    const { host, port, tls } = entry;
    const server = create(entry);
    this.#bound(server);
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => reject(listenError(entry, error));
      server.once('error', fail);
      server.listen({ host, port, backlog: limits.listenBacklog.default }, () => {
        server.off('error', fail);
        server.on('error', onAcceptFailure);
        const address = server.address();
        const realPort = typeof address === 'object' && address !== null ? address.port : port;
        resolve({ entry, server, info: { protocol: protocol(entry), host, port: realPort, tls } });
      });
    });
  }
}

function keyOf(entry: ListenEntry): string {
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function listenError({ host, port }: ListenEntry, cause: NodeJS.ErrnoException): SignalboxError {
  const where = `${host}:${port}`;
  if (cause.code === 'EADDRINUSE') {
    return new SignalboxError('address_in_use', `cannot listen on ${where}: another process does`, { cause });
  }
  return new SignalboxError('init_failed', `cannot listen on ${where}: ${cause.message}`, { cause });
}
