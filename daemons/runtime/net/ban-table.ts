/** The live table of the bans of a daemon that are in force, whatever kinds it has. */
import type { TableColumn } from '../../../contract/manifest.ts';
import type { TableCell } from '../../../contract/stream.ts';
import type { DaemonContext } from '../host/daemon-definition.ts';
import { cellsOf } from '../telemetry/table-cells.ts';

type Row = Readonly<Record<string, TableCell>>;

interface BansShown {
  /** In the order of the cells; `expiresAt` says when a ban ends, null for never. */
  readonly columns: readonly TableColumn[];
  /** Bans in force, by column key. */
  readonly rows: () => readonly Row[];
  /** How often the list was changed so far. */
  readonly changes: () => number;
}

export class BanTable {
  readonly byChanges = true;
  readonly #shown: BansShown;
  /** When the first of those that were shown last ends, Unix milliseconds. */
  #endsMs = Number.POSITIVE_INFINITY;
  #changes = 0;

  constructor(shown: BansShown) {
    this.#shown = shown;
  }

  rows(): readonly (readonly TableCell[])[] {
    const { columns, changes } = this.#shown;
    const rows = this.#shown.rows();
    this.#changes = changes();
    this.#endsMs = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of rows)
      if (typeof expiresAt === 'number') this.#endsMs = Math.min(this.#endsMs, expiresAt);
    return rows.map((row) => cellsOf(columns, row));
  }

  total(): number {
    return this.#shown.rows().length;
  }

  /** Whether the list has changed since it was shown, or one of it has ended, of which nobody tells. */
  isOutdated(nowMs: number): boolean {
    return this.#changes !== this.#shown.changes() || nowMs >= this.#endsMs;
  }
}

/** Such a table for as long as the daemon runs: whoever watches it hears of bans that end, too. */
export function liveBanTable(
  shown: BansShown,
  { metrics, touchTable }: Pick<DaemonContext<unknown>, 'metrics' | 'touchTable'>,
): BanTable {
  const table = new BanTable(shown);
  metrics.onSample(() => {
    if (table.isOutdated(Date.now())) touchTable('bans');
  });
  return table;
}
