/**
 * Bans by peer id and by address range, kept in one file. Asked on accept and hello; changed by admin commands.
 */
import { z } from 'zod';
import { BanFile } from '../runtime/ban-file.ts';
import { AddressRanges, parseCidr } from '../runtime/ip-address.ts';

const banSchema = z
  .object({
    kind: z.enum(['peer', 'cidr']),
    value: z.string(),
    reason: z.string(),
    by: z.string(),
    /** Unix time in milliseconds. */
    createdAt: z.number(),
    /** Unix time in milliseconds, null for a ban without end. */
    expiresAt: z.number().nullable(),
  })
  .refine(({ kind, value }) => kind === 'peer' || parseCidr(value) !== null, {
    path: ['value'],
    error: 'not an address range',
  });

/** One ban, as it is stored and listed. */
export type Ban = z.output<typeof banSchema>;

/** The list in memory and its file. */
export class BanList {
  readonly #file: BanFile<Ban>;
  readonly #bans = new Map<string, Ban>();
  #ranges = new AddressRanges([]);

  private constructor(file: BanFile<Ban>) {
    this.#file = file;
  }

  /** Reads the bans of a data directory; see {@link BanFile.load}. */
  static async open(dataDir: string, onDamage: (message: string) => void): Promise<BanList> {
    const list = new BanList(new BanFile(dataDir, banSchema));
    for (const ban of await list.#file.load(onDamage)) list.#bans.set(ban.value, ban);
    list.#rebuild();
    return list;
  }

  get size(): number {
    return this.#bans.size;
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

  /** The ban that covers an address, or null. */
  ofAddress(address: string, now: number): Ban | null {
    if (!this.#ranges.has(address)) return null;
    for (const ban of this.#bans.values()) {
      if (ban.kind === 'peer' || expired(ban, now)) continue;
      const range = parseCidr(ban.value);
      if (range !== null && new AddressRanges([range]).has(address)) return ban;
    }
    return null;
  }

  /** Adds a ban and resolves when it is on disk. */
  async add(ban: Ban): Promise<void> {
    this.#bans.delete(ban.value);
    this.#bans.set(ban.value, ban);
    this.#rebuild();
    await this.#save();
  }

  /** Removes a ban by its value; resolves to whether there was one, when that is on disk. */
  async remove(value: string): Promise<boolean> {
    if (!this.#bans.delete(value)) return false;
    this.#rebuild();
    await this.#save();
    return true;
  }

  /** Forgets bans that are over; the file follows with the next change. */
  purge(now: number): void {
    let gone = false;
    for (const ban of this.#bans.values()) if (expired(ban, now)) gone = this.#bans.delete(ban.value) || gone;
    if (gone) this.#rebuild();
  }

  #rebuild(): void {
    const ranges = [...this.#bans.values()].map((ban) => (ban.kind === 'cidr' ? parseCidr(ban.value) : null));
    this.#ranges = new AddressRanges(ranges.filter((range) => range !== null));
  }

  #save(): Promise<void> {
    return this.#file.save(() => [...this.#bans.values()]);
  }
}

function expired(ban: Ban, now: number): boolean {
  return ban.expiresAt !== null && ban.expiresAt <= now;
}
