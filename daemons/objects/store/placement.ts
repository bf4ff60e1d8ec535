/**
 * Puts files into their places below the root, moves and removes them, with the folders that this takes. Each step is one that a crash
 * leaves either done or not done. Used by ObjectStore, which keeps two changes of one object apart.
 */
import { lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { FolderSync } from './folder-sync.ts';
import { folderOf, nameOf } from './object-index.ts';
import type { OpenFolder, RootFolder } from './root-folder.ts';
import { StoreError, systemCodeOf } from './store-problems.ts';

/** How often a folder is made again that another deletion removes because it is empty. */
const ATTEMPTS = 16;
const FOLDER_MODE = 0o750;

/** The files of one root. */
export class Placement {
  readonly #root: RootFolder;
  readonly #sync: FolderSync;

  constructor(root: RootFolder) {
    this.#root = root;
    this.#sync = new FolderSync(root);
  }

  /**
   * Renames a file into the place of a URI, over the object that is there.
   * @param from a path that functions of Node take
   * @returns the folders that were made for it
   * @throws StoreError `conflict`, or the system's error
   */
  async place(from: string, uri: string): Promise<readonly string[]> {
    const made: string[] = [];
    for (let attempt = 0; ; attempt++) {
      try {
        const folder = await this.#makeFolder(folderOf(uri), made);
        try {
          await this.#renameOver(from, folder.entry(nameOf(uri)), uri);
          return made;
        } finally {
          folder.close();
        }
      } catch (error) {
        if (systemCodeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Moves an object to another URI. @returns the folders that were made for it */
  async move(from: string, to: string): Promise<readonly string[]> {
    const folder = this.#root.openFolder(folderOf(from));
    try {
      const entry = folder.entry(nameOf(from));
      await refuseOther(entry, from);
      return await this.place(entry, to);
    } finally {
      folder.close();
    }
  }

  /** Removes the file of an object. @throws StoreError `not_regular`, or the system's error */
  async remove(uri: string): Promise<void> {
    const folder = this.#root.openFolder(folderOf(uri));
    try {
      const entry = folder.entry(nameOf(uri));
      await refuseOther(entry, uri);
      await unlink(entry);
    } finally {
      folder.close();
    }
  }

  /** Removes a folder that is empty. Answers whether it is gone. */
  async removeFolder(path: string): Promise<boolean> {
    try {
      const above = this.#root.openFolder(folderOf(path));
      try {
        await rmdir(above.entry(nameOf(path)));
        return true;
      } finally {
        above.close();
      }
    } catch (error) {
      return systemCodeOf(error) === 'ENOENT';
    }
  }

  /** Resolves when what was done in the folder of each URI or path is on disk. */
  async sync(...paths: readonly string[]): Promise<void> {
    await Promise.all([...new Set(paths.map(folderOf))].map((folder) => this.#sync.sync(folder)));
  }

  /** A folder without files gives way to an object; one with something in it does not. */
  async #renameOver(from: string, to: string, uri: string): Promise<void> {
    try {
      await rename(from, to);
    } catch (error) {
      // Linux says the first of these of a folder; others say the rest.
      if (!['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(systemCodeOf(error))) throw error;
      if (!(await isFolder(to))) throw error;
      if (!(await this.#removeEmptyFolders(uri)))
        throw new StoreError('conflict', `${uri} is a folder of other objects`);
      await rename(from, to);
    }
  }

  /** Removes a folder that holds nothing but such folders; others are left as they are. Answers whether it is gone. */
  async #removeEmptyFolders(path: string): Promise<boolean> {
    const folder = this.#root.openFolder(path);
    try {
      const entries = await readdir(folder.entry('.'), { withFileTypes: true });
      if (entries.some((entry) => !entry.isDirectory())) return false;
      for (const { name } of entries) if (!(await this.#removeEmptyFolders(`${path}/${name}`))) return false;
    } finally {
      folder.close();
    }
    return this.removeFolder(path);
  }

  /** Opens a folder, and makes it and those above it where they are not there. */
  async #makeFolder(path: string, made: string[]): Promise<OpenFolder> {
    try {
      return this.#root.openFolder(path);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw wayIsBlocked(error, path);
    }
    const above = await this.#makeFolder(folderOf(path), made);
    try {
      await mkdir(above.entry(nameOf(path)), FOLDER_MODE);
      made.push(path);
    } catch (error) {
      // Another put made it, or something stands there that is none.
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    } finally {
      above.close();
    }
    try {
      return this.#root.openFolder(path);
    } catch (error) {
      throw wayIsBlocked(error, path);
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
}

async function refuseOther(entry: string, uri: string): Promise<void> {
  if (!(await lstat(entry)).isFile()) throw new StoreError('not_regular', `${uri} is no regular file`);
}

function wayIsBlocked(error: unknown, path: string): unknown {
  const code = systemCodeOf(error);
  if (code !== 'ENOTDIR' && code !== 'ELOOP' && code !== 'EXDEV') return error;
  return new StoreError('conflict', `${path} is no folder: objects below it cannot be`, {
    systemCode: code,
    cause: error,
  });
}
