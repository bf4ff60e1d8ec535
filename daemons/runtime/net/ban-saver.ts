/**
 * Sees to it that bans reach the disk: says of every change whether it did, and when it did not, tries again until it
 * does. Used by every daemon that has bans, so that all of them answer in the same words.
 */

import { counted } from '../../../contract/counted.ts';
import type { WireError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import type { SubsystemLogger } from '../telemetry/logger.ts';
import type { BanFile } from './ban-file.ts';

/** What became of a change: part of the answer to the command that made it. */
export type BanSaved =
  | { readonly saved: true }
  /** The `warning` has the code `not_saved`. */
  | { readonly saved: false; readonly warning: WireError };

/** The bans of one daemon. */
export interface BanSource<Ban> {
  /** Those in force, whenever they are written; each is the same object for as long as it stands. */
  list(): readonly Ban[];
  /** What tells one ban from another: whom it is against. Two with the same key do not stand beside each other. */
  keyOf(ban: Ban): string;
  /** When it ends, Unix time in milliseconds; null for never. */
  endMs(ban: Ban): number | null;
}

/** What a restart would change, because the disk does not have the bans as they are in force. */
export interface UnsavedBans {
  /** Bans in force that would be gone, or as they were before they were set anew. */
  readonly lost: number;
  /** Bans that were removed and would be in force again. */
  readonly returning: number;
}

const NOTHING_UNSAVED: UnsavedBans = { lost: 0, returning: 0 };

/** Saves one list of bans. */
export class BanSaver<Ban> {
  readonly #file: BanFile<Ban>;
  readonly #source: BanSource<Ban>;
  readonly #log: Pick<SubsystemLogger, 'info' | 'error'>;
  /** Why the last attempt failed; null when the disk has what is in force. */
  #problem: string | null = null;
  /** Bans of the last list that is known to be on disk. */
  #onDisk: ReadonlySet<Ban> = new Set();
  #retry: NodeJS.Timeout | null = null;
  #waitMs: number = limits.banRetryBaseMs.default;

  constructor(file: BanFile<Ban>, source: BanSource<Ban>, log: Pick<SubsystemLogger, 'info' | 'error'>) {
    this.#file = file;
    this.#source = source;
    this.#log = log;
  }

  /** Changes on their way to the disk. */
  get counts(): BanFile<Ban>['counts'] {
    return this.#file.counts;
  }

  /** Notes that the list was read from the disk just now. */
  loaded(): void {
    this.#onDisk = new Set(this.#source.list());
  }

  /** How the bans after a restart would differ from those in force; not at all unless the last attempt to save failed. */
  get unsaved(): UnsavedBans {
    if (this.#problem === null) return NOTHING_UNSAVED;
    const now = Date.now();
    const stands = (ban: Ban) => (this.#source.endMs(ban) ?? Number.POSITIVE_INFINITY) > now;
    const inForce = this.#source.list().filter(stands);
    const keys = new Set(inForce.map((ban) => this.#source.keyOf(ban)));
    const removed = [...this.#onDisk].filter((ban) => stands(ban) && !keys.has(this.#source.keyOf(ban)));
    return { lost: inForce.filter((ban) => !this.#onDisk.has(ban)).length, returning: removed.length };
  }

  /** Writes the list; changes made during a write share the next one. Never rejects. */
  async save(): Promise<BanSaved> {
    const written: (readonly Ban[])[] = [];
    try {
      // Of changes that share a write only the newest is asked for the list.
      await this.#file.save(() => {
        const list = this.#source.list();
        written.push(list);
        return list;
      });
    } catch (error) {
      const message = notSavedText(error instanceof Error ? error.message : String(error));
      this.#failed((error as NodeJS.ErrnoException).code ?? message, message);
      return { saved: false, warning: { code: 'not_saved', message } };
    }
    const newest = written.at(-1);
    if (newest !== undefined) this.#onDisk = new Set(newest);
    this.#succeeded();
    return { saved: true };
  }

  /** Writes what is not on disk yet once more; resolves when nothing is being written any more. Says in the log what is lost. */
  async close(): Promise<void> {
    await this.#file.settled();
    if (this.#problem !== null) await this.save();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const { lost, returning } = this.unsaved;
    if (lost > 0)
      this.#log.error(
        'bans_lost',
        `${counted(lost, 'ban')} could not be written to disk (${this.#problem}) and will not hold beyond this stop.`,
      );
    if (returning > 0)
      this.#log.error(
        'bans_returning',
        `${counted(returning, 'removed ban')} could not be taken off the disk (${this.#problem}) and will hold again after this stop.`,
      );
  }

  #failed(problem: string, message: string): void {
    // Said once for each cause, not with every attempt.
    if (problem !== this.#problem) this.#log.error('bans_not_saved', message);
    this.#problem = problem;
    if (this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.save();
    }, this.#waitMs);
    this.#retry.unref();
    this.#waitMs = Math.min(this.#waitMs * 2, limits.banRetryMaxMs.default);
  }

  #succeeded(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#waitMs = limits.banRetryBaseMs.default;
    if (this.#problem === null) return;
    this.#problem = null;
    this.#log.info('bans_saved', 'The bans in force are on disk again; they hold beyond a restart.');
  }
}

function notSavedText(cause: string): string {
  return (
    `The change of the bans is in force but could not be written to disk (${cause}), so it holds only until the ` +
    'restart. Make room there or restore the folder; saving is tried again until it works.'
  );
}
