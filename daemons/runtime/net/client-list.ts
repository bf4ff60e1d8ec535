/**
 * The clients of a daemon, with a number for each, fields of the daemon's own that are columns too, the live table of them and its
 * declaration. A daemon whose connections have a life of their own keeps them in `OpenConnections`.
 */
import type { Socket } from 'node:net';
import { SignalboxError } from '../../../contract/errors.ts';
import type { TableColumn, TableSpec } from '../../../contract/manifest.ts';
import type { TableCell } from '../../../contract/stream.ts';
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

/** What a cell of a column holds. */
type CellOf<Type extends TableColumn['type']> = Type extends 'text'
  ? string
  : Type extends 'boolean'
    ? boolean
    : number;

/** What a daemon keeps of each client beyond a {@link ListedClient}: a field for each of its columns, by key. */
export type ClientFields<Columns extends readonly TableColumn[]> = {
  [Key in Columns[number]['key']]: CellOf<Extract<Columns[number], { readonly key: Key }>['type']>;
};

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
  rowActions: [{ title: 'Kill', command: 'kill', args: { client: 'client' }, noun: 'client' }],
};

/** {@link clientTable} with columns of the daemon's own behind its columns. Their keys are those of no field of a client. */
export function clientTableWith(columns: readonly TableColumn[]): TableSpec {
  return { ...clientTable, columns: [...clientTable.columns, ...columns] };
}

/** Who is connected. */
export class ClientList<const Columns extends readonly TableColumn[] = readonly []> extends OpenConnections<
  ListedClient & ClientFields<Columns>
> {
  #lastId = 0;

  /** The rows of {@link clientTable}, or of {@link clientTableWith}. */
  readonly table: TableProvider;

  /**
   * @param onChanged told when one came or went; whoever changes a field tells of that
   * @param columns the daemon's own, as {@link clientTableWith} was given them
   */
  constructor(onChanged?: () => void, columns?: Columns) {
    super(onChanged);
    const keys = (columns ?? []).map(({ key }): Columns[number]['key'] => key);
    this.table = {
      rows: () =>
        Array.from(this, (client) => [
          client.id,
          client.address,
          client.connectedAt,
          ...keys.map((key): TableCell => client[key]),
        ]),
      total: () => this.size,
    };
  }

  /**
   * Lists a client that was let in, until its socket is closed.
   * @param fields what its own fields begin with; the daemon sets them afterwards
   */
  take(
    socket: Socket,
    { address }: { readonly address: string },
    ...[fields]: keyof ClientFields<Columns> extends never ? [] : [fields: ClientFields<Columns>]
  ): ListedClient & ClientFields<Columns> {
    const id = ++this.#lastId;
    const listed = { id, address, connectedAt: Date.now(), socket, destroy: () => void socket.destroy() };
    const client = Object.assign(listed, fields);
    this.add(client, socket);
    return client;
  }

  /** The client of a number. Throws SignalboxError `not_found`. */
  find(id: number): ListedClient & ClientFields<Columns> {
    for (const client of this) if (client.id === id) return client;
    throw new SignalboxError('not_found', `There is no client ${id}.`);
  }
}
