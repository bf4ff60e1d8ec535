/**
 * A copy of the database each night, looked at before it counts, and the oldest dropped. One that was missed, because nothing ran then,
 * is made when something runs again. Made by daemon.ts.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';

export interface NightlyBackupOptions {
  readonly clock: Clock;
  readonly folder: string;
  /** When, as `04:00` of local time, and how many are kept; 0: none is made. May change with the configuration. */
  readonly settings: () => { readonly at: string; readonly keep: number };
  /** Since when the database is there, Unix milliseconds. */
  readonly bornMs: number;
  /** Copies to a new file and looks at the copy; rejects where it is not whole. */
  readonly copy: (file: string) => Promise<{ readonly bytes: number; readonly accounts: number }>;
  readonly log: (level: 'info' | 'error', event: string, message: string) => void;
}

const NAME = /^services-(\d{4}-\d\d-\d\d)\.db$/;

export class NightlyBackup {
  readonly #options: NightlyBackupOptions;
  #timer: Timer | null = null;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  /** Copies made, and those that could not be, since the start. */
  readonly counts = { made: 0, failed: 0 };

  constructor(options: NightlyBackupOptions) {
    this.#options = options;
    this.#watch();
  }

  /** Resolves when none is under way any more; none is made from then on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** Looked at again and again, because clocks are set and machines sleep. */
  #watch(): void {
    this.#timer = this.#options.clock.after(limits.backupLookMs.default, () => {
      this.#running = this.#look().finally(() => {
        if (!this.#closed) this.#watch();
      });
    });
  }

  async #look(): Promise<void> {
    const { clock, settings, bornMs, folder, log } = this.#options;
    const { at, keep } = settings();
    if (keep === 0) return;
    const due = lastDue(at, clock.now());
    const day = dayOf(due);
    const newest = this.#kept().at(-1);
    if (newest === undefined ? bornMs >= due : newest >= day) return;
    const name = `services-${day}.db`;
    const partial = join(folder, `${name}.partial`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      rmSync(partial, { force: true });
      const { bytes, accounts } = await this.#options.copy(partial);
      renameSync(partial, join(folder, name));
      this.counts.made++;
      log('info', 'backup_made', `${name}: ${accounts} accounts, ${bytes} bytes`);
      for (const old of this.#kept().slice(0, -keep))
        rmSync(join(folder, `services-${old}.db`), { force: true });
    } catch (error) {
      rmSync(partial, { force: true });
      this.counts.failed++;
      const why = error instanceof Error ? error.message : String(error);
      log('error', 'backup_failed', `The accounts could not be copied: ${why}. It is tried again.`);
    }
  }

  /** The days of the copies that are there, the oldest first. */
  #kept(): string[] {
    let names: string[];
    try {
      names = readdirSync(this.#options.folder);
    } catch {
      return [];
    }
    return names
      .map((name) => NAME.exec(name)?.[1])
      .filter((day) => day !== undefined)
      .sort();
  }
}

/** The latest moment at which it was that time of day, Unix milliseconds. */
function lastDue(at: string, nowMs: number): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  const due = new Date(nowMs);
  due.setHours(hours, minutes, 0, 0);
  if (due.getTime() > nowMs) due.setDate(due.getDate() - 1);
  return due.getTime();
}

/** Such as `2026-11-29`, of local time. */
function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (number: number) => `${number}`.padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
