/** The newest rows of a live table of a daemon. Lives in the model of its source; pages subscribe while they show it. */
import type { TableCell } from '../../contract/stream.ts';

export interface TableSnapshot {
  /** When the daemon wrote it, Unix milliseconds; 0 before the first. */
  readonly time: number;
  readonly rows: readonly (readonly TableCell[])[];
  /** Rows that exist: more than were sent where the table is too large. */
  readonly total: number;
  /** Why there are none: the role of whoever uses the window may not see them. */
  readonly denied?: string;
}

const EMPTY: TableSnapshot = { time: 0, rows: [], total: 0 };

export class TableFeed {
  readonly #listeners = new Set<() => void>();
  #snapshot = EMPTY;

  readonly snapshot = (): TableSnapshot => this.#snapshot;

  /** Takes the whole table over. */
  set(snapshot: TableSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }

  /** Says why there are no rows and will be none. */
  deny(reason: string): void {
    this.set({ ...EMPTY, denied: reason });
  }

  /** Forgets the rows, such as when the process behind them has ended. */
  clear(): void {
    if (this.#snapshot !== EMPTY) this.set(EMPTY);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
