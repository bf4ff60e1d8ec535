/**
 * The listeners, TCP and Unix, of a daemon and their change on reload: what is new is opened before what is gone is closed, so
 * that a mistake in a new configuration leaves everything as it was. Only where an address is held by a listener that goes
 * is that one closed first, and opened again should the rest fail. Used by the network path of every daemon.
 */
import type { Server, Socket } from 'node:net';
import { connectionRoom } from '../host/descriptor-limit.ts';
import {
  Change,
  carryOut,
  type InfoOf,
  type ListenEntry,
  type Listener,
  type ListenerChange,
  type ListenerSetOptions,
} from './listener-change.ts';

/** The open listeners of one daemon. */
export class ListenerSet<Entry extends ListenEntry> {
  readonly #options: ListenerSetOptions<Entry>;
  readonly #maxSockets: number;
  #listeners: readonly Listener<Entry>[] = [];
  #sockets = 0;

  constructor(options: ListenerSetOptions<Entry>) {
    this.#options = { ...options, create: (entry) => this.#bound(options.create(entry)) };
    this.#maxSockets = options.maxSockets ?? connectionRoom().sockets;
  }

  /** The open listeners in the order of the configuration. */
  get listeners(): readonly Listener<Entry>[] {
    return this.#listeners;
  }

  /** Where clients connect, with the real ports. */
  get infos(): readonly InfoOf<Entry>[] {
    return this.#listeners.map((listener) => listener.info);
  }

  /**
   * Makes the open listeners exactly those of the configuration. Listeners that stay are not touched; clients of a
   * listener that goes keep their connections.
   * @returns whether any listener came or went
   * @throws SignalboxError `address_in_use` or `init_failed` that names the address; nothing has changed then
   */
  async apply(entries: readonly Entry[]): Promise<boolean> {
    const change = await this.change(entries);
    return await carryOut(change, () => change.commit());
  }

  /**
   * Begins to make the open listeners those of the configuration.
   * @param create makes the servers of what is new, where the set's own would not do yet
   * @throws SignalboxError `init_failed` that names the address; nothing has changed then
   */
  async change(entries: readonly Entry[], create?: (entry: Entry) => Server): Promise<ListenerChange> {
    const make = create === undefined ? this.#options.create : (entry: Entry) => this.#bound(create(entry));
    const change = new Change(this.#options, make, this.#listeners, (listeners) => {
      this.#listeners = listeners;
    });
    await change.open(entries);
    return change;
  }

  /** Stops accepting. Connections that are open stay open. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }

  /** Node asks a server's `maxConnections` at each accept; here all servers of the set share one number. */
  #bound(server: Server): Server {
    Object.defineProperty(server, 'maxConnections', {
      get: () => (this.#sockets >= this.#maxSockets ? 0 : undefined),
    });
    server.on('drop', this.#options.onAcceptFailure);
    server.prependListener('connection', (socket: Socket) => {
      this.#sockets++;
      socket.on('close', () => {
        this.#sockets--;
      });
    });
    return server;
  }
}
