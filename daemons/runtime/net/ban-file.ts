/**
 * Keeps a daemon's bans in `bans.json`: read at start, written after every change, always beside a second file with the
 * same text. A damaged file changes nothing and loses nothing: the second one is in force and the damaged one is
 * kept for the operator. Without a good one of the two the daemon does not start, because nobody may be let in
 * whom an operator shut out. Used by every daemon that has bans.
 */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { firstProblem } from '../../../contract/plain-words.ts';
import { SavedFile } from '../files/saved-file.ts';

/** What a file was found to be. */
type Found<Ban> =
  | { readonly state: 'missing' }
  | { readonly state: 'good'; readonly text: string; readonly bans: readonly Ban[] }
  | { readonly state: 'damaged'; readonly why: string };

/** The ban file of a data directory, with its copy. */
export class BanFile<Ban> {
  readonly #file: SavedFile;
  readonly #copy: SavedFile;
  readonly #schema: z.ZodType<{ bans: Ban[] }>;

  /**
   * @param ban what one ban must look like
   * @param maxBans a longer list is damaged
   */
  constructor(dataDirectory: string, ban: z.ZodType<Ban>, maxBans = Number.POSITIVE_INFINITY) {
    this.#file = new SavedFile(join(dataDirectory, 'bans.json'));
    this.#copy = new SavedFile(join(dataDirectory, 'bans.last-good.json'));
    this.#schema = z.object({ version: z.literal(1), bans: z.array(ban).max(maxBans) });
  }

  /**
   * The stored bans; none when neither file is there.
   * @param onDamage told what was wrong and what was done, when the bans are those of the copy
   * @throws SignalboxError `init_failed` when the file is damaged and the copy is no good; both are left as they are
   */
  async load(onDamage: (message: string) => void): Promise<readonly Ban[]> {
    const { path } = this.#file;
    const [found, copy] = await Promise.all([this.#read(this.#file), this.#read(this.#copy)]);
    if (found.state === 'good') {
      // Should it fail, the next change tries again, and says so.
      if (copy.state !== 'good' || copy.text !== found.text)
        await this.#copy.save(() => found.text).catch(() => {});
      return found.bans;
    }
    if (copy.state === 'good') {
      const what = found.state === 'missing' ? 'is missing' : await this.#setAside(found.why);
      await this.#file.save(() => copy.text);
      onDamage(
        `${path} ${what}; it was made anew from ${this.#copy.path}, whose ${copy.bans.length} bans are in force`,
      );
      return copy.bans;
    }
    if (found.state === 'missing') return [];
    throw new SignalboxError(
      'init_failed',
      `${path} is damaged (${found.why}), and there is no good copy of it. Mend it, or move both away to start without bans.`,
    );
  }

  /** Writes the list to both files; see {@link SavedFile.save}. */
  async save(list: () => readonly Ban[]): Promise<void> {
    const text = () => `${JSON.stringify({ version: 1, bans: list() }, null, 2)}\n`;
    await Promise.all([this.#file.save(text), this.#copy.save(text)]);
  }

  /** Saves that wait and were made; the copy is written along with the file. */
  get counts(): SavedFile['counts'] {
    return this.#file.counts;
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await Promise.all([this.#file.settled(), this.#copy.settled()]);
  }

  async #setAside(why: string): Promise<string> {
    const { path } = this.#file;
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
    await copyFile(path, aside);
    return `is damaged (${why}) and was kept as ${aside}`;
  }

  async #read({ path }: SavedFile): Promise<Found<Ban>> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'missing' };
      throw error;
    }
    try {
      return { state: 'good', text, bans: this.#schema.parse(JSON.parse(text)).bans };
    } catch (error) {
      return {
        state: 'damaged',
        why: error instanceof z.ZodError ? firstProblem(error) : (error as Error).message,
      };
    }
  }
}
