/**
 * The folders that opened objects lie in. A look at a path follows links in the middle of it, so each folder on the way is looked at
 * as well: it must be the one through which the object was opened. Objects share their folders, and requests that arrived together
 * share a look.
 */
import type { FolderOnTheWay } from './opened-object.ts';
import type { RootFolder } from './root-folder.ts';

/** The folders of one thread. */
export class FoldersOnTheWay {
  readonly #root: RootFolder;
  readonly #known = new Map<string, FolderOnTheWay>();

  constructor(root: RootFolder) {
    this.#root = root;
  }

  /** Folders that are kept; none is left when nothing is open. */
  get size(): number {
    return this.#known.size;
  }

  /** Those of an object, in use from here on. */
  onTheWayTo(uri: string): readonly FolderOnTheWay[] {
    const folders: FolderOnTheWay[] = [];
    for (let cut = uri.indexOf('/'); cut >= 0; cut = uri.indexOf('/', cut + 1)) {
      const path = uri.slice(0, cut);
      const known = this.#known.get(path);
      const folder = known !== undefined && this.#isRight(known) ? known : this.#look(path);
      folder.users++;
      folders.push(folder);
    }
    return folders;
  }

  /** Whether each is still the same one, and no link. */
  areRight(folders: readonly FolderOnTheWay[], batch: number): boolean {
    for (const folder of folders) {
      if (batch !== 0 && folder.batch === batch) continue;
      if (!this.#isRight(folder)) return false;
      folder.batch = batch;
    }
    return true;
  }

  /** Ends the use of what {@link onTheWayTo} gave. */
  giveBack(folders: readonly FolderOnTheWay[]): void {
    for (const folder of folders)
      if (--folder.users === 0 && this.#known.get(folder.path) === folder) this.#known.delete(folder.path);
  }

  #isRight({ path, dev, ino }: FolderOnTheWay): boolean {
    const there = this.#root.look(path);
    return there?.isDirectory() === true && there.ino === ino && there.dev === dev;
  }

  /** A folder that is not there any more, or is a link now, is remembered as one that is never right. */
  #look(path: string): FolderOnTheWay {
    const there = this.#root.look(path);
    const isFolder = there?.isDirectory() === true;
    const folder = { path, dev: there?.dev ?? -1, ino: isFolder ? there.ino : -1, users: 0, batch: 0 };
    this.#known.set(path, folder);
    return folder;
  }
}
