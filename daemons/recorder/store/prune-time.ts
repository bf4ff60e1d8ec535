/** The row of `prune_time`: how far deletion by age has come, see {@link stepPruneTime}. Stepped with every append. */
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

/** How far the time by which old things are deleted has come, as it is kept in the database. */
export interface PruneState {
  /** Unix milliseconds. */
  readonly time: number;
  /** For how long the recorder has run while the clock was further ahead than `clockSlackSeconds`, milliseconds. */
  readonly heldMs: number;
}

/**
 * The next {@link PruneState}: it goes along with the clock where that is plausible, and waits a day of running where the
 * clock is far ahead, because what is deleted does not come back when the clock does.
 * @param now the recorder's time, Unix milliseconds
 * @param passedMs real time since the last step
 */
export function stepPruneTime(before: PruneState, now: number, passedMs: number): PruneState {
  const time = before.time + passedMs;
  if (now - time <= limits.clockSlackSeconds.default * 1_000) return { time: now, heldMs: 0 };
  const heldMs = before.heldMs + passedMs;
  if (heldMs >= limits.clockTrustSeconds.default * 1_000) return { time: now, heldMs: 0 };
  return { time, heldMs };
}

/** A step is written when this much has changed: the row need not cost a page with every append. */
const SAVE_MS = 60_000;

/** The time by which old things are deleted. */
export class PruneTime {
  #state: PruneState | null = null;
  #saved: PruneState | null = null;
  readonly #load;
  readonly #newest;
  readonly #save;

  constructor(database: Sqlite) {
    this.#load = database.prepare<[], PruneState>(
      'SELECT time, held_ms AS heldMs FROM prune_time WHERE id = 1',
    );
    // A file of an earlier version: its last append is the last time that was believed.
    this.#newest = database.prepare<[], number | null>('SELECT max(time) FROM batches').pluck();
    this.#save = database.prepare<[number, number]>(
      'INSERT OR REPLACE INTO prune_time (id, time, held_ms) VALUES (1, ?, ?)',
    );
  }

  /** Reads everything again, at start and after a transaction was rolled back. */
  reload(): void {
    this.#saved = this.#load.get() ?? null;
    const newest = this.#newest.get() ?? null;
    this.#state = this.#saved ?? (newest === null ? null : { time: newest, heldMs: 0 });
  }

  /** One step, part of the append's transaction; returns the time to delete by, Unix milliseconds. */
  step(now: number, passedMs: number): number {
    const state = stepPruneTime(this.#state ?? { time: now, heldMs: 0 }, now, passedMs);
    this.#state = state;
    const saved = this.#saved;
    if (
      saved === null ||
      Math.abs(state.time - saved.time) >= SAVE_MS ||
      state.heldMs - saved.heldMs >= SAVE_MS
    ) {
      this.#save.run(Math.round(state.time), Math.round(state.heldMs));
      this.#saved = state;
    }
    return state.time;
  }
}
