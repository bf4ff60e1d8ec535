/** Has the disk keep what folders say of their entries. Who asks while a folder is being synced shares the next sync with others. */
import { fsync } from 'node:fs';
import type { RootFolder } from './root-folder.ts';
import { problemOf, systemCodeOf } from './store-problems.ts';

interface Syncing {
  running: Promise<void>;
  next: Promise<void> | null;
}

/** The folders of one root. */
export class FolderSync {
  readonly #root: RootFolder;
  readonly #syncing = new Map<string, Syncing>();

  constructor(root: RootFolder) {
    this.#root = root;
  }

  /** Resolves when everything that was done in the folder before is on disk. */
  sync(path: string): Promise<void> {
    const under = this.#syncing.get(path);
    if (under === undefined) {
      const syncing: Syncing = { running: Promise.resolve(), next: null };
      this.#syncing.set(path, syncing);
      return this.#start(path, syncing);
    }
    under.next ??= under.running
      .catch(() => {})
      .then(() => {
        under.next = null;
        return this.#start(path, under);
      });
    return under.next;
  }

  #start(path: string, syncing: Syncing): Promise<void> {
    const running = syncOnce(this.#root, path);
    syncing.running = running;
    const ended = () => {
      if (syncing.next === null && syncing.running === running) this.#syncing.delete(path);
    };
    running.then(ended, ended);
    return running;
  }
}

async function syncOnce(root: RootFolder, path: string): Promise<void> {
  // Windows opens no folders; there the system writes names through by itself.
  if (process.platform === 'win32') return;
  let folder: ReturnType<RootFolder['openFolder']>;
  try {
    folder = root.openFolder(path);
  } catch (error) {
    // It was removed since: its own folder is synced by whoever did that.
    if (problemOf(systemCodeOf(error)) === 'not_found') return;
    throw error;
  }
  try {
    await new Promise<void>((resolve, reject) =>
      fsync(folder.fd, (error) => (error === null ? resolve() : reject(error))),
    );
  } finally {
    folder.close();
  }
}
