/**
 * Bans by peer id, by identity and by address range, kept in one file. Asked on accept and hello; changed by admin commands.
 */
import { z } from 'zod';
import { toLineText } from '../../../contract/line-texts.ts';
import { BanFile } from '../../runtime/net/ban-file.ts';
import { BanIndex, type BanTarget } from '../../runtime/net/ban-index.ts';
import { type BanSaved, BanSaver, type UnsavedBans } from '../../runtime/net/ban-saver.ts';
import { canonicalRange } from '../../runtime/net/canonical-address.ts';
import { parseCidr } from '../../runtime/net/ip-address.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';

const banSchema = z
  .object({
    kind: z.enum(['peer', 'cidr', 'identity']),
    value: z.string(),
    reason: z.string().transform(toLineText),
    by: z.string().transform(toLineText),
    /** Unix time in milliseconds. */
    createdAt: z.number(),
    /** Unix time in milliseconds, null for a ban without end. */
    expiresAt: z.number().nullable(),
  })
  .refine(({ kind, value }) => kind !== 'cidr' || parseCidr(value) !== null, {
    path: ['value'],
    error: 'not an address range',
  });

/** One ban, as it is stored and listed. */
export type Ban = z.output<typeof banSchema>;

/** What a ban is against. */
export type BanKind = Ban['kind'];

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
      { list, keyOf: ({ value }) => value, endMs: ({ expiresAt }) => expiresAt },
      log,
    );
  }

  /** Reads the bans of a data directory; see {@link BanFile.load}. `log` hears of damage and of bans not saved. */
  static async open(dataDir: string, log: BanLog): Promise<BanList> {
    const file = new BanFile(dataDir, banSchema);
    const list = new BanList(file, log);
    const stored = await file.load((message) => log.error('bans_damaged', message));
    for (const ban of stored) {
      const value = ban.kind === 'cidr' ? canonicalRange(ban.value) : ban.value;
      list.#put({ ...ban, value });
    }
    list.#saver.loaded();
    return list;
  }

  /** Changes on their way to the disk. */
  get counts(): BanSaver<Ban>['counts'] {
    return this.#saver.counts;
  }

  /** Whether there are `most` bans in force at `now`, or more. */
  isFull(most: number, now: number): boolean {
    if (this.#bans.size >= most) this.#bans.forgetExpired(now);
    return this.#bans.size >= most;
  }

  /** All bans in force at `now`, oldest first. */
  all(now: number): readonly Ban[] {
    return [...this.#bans.values()].filter((ban) => !expired(ban, now));
  }

  /** The ban on a peer id, or null. */
  ofPeer(id: string, now: number): Ban | null {
    const ban = this.#bans.get(id);
    return ban !== undefined && ban.kind === 'peer' && !expired(ban, now) ? ban : null;
  }

  /** The ban on an identity, or null. */
  ofIdentity(identity: string, now: number): Ban | null {
    const ban = this.#bans.get(identity);
    return ban !== undefined && ban.kind === 'identity' && !expired(ban, now) ? ban : null;
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
      this.#bans.delete(ban.value);
      this.#put(ban);
    }
    return this.#saver.save();
  }

  /** Removes a ban of a kind by its value, as {@link add} adds one; null where there is none. */
  remove(kind: BanKind, value: string): Promise<BanSaved> | null {
    if (this.#bans.get(value)?.kind !== kind) return null;
    this.#bans.delete(value);
    return this.#saver.save();
  }

  /** How the bans after a restart would differ, because the disk does not have them as they are. */
  get unsaved(): UnsavedBans {
    return this.#saver.unsaved;
  }

  /** Writes what is not on disk yet, if that is possible now. */
  close(): Promise<void> {
    return this.#saver.close();
  }

  #put(ban: Ban): void {
    this.#bans.set(ban.value, ban, targetOf(ban), ban.expiresAt);
  }
}

/** Whom a ban is against. */
export function targetOf({ kind, value }: Pick<Ban, 'kind' | 'value'>): BanTarget {
  const block = kind === 'cidr' ? parseCidr(value) : null;
  return block === null ? { kind: 'key' } : { kind: 'network', block };
}

function expired(ban: Ban, now: number): boolean {
  return ban.expiresAt !== null && ban.expiresAt <= now;
}
