/** Bans by address range, kept in one file. Asked on accept; changed by admin commands. */
import { z } from 'zod';
import { toLineText } from '../../contract/line-texts.ts';
import { BanFile } from '../runtime/net/ban-file.ts';
import { BanIndex } from '../runtime/net/ban-index.ts';
import { type BanSaved, BanSaver, type UnsavedBans } from '../runtime/net/ban-saver.ts';
import { canonicalRange } from '../runtime/net/canonical-address.ts';
import { parseCidr } from '../runtime/net/ip-address.ts';
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';

const banSchema = z.object({
  mask: z.string().refine((text) => parseCidr(text) !== null, { error: 'not an address range' }),
  reason: z.string().transform(toLineText),
  by: z.string().transform(toLineText),
  /** Unix time in milliseconds. */
  createdAt: z.number(),
  /** Unix time in milliseconds, null for a ban without end. */
  expiresAt: z.number().nullable(),
});

/** One ban, as it is stored and listed. */
export type Ban = z.output<typeof banSchema>;

/** Where a ban list says what happens to its file. */
export type BanLog = Pick<SubsystemLogger, 'info' | 'error'>;

/** The list in memory and its file. */
export class BanList {
  readonly #saver: BanSaver<Ban>;
  readonly #bans = new BanIndex<Ban>((name) => name);

  private constructor(file: BanFile<Ban>, log: BanLog) {
    const list = () => [...this.#bans.values()];
    this.#saver = new BanSaver(
      file,
      { list, keyOf: ({ mask }) => mask, endMs: ({ expiresAt }) => expiresAt },
      log,
    );
  }

  /** Reads the bans of a data directory; see {@link BanFile.load}. `log` hears of damage and of bans not saved. */
  static async open(dataDir: string, log: BanLog): Promise<BanList> {
    const file = new BanFile(dataDir, banSchema);
    const list = new BanList(file, log);
    for (const ban of await file.load((message) => log.error('bans_damaged', message)))
      list.#put({ ...ban, mask: canonicalRange(ban.mask) });
    list.#saver.loaded();
    return list;
  }

  /** Whether there are `most` bans in force at `now`, or more. */
  isFull(most: number, now: number): boolean {
    if (this.#bans.size >= most) this.#bans.forgetExpired(now);
    return this.#bans.size >= most;
  }

  /** All bans in force at `now`, oldest first. */
  all(now: number): readonly Ban[] {
    return [...this.#bans.values()].filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }

  /** The oldest ban that covers an address, or null. */
  ofAddress(address: string, now: number): Ban | null {
    return this.#bans.match(address, null, [], now);
  }

  /** Adds a ban, which is in force at once; resolves when it is on disk, or turned out not to get there yet. */
  add(ban: Ban): Promise<BanSaved> {
    return this.addAll([ban]);
  }

  /** Adds several at once; of all of them there is one write. */
  addAll(bans: readonly Ban[]): Promise<BanSaved> {
    for (const ban of bans) {
      this.#bans.forgetExpired(ban.createdAt);
      // Out first, so that the newest stands last in the list.
      this.#bans.delete(ban.mask);
      this.#put(ban);
    }
    return this.#saver.save();
  }

  /** Removes the ban on a mask as {@link canonicalRange} writes it; null where there is none. */
  remove(mask: string): Promise<BanSaved> | null {
    if (this.#bans.get(mask) === undefined) return null;
    this.#bans.delete(mask);
    return this.#saver.save();
  }

  /** How the bans after a restart would differ, because the disk does not have them as they are. */
  get unsaved(): UnsavedBans {
    return this.#saver.unsaved;
  }

  /** Changes on their way to the disk, as the instrument `batcher bans` shows them. */
  get counts(): BanSaver<Ban>['counts'] {
    return this.#saver.counts;
  }

  /** Writes what is not on disk yet, if that is possible now. */
  close(): Promise<void> {
    return this.#saver.close();
  }

  #put(ban: Ban): void {
    const block = parseCidr(ban.mask);
    this.#bans.set(
      ban.mask,
      ban,
      block === null ? { kind: 'key' } : { kind: 'network', block },
      ban.expiresAt,
    );
  }
}
