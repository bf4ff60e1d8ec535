/**
 * The objects of a root: which there are, what they may take, and every change to them. One thread of the process owns it; it also reads,
 * as every thread does by an ObjectReader of its own.
 */
import { lstat } from 'node:fs/promises';
import type { Clock } from '../../../kit/clock.ts';
import type { CacheStats } from '../../runtime/async/async-cache.ts';
import { type CopyFigures, CopyKeeper } from './copy-keeper.ts';
import { Generations } from './generations.ts';
import { Heat } from './heat.ts';
import { type DiskPool, IndexUpkeep, type Leftovers } from './index-upkeep.ts';
import { KeyedLock } from './keyed-lock.ts';
import { folderOf, type IndexedObject, ObjectIndex } from './object-index.ts';
import type { ObjectInfo } from './object-info.ts';
import { infoOf, ObjectLists } from './object-lists.ts';
import { ObjectReader, type SharedStore } from './object-reader.ts';
import type { ListQuery, ObjectPage, ObjectWrites, PutOptions, PutPlace } from './object-writes.ts';
import { Placement } from './placement.ts';
import { type Quota, Quotas, type QuotaUse, type Reservation } from './quotas.ts';
import { type NativeFiles, RootFolder } from './root-folder.ts';
import { StoreError, storeErrorOf } from './store-problems.ts';
import { removeFile, UploadFolder } from './upload-folder.ts';
import { URI_PROBLEMS, uriProblem, withoutSlash } from './uri.ts';

/** What a reload may change. */
export interface StoreSettings {
  readonly maxObjectBytes: number;
  /** Bytes of all copies in the cache directory; none where absent. */
  readonly cacheBytes?: number;
  /** Entries of a page of a list at most. */
  readonly listEntries: number;
  /** Quotas of the whole store have an empty prefix. */
  readonly quotas: readonly Quota[];
}

export interface ObjectStoreOptions extends StoreSettings {
  /** A folder that exists. */
  readonly root: string;
  /** Reads folders for the index. */
  readonly pool: DiskPool;
  /** Files that the owner's reader keeps open. */
  readonly entries: number;
  /** A folder that exists, for copies of objects that are asked for often; null without. */
  readonly cacheDir?: string | null;
  readonly native?: NativeFiles | null;
  readonly clock?: Clock;
}

/** What a store holds. */
export interface StoreFigures {
  readonly objects: number;
  readonly bytes: number;
  readonly folders: number;
  /** Puts that have a place now. */
  readonly uploads: number;
  readonly cache: CacheStats;
  /** Null without a cache directory. */
  readonly copies: CopyFigures | null;
}

interface Put {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly path: string;
  readonly onlyNew: boolean;
  readonly reservation: Reservation;
}

/** A store, open. */
export class ObjectStore implements ObjectWrites {
  /** For the readers of other threads. */
  readonly shared: SharedStore;
  readonly reader: ObjectReader;
  /** Null without a cache directory. */
  readonly copies: CopyKeeper | null;
  /** Resolves when the index knows what is there. Reading works before; what changes or lists waits for it. */
  readonly ready: Promise<Leftovers>;
  readonly #index: ObjectIndex;
  readonly #lists: ObjectLists;
  readonly #quotas = new Quotas();
  readonly #generations: Generations;
  readonly #placement: Placement;
  readonly #uploads: UploadFolder;
  readonly #root: RootFolder;
  readonly #puts = new Map<number, Put>();
  readonly #locks = new KeyedLock();
  readonly #closing = new AbortController();
  #settings: StoreSettings;
  #lastPut = 0;
  #closed: Promise<void> | null = null;

