/**
 * Bans by peer id and by address range, kept in one file. Asked on accept and hello; changed by admin commands.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SignalboxError } from '../contract/errors.ts';
import { AddressRanges, parseCidr } from '../runtime/ip-address.ts';
import { SavedFile } from '../runtime/saved-file.ts';

const banSchema = z.object({
  kind: z.enum(['peer', 'cidr']),
  value: z.string(),
  reason: z.string(),
  by: z.string(),
  /** Unix time in milliseconds. */
  createdAt: z.number(),
  /** Unix time in milliseconds, null for a ban without end. */
  expiresAt: z.number().nullable(),
});

/** One ban, as it is stored and listed. */
export type Ban = z.output<typeof banSchema>;

const fileSchema = z.object({ version: z.literal(1), bans: z.array(banSchema) });

/** The list in memory and its file. */
export class BanList {
  readonly #file: SavedFile;
  readonly #bans = new Map<string, Ban>();
  #ranges = new AddressRanges([]);

  private constructor(file: string) {
    this.#file = new SavedFile(file);
  }

  /**
   * Reads `bans.json` in `dataDir`; no file means no bans.
   * @throws SignalboxError `init_failed` when the file is not a ban list: starting without the bans would let in whom
   * the operator shut out.
   */
  static async open(dataDir: string): Promise<BanList> {
    const list = new BanList(join(dataDir, 'bans.json'));
    let text: string;
    try {
      text = await readFile(list.#file.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return list;
      throw error;
    }
    try {
      for (const ban of fileSchema.parse(JSON.parse(text)).bans) list.#bans.set(ban.value, ban);
    } catch (cause) {
      const message = `${list.#file.path} is not a ban list. Mend it, or move it away to start without bans.`;
      throw new SignalboxError('init_failed', message, { cause });
    }
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
    return this.#file.save(
      () => `${JSON.stringify({ version: 1, bans: [...this.#bans.values()] }, null, 2)}\n`,
    );
  }
}

function expired(ban: Ban, now: number): boolean {
  return ban.expiresAt !== null && ban.expiresAt <= now;
}
