/**
 * Keeps the K-lines and D-lines in `bans.json`: read at start, written after every change. A write replaces the file
 * atomically, so that a crash leaves the old list or the new one.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { limits } from './limits.ts';
import type { ServerBan } from './server-bans.ts';

const fileSchema = z.object({
  version: z.literal(1),
  bans: z
    .array(
      z.object({
        kind: z.enum(['kline', 'dline']),
        mask: z.string(),
        reason: z.string(),
        by: z.string(),
        setMs: z.number(),
        expiresMs: z.number().nullable(),
      }),
    )
    .max(limits.serverBans.default),
});

export class BanFile {
  private readonly path: string;
  private writing: Promise<void> | null = null;
  private again = false;

  constructor(dataDirectory: string) {
    this.path = join(dataDirectory, 'bans.json');
  }

  /**
   * The stored bans; none when there is no file. A file that cannot be understood is set aside, and `onDamage` is
   * told, because starting without bans is better than not starting.
   */
  async load(onDamage: (message: string) => void): Promise<ServerBan[]> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    try {
      return fileSchema.parse(JSON.parse(text)).bans;
    } catch {
      const aside = `${this.path}.damaged`;
      await rename(this.path, aside);
      onDamage(`${this.path} could not be understood and was moved to ${aside}; no server ban is in force`);
      return [];
    }
  }

  /** Writes the list. Calls during a write are joined into one that follows it; rejects when the last one failed. */
  save(list: () => readonly ServerBan[]): Promise<void> {
    if (this.writing !== null) {
      this.again = true;
      return this.writing;
    }
    this.writing = this.writeUntilCurrent(list).finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.writing?.catch(() => {});
  }

  private async writeUntilCurrent(list: () => readonly ServerBan[]): Promise<void> {
    do {
      this.again = false;
      const temporary = `${this.path}.new`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ version: 1, bans: list() }, null, 1)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path);
    } while (this.again);
  }
}
