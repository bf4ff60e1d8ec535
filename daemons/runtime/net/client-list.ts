/**
 * The clients of a daemon that knows nothing more of them than their sockets, with a number for each, the live table of them and
 * its declaration. A daemon that keeps more has connections of its own in `OpenConnections`.
 */
import type { Socket } from 'node:net';
import { SignalboxError } from '../../../contract/errors.ts';
import type { TableSpec } from '../../../contract/manifest.ts';
import type { TableProvider } from '../telemetry/stream-hub.ts';
import { clientColumn } from './client-columns.ts';
import { OpenConnections } from './open-connections.ts';

/** One that is connected. */
export interface ListedClient {
  /** Counted from 1; no other client of this run has it. */
  readonly id: number;
  /** Textual address, or `unix:`. */
  readonly address: string;
  /** Unix time in milliseconds. */
  readonly connectedAt: number;
  readonly socket: Socket;
  /** Closes the socket without ceremony. */
  destroy(): void;
}

/** The live table of a {@link ClientList}, for the manifest; offers the command `kill`, whose argument `client` is the number. */
export const clientTable: TableSpec = {
  title: 'Connections',
  access: 'operate',
  rowKey: 'client',
  columns: [
    { key: 'client', title: 'Client', type: 'number' },
    clientColumn.address,
    clientColumn.connectedAt,
  ],
  rowActions: [{ title: 'Kill', command: 'kill', args: { client: 'client' } }],
};

/** Who is connected. */
export class ClientList extends OpenConnections<ListedClient> {
  #lastId = 0;

  /** The rows of {@link clientTable}. */
  readonly table: TableProvider = {
    rows: () => [...this].map(({ id, address, connectedAt }) => [id, address, connectedAt]),
    total: () => this.size,
  };

  /** Lists a client that was let in, until its socket is closed. */
  take(socket: Socket, { address }: { readonly address: string }): ListedClient {
    const id = ++this.#lastId;
    const client = { id, address, connectedAt: Date.now(), socket, destroy: () => void socket.destroy() };
    this.add(client, socket);
    return client;
  }

  /** The client of a number. Throws SignalboxError `not_found`. */
  find(id: number): ListedClient {
    for (const client of this) if (client.id === id) return client;
    throw new SignalboxError('not_found', `There is no client ${id}.`);
  }
}
