/**
 * The objects of a root: which there are, what they may take, and every change to them. One thread of the process owns it; it also reads,
 * as every thread does by an ObjectReader of its own.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { CacheStats } from '../../runtime/async/async-cache.ts';
import { type CopyFigures, CopyKeeper } from './copy-keeper.ts';
import { Generations } from './generations.ts';
import { Heat } from './heat.ts';
import { type DiskPool, IndexUpkeep, type Leftovers } from './index-upkeep.ts';
import { ObjectChanges } from './object-changes.ts';
import { ObjectIndex } from './object-index.ts';
import type { ObjectInfo } from './object-info.ts';
import { ObjectLists } from './object-lists.ts';
import { ObjectReader, type SharedStore } from './object-reader.ts';
import type { ListQuery, ObjectPage, ObjectWrites, PutOptions, PutPlace } from './object-writes.ts';
import { PutTable } from './put-table.ts';
import { type Quota, Quotas, type QuotaUse } from './quotas.ts';
import { type NativeFiles, RootFolder } from './root-folder.ts';
import { StoreError, storeErrorOf } from './store-problems.ts';
import { UploadFolder } from './upload-folder.ts';
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
  readonly #uploads: UploadFolder;
  readonly #root: RootFolder;
  readonly #puts: PutTable;
  readonly #changes: ObjectChanges;
  readonly #closing = new AbortController();
  #settings: StoreSettings;
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
    const generations = new Generations();
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
    const quotas = this.#quotas;
    const index = new ObjectIndex(quotas, foldsCase);
    this.#index = index;
    this.#puts = new PutTable(uploads, quotas);
    this.#changes = new ObjectChanges({ root, index, quotas, generations, reader: this.reader });
    const upkeep = new IndexUpkeep(this.#index, pool, root.path, this.#closing.signal);
    this.#lists = new ObjectLists(this.#index, upkeep);
    void this.#quotas.configure(options.quotas, () => this.#index.entries());
    this.ready = Promise.all([upkeep.read(['']), this.copies?.open()]).then(([leftovers]) => leftovers);
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
      const foldsCase = await uploads.foldsCase();
      return new ObjectStore(options, root, uploads, foldsCase);
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
    this.#changes.refuseTwin(name);
    const reservation = this.#quotas.reserve(name, sizeBytes, this.#index.get(name));
    return this.#puts.begin({ uri: name, sizeBytes, onlyNew, reservation });
  }

  async commitPut(put: number): Promise<ObjectInfo> {
    return await this.#puts.end(put, async (begun) => {
      try {
        return await this.#changes.commit(begun);
      } catch (error) {
        throw storeErrorOf(error, begun.uri);
      }
    });
  }

  abandonPut(put: number): Promise<void> {
    return this.#puts.abandon(put);
  }

  async delete(uri: string): Promise<void> {
    const name = this.#checked(uri);
    await this.#whenReady();
    await this.#changes.delete(name);
  }

  async rename(from: string, to: string, { onlyNew = false }: PutOptions = {}): Promise<ObjectInfo> {
    const [source, target] = [this.#checked(from), this.#checked(to)];
    await this.#whenReady();
    return this.#changes.rename(source, target, onlyNew);
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
    await this.#changes.settled();
    await this.#puts.abandonAll();
    await this.ready.catch(() => {});
    await this.copies?.close();
    this.#uploads.close();
    this.#root.close();
    this.reader.close();
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
}

function closed(): StoreError {
  return new StoreError('unavailable', 'the store is closing');
}
