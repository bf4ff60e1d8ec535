/** The live table of all bans that are in force: those of this server, exceptions, and those of the network. */
import type { TableCell } from '../../../contract/stream.ts';
import type { IrcServer } from '../irc-server.ts';
import { banRows } from './ban-handlers.ts';
import { banTableColumns } from './columns.ts';

export class BanTable {
  readonly #server: () => IrcServer;
  /** When the first of those that were shown last ends, Unix milliseconds. */
  #endsMs = Number.POSITIVE_INFINITY;

  /** @param server asked for when rows are wanted. */
  constructor(server: () => IrcServer) {
    this.#server = server;
  }

  rows(): readonly TableCell[][] {
    const rows = banRows(this.#server());
    this.#endsMs = Math.min(
      Number.POSITIVE_INFINITY,
      ...rows.flatMap(({ expiresAt }) => (typeof expiresAt === 'number' ? [expiresAt] : [])),
    );
    return rows.map((row) => banTableColumns.map(({ key }) => row[key] ?? null));
  }

  total(): number {
    return banRows(this.#server()).length;
  }

  /** Whether one that was shown has ended since: nobody says so when it does. */
  isOutdated(nowMs: number): boolean {
    return nowMs >= this.#endsMs;
  }
}
