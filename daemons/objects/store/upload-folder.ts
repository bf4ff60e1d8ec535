/**
 * Where objects are written before they take their place: a folder of the store's own below the root, so that a rename suffices. What a
 * killed process left there is removed at the start. Opened once by the thread that owns the store; all threads write by its path.
 */
import { fstatSync, mkdirSync } from 'node:fs';
import { lstat, readdir, unlink, writeFile } from 'node:fs/promises';
import type { OpenFolder, RootFolder } from './root-folder.ts';
import { systemCodeOf } from './store-problems.ts';
import { OWN_PREFIX } from './uri.ts';

/** Leftovers that are removed at a time. */
const REMOVED_AT_ONCE = 32;

/** The folder, open. */
export class UploadFolder {
  readonly #root: RootFolder;
  #folder: OpenFolder;
  #count = 0;

  private constructor(root: RootFolder) {
    this.#root = root;
    this.#folder = openIn(root);
  }

  /** @throws the system's error, such as that the root cannot be written to */
  static open(root: RootFolder): UploadFolder {
    return new UploadFolder(root);
  }

  /** A path for a file that does not exist yet. Makes the folder again where somebody has removed it. */
  nextPath(): string {
    if (fstatSync(this.#folder.fd).nlink === 0) {
      this.#folder.close();
      this.#folder = openIn(this.#root);
    }
    return this.#folder.entry(`${process.pid}-${++this.#count}`);
  }

  /** Removes everything in it. Answers how many files that were. */
  async clear(): Promise<number> {
    const names = await readdir(this.#folder.entry('.'));
    for (let at = 0; at < names.length; at += REMOVED_AT_ONCE)
      await Promise.all(
        names.slice(at, at + REMOVED_AT_ONCE).map((name) => removeFile(this.#folder.entry(name))),
      );
    return names.length;
  }

  /** Whether the file system takes names for the same that differ in case. */
  async foldsCase(): Promise<boolean> {
    const probe = this.#folder.entry('case-probe');
    await writeFile(probe, '');
    try {
      await lstat(this.#folder.entry('CASE-PROBE'));
      return true;
    } catch {
      return false;
    } finally {
      await removeFile(probe);
    }
  }

  close(): void {
    this.#folder.close();
  }
}

function openIn(root: RootFolder): OpenFolder {
  const above = root.openFolder('');
  try {
    mkdirSync(above.entry(OWN_PREFIX), { mode: 0o700 });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  } finally {
    above.close();
  }
  return root.openFolder(OWN_PREFIX);
}

/** Removes a file where it is there; a failure leaves it for the next start. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => {});
}
