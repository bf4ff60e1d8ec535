/**
 * Keeps the K-lines and D-lines in `bans.json`: read at start, written after every change. Used by daemon-process.ts.
 */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SavedFile } from '../runtime/saved-file.ts';
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

/** The file of a data directory. */
export class BanFile {
  private readonly file: SavedFile;

  constructor(dataDirectory: string) {
    this.file = new SavedFile(join(dataDirectory, 'bans.json'));
  }

  /**
   * The stored bans; none when there is no file. A file that cannot be understood is set aside, and `onDamage` is
   * told, because starting without bans is better than not starting.
   */
  async load(onDamage: (message: string) => void): Promise<ServerBan[]> {
    const { path } = this.file;
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    try {
      return fileSchema.parse(JSON.parse(text)).bans;
    } catch {
      const aside = `${path}.damaged`;
      await rename(path, aside);
      onDamage(`${path} could not be understood and was moved to ${aside}; no server ban is in force`);
      return [];
    }
  }

  /** Writes the list; see {@link SavedFile.save}. */
  save(list: () => readonly ServerBan[]): Promise<void> {
    return this.file.save(() => `${JSON.stringify({ version: 1, bans: list() }, null, 1)}\n`);
  }

  /** Resolves when nothing is being written any more. */
  settled(): Promise<void> {
    return this.file.settled();
  }
}
