/**
 * Every change to the objects of a root: on the disk first, then in the index, and before anybody is answered in what all threads keep. Two
 * changes of one object are kept apart. Used by ObjectStore, which has checked the URIs.
 */
import { lstat } from 'node:fs/promises';
import { KeyedLock } from '../../runtime/async/keyed-lock.ts';
import type { Generations } from './generations.ts';
import { folderOf, type IndexedObject, type ObjectIndex } from './object-index.ts';
import type { ObjectInfo } from './object-info.ts';
import { infoOf } from './object-lists.ts';
import type { ObjectReader } from './object-reader.ts';
import { Placement } from './placement.ts';
import type { Put } from './put-table.ts';
import type { Quotas } from './quotas.ts';
import type { RootFolder } from './root-folder.ts';
import { StoreError, storeErrorOf } from './store-problems.ts';

/** What the changes are made to. */
export interface Changed {
  readonly root: RootFolder;
  readonly index: ObjectIndex;
  readonly quotas: Quotas;
  readonly generations: Generations;
  readonly reader: ObjectReader;
}

/** The changes of one store. */
export class ObjectChanges {
  readonly #index: ObjectIndex;
  readonly #quotas: Quotas;
  readonly #generations: Generations;
  readonly #reader: ObjectReader;
  readonly #placement: Placement;
  readonly #locks = new KeyedLock();

  constructor({ root, index, quotas, generations, reader }: Changed) {
    this.#index = index;
    this.#quotas = quotas;
    this.#generations = generations;
    this.#reader = reader;
    this.#placement = new Placement(root);
  }

  /** Has a file that was written take its place. */
  commit(put: Put): Promise<ObjectInfo> {
    return this.#locks.run(put.uri, () => this.#commit(put));
  }

  async delete(name: string): Promise<void> {
    await this.#locks.run(name, async () => {
      this.#index.touch(name);
      try {
        await this.#placement.remove(name);
      } catch (thrown) {
        const error = storeErrorOf(thrown, name);
        // It was removed by hand, or something else stands there now.
        if (error.problem === 'not_found' || error.problem === 'not_regular') this.#settle(name, null);
        throw error;
      }
      this.#settle(name, null);
      await this.#leave(name);
    });
  }

  /** @param onlyNew refuses where an object is at the target already */
  async rename(source: string, target: string, onlyNew: boolean): Promise<ObjectInfo> {
    if (source === target) return this.#infoOf(source);
    return this.#locks.runBoth(source, target, async () => {
      const known = await this.#look(source);
      if (known === null) throw new StoreError('not_found', `${source} is not there`);
      if (onlyNew && (await this.#look(target)) !== null)
        throw new StoreError('conflict', `${target} is there already`);
      this.refuseTwin(target, source);
      const reservation = this.#quotas.reserve(target, known.sizeBytes, this.#index.get(target), source);
      let made: readonly string[];
      try {
        for (const uri of [source, target]) this.#index.touch(uri);
        made = await this.#placement.move(source, target);
        this.#settle(source, null);
        this.#settle(target, known);
      } catch (error) {
        throw storeErrorOf(error, source);
      } finally {
        this.#quotas.release(reservation);
      }
      await this.#placement.sync(target, ...made);
      await this.#leave(source);
      return infoOf(target, known);
    });
  }

  /** Refuses a name that the file system would take for that of another object. */
  refuseTwin(uri: string, except?: string): void {
    const twin = this.#index.foldedTwin(uri);
    if (twin !== undefined && twin !== except)
      throw new StoreError(
        'conflict',
        `${uri} differs only in case from ${twin}, which this file system takes for the same`,
      );
  }

  /** Resolves when no change is under way. */
  settled(): Promise<void> {
    return this.#locks.settled();
  }

  async #commit({ uri, sizeBytes, path, onlyNew }: Put): Promise<ObjectInfo> {
    const written = await lstat(path).catch(() => {
      throw new StoreError('storage', `${uri}: what was written is not there any more`);
    });
    if (!written.isFile() || written.size !== sizeBytes)
      throw new StoreError('changed', `${uri}: ${written.size} bytes were written instead of ${sizeBytes}`);
    if (onlyNew && (await this.#look(uri)) !== null)
      throw new StoreError('conflict', `${uri} is there already`);
    this.#index.touch(uri);
    const made = await this.#placement.place(path, uri);
    const object = { sizeBytes, mtimeMs: written.mtimeMs, ino: written.ino };
    this.#settle(uri, object);
    await this.#placement.sync(uri, ...made);
    return infoOf(uri, object);
  }

  /** The disk has changed: so do the index and, before anybody is answered, what all threads keep. */
  #settle(uri: string, object: IndexedObject | null): void {
    this.#index.touch(uri);
    if (object === null) this.#index.delete(uri);
    else this.#index.set(uri, object);
    this.#generations.bump(uri);
  }

  /** Removes the folders that an object leaves empty, and has the disk keep that it is gone. */
  async #leave(uri: string): Promise<void> {
    let removed = uri;
    for (let path = folderOf(uri); path !== ''; path = folderOf(path)) {
      if ((this.#index.folder(path)?.names.length ?? 0) > 0) break;
      this.#index.touch(path);
      if (!(await this.#placement.removeFolder(path))) break;
      // A put may have made it again meanwhile, with an object in it; then it is not removed here.
      this.#index.removeFolder(path);
      removed = path;
    }
    await this.#placement.sync(uri, removed);
  }

  /** What is on disk; null where no object is. */
  async #look(uri: string): Promise<IndexedObject | null> {
    const found = this.#reader.stat(uri);
    if (typeof found !== 'string') {
      const { size, mtimeMs, ino } = found.state;
      return { sizeBytes: size, mtimeMs, ino };
    }
    if (found === 'not_found' || found === 'not_regular') return null;
    throw new StoreError(found, `${uri} cannot be read`);
  }

  async #infoOf(uri: string): Promise<ObjectInfo> {
    const object = await this.#look(uri);
    if (object === null) throw new StoreError('not_found', `${uri} is not there`);
    return infoOf(uri, object);
  }
}