  private constructor(
    options: ObjectStoreOptions,
    root: RootFolder,
    uploads: UploadFolder,
    foldsCase: boolean,
  ) {
    const { entries, native = null, clock, pool, cacheDir = null, cacheBytes = 0 } = options;
    this.#settings = options;
    this.#root = root;
    this.#uploads = uploads;
    this.#generations = new Generations();
    const generations = this.#generations;
    const heat = new Heat();
    const copies = cacheDir === null ? null : { path: cacheDir, heat: heat.memory };
    this.shared = { root: root.path, generations: generations.memory, foldsCase, copies };
    this.copies =
      cacheDir === null
        ? null
        : new CopyKeeper({ path: cacheDir, limitBytes: cacheBytes, root, generations, heat });
    this.reader = new ObjectReader(this.shared, {
      entries,
      native,
      onHot: (uri) => void this.wantCopy(uri),
      ...(clock === undefined ? {} : { clock }),
    });
    this.#placement = new Placement(root);
    this.#index = new ObjectIndex(this.#quotas, foldsCase);
    const upkeep = new IndexUpkeep(this.#index, pool, root.path, this.#closing.signal);
    this.#lists = new ObjectLists(this.#index, upkeep);
    void this.#quotas.configure(options.quotas, () => this.#index.entries());
    this.ready = upkeep.read(['']);
    // Whoever changes or lists something hears of a failure.
    this.ready.catch(() => {});
  }

  /**
   * Opens a store and begins to look what is in it.
   * @throws StoreError where the root cannot be opened or written to
   */
  static async open(options: ObjectStoreOptions): Promise<ObjectStore> {
    let root: RootFolder | null = null;
    let uploads: UploadFolder | null = null;
    try {
      root = new RootFolder(options.root, { native: options.native ?? null });
      uploads = UploadFolder.open(root);
      await uploads.clear();
      const store = new ObjectStore(options, root, uploads, await uploads.foldsCase());
      await store.copies?.open();
      return store;
    } catch (error) {
      uploads?.close();
      root?.close();
      throw storeErrorOf(error, `the root of the objects, ${options.root}`);
    }
  }

  /** Puts other settings into force. What is there already stays, also where it is more than a new quota allows. */
  async configure(settings: StoreSettings): Promise<void> {
    this.#settings = settings;
    await this.copies?.setLimit(settings.cacheBytes ?? 0);
    await this.#quotas.configure(settings.quotas, () => this.#index.entries());
  }

  figures(): StoreFigures {
    return {
      objects: this.#index.objects,
      bytes: this.#index.bytes,
      folders: this.#index.folders,
      uploads: this.#puts.size,
      cache: this.reader.cache.stats(),
      copies: this.copies?.figures() ?? null,
    };
  }

  quotas(): readonly QuotaUse[] {
    return this.#quotas.uses();
  }

  async beginPut(uri: string, sizeBytes: number, { onlyNew = false }: PutOptions = {}): Promise<PutPlace> {
    const name = this.#checked(uri);
    const { maxObjectBytes } = this.#settings;
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > maxObjectBytes)
      throw new StoreError(
        'too_large',
        `${name}: an object may have ${maxObjectBytes} bytes, not ${sizeBytes}`,
      );
    await this.#whenReady();
    this.#refuseTwin(name);
    const reservation = this.#quotas.reserve(name, sizeBytes, this.#index.get(name));
    const put = ++this.#lastPut;
    const path = this.#uploads.nextPath();
    this.#puts.set(put, { uri: name, sizeBytes, path, onlyNew, reservation });
    return { put, path };
  }

  async commitPut(put: number): Promise<ObjectInfo> {
    const begun = this.#take(put);
    const { uri } = begun;
    try {
      return await this.#locks.run(uri, () => this.#commit(begun));
    } catch (error) {
      await removeFile(begun.path);
      throw storeErrorOf(error, uri);
    } finally {
      this.#quotas.release(begun.reservation);
    }
  }

  async abandonPut(put: number): Promise<void> {
    const begun = this.#puts.get(put);
    if (begun === undefined) return;
    this.#puts.delete(put);
    await removeFile(begun.path);
    this.#quotas.release(begun.reservation);
  }

  async delete(uri: string): Promise<void> {
    const name = this.#checked(uri);
    await this.#whenReady();
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

  async rename(from: string, to: string, { onlyNew = false }: PutOptions = {}): Promise<ObjectInfo> {
    const [source, target] = [this.#checked(from), this.#checked(to)];
    await this.#whenReady();
    if (source === target) return this.#infoOf(source);
    return this.#locks.runBoth(source, target, async () => {
      const known = await this.#look(source);
      if (known === null) throw new StoreError('not_found', `${source} is not there`);
      if (onlyNew && (await this.#look(target)) !== null)
        throw new StoreError('conflict', `${target} is there already`);
      this.#refuseTwin(target, source);
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

  async wantCopy(uri: string): Promise<void> {
    this.copies?.want(uri);
  }

  async list(query: ListQuery): Promise<ObjectPage> {
    await this.#whenReady();
    try {
      return await this.#lists.page(query, this.#settings.listEntries);
    } catch (error) {
      throw this.#closing.signal.aborted ? closed() : storeErrorOf(error, 'the list');
    }
  }

  /** Takes nothing more in, lets what is under way end, and closes all files. Again, it is the same closing. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#locks.settled();
    await Promise.all([...this.#puts.keys()].map((put) => this.abandonPut(put)));
    await this.ready.catch(() => {});
    await this.copies?.close();
    this.#uploads.close();
    this.#root.close();
    this.reader.close();
  }

  async #commit({ uri, sizeBytes, path, onlyNew }: Put): Promise<ObjectInfo> {
    const written = await lstat(path);
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

  #checked(uri: string): string {
    const name = withoutSlash(uri);
    const wrong = uriProblem(name);
    if (wrong === null) return name;
    throw new StoreError(
      wrong === 'too_long' ? 'uri_too_long' : 'invalid_uri',
      `the URI ${URI_PROBLEMS[wrong]}`,
    );
  }

  async #whenReady(): Promise<void> {
    if (this.#closing.signal.aborted) throw closed();
    try {
      await this.ready;
    } catch (error) {
      throw this.#closing.signal.aborted ? closed() : storeErrorOf(error, 'the root of the objects');
    }
    if (this.#closing.signal.aborted) throw closed();
  }

  #take(put: number): Put {
    const begun = this.#puts.get(put);
    if (begun === undefined) throw new StoreError('unavailable', 'the put has ended already');
    this.#puts.delete(put);
    return begun;
  }

  #refuseTwin(uri: string, except?: string): void {
    const twin = this.#index.foldedTwin(uri);
    if (twin !== undefined && twin !== except)
      throw new StoreError(
        'conflict',
        `${uri} differs only in case from ${twin}, which this file system takes for the same`,
      );
  }

  /** What is on disk; null where no object is. */
  async #look(uri: string): Promise<IndexedObject | null> {
    const found = this.reader.stat(uri);
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

function closed(): StoreError {
  return new StoreError('unavailable', 'the store is closing');
}
