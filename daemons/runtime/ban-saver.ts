/**
 * Sees to it that bans reach the disk: says of every change whether it did, and when it did not, tries again until it
 * does. Used by every daemon that has bans, so that all of them answer in the same words.
 */

import { counted } from '../contract/counted.ts';
import type { WireError } from '../contract/errors.ts';
import type { BanFile } from './ban-file.ts';
import { limits } from './limits.ts';
import type { SubsystemLogger } from './logger.ts';

/** What became of a change: part of the answer to the command that made it. */
export type BanSaved =
  | { readonly saved: true }
  /** The `warning` has the code `not_saved`. */
  | { readonly saved: false; readonly warning: WireError };

/** Saves one list of bans. */
export class BanSaver<Ban> {
  readonly #file: BanFile<Ban>;
  readonly #list: () => readonly Ban[];
  readonly #log: Pick<SubsystemLogger, 'info' | 'error'>;
  /** Why the last attempt failed; null when the disk has what is in force. */
  #problem: string | null = null;
  /** Bans of the last list that is known to be on disk. */
  #onDisk: ReadonlySet<Ban> = new Set();
  #retry: NodeJS.Timeout | null = null;
  #waitMs: number = limits.banRetryBaseMs.default;

  /** `list` gives the bans in force whenever they are written, each the same object for as long as it stands. */
  constructor(file: BanFile<Ban>, list: () => readonly Ban[], log: Pick<SubsystemLogger, 'info' | 'error'>) {
    this.#file = file;
    this.#list = list;
    this.#log = log;
  }

  /** Notes that the list was read from the disk just now. */
  loaded(): void {
    this.#onDisk = new Set(this.#list());
  }

  /** How many bans are in force and would be gone after a restart; 0 unless the last attempt to save failed. */
  get unsaved(): number {
    if (this.#problem === null) return 0;
    return this.#list().filter((ban) => !this.#onDisk.has(ban)).length;
  }

  /** Writes the list; changes made during a write share the next one. Never rejects. */
  async save(): Promise<BanSaved> {
    const written: (readonly Ban[])[] = [];
    try {
      // Of changes that share a write only the newest is asked for the list.
      await this.#file.save(() => {
        const list = this.#list();
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
    const { unsaved } = this;
    if (unsaved > 0)
      this.#log.error(
        'bans_lost',
        `${counted(unsaved, 'ban')} could not be written to disk (${this.#problem}) and do not hold beyond this stop.`,
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
