/**
 * What changes a store, and what only its owner can say of it. The thread that owns the store has an ObjectStore; the others have a
 * StoreClient that asks it.
 */
import type { ObjectInfo } from './object-info.ts';

/** How an object is put. */
export interface PutOptions {
  /** Refuses where an object is there already. */
  readonly onlyNew?: boolean;
}

/** Where a put writes its bytes. */
export interface PutPlace {
  /** Names the put. */
  readonly put: number;
  /** For a file that does not exist yet; any thread of the process may use it. */
  readonly path: string;
}

/** What is listed. */
export interface ListQuery {
  /** Only URIs that begin with it; it may end within a name. */
  readonly prefix?: string;
  /** Only URIs behind it: `next` of the page before. */
  readonly after?: string;
  /** Entries at most; never more than `list_entries`. */
  readonly limit?: number;
  /** Says the folders below the prefix instead of all that is in them. */
  readonly folders?: boolean;
}

/** A page of a list, in the order of UTF-16 units. */
export interface ObjectPage {
  readonly objects: readonly ObjectInfo[];
  /** With a `/` at the end; only where they were asked for. */
  readonly folders: readonly string[];
  /** Where the next page goes on; null at the end. */
  readonly next: string | null;
}

/** All of it rejects with a StoreError. A URI may begin with `/` or not. */
export interface ObjectWrites {
  /** Room for an object of so many bytes. Followed by {@link commitPut} or {@link abandonPut}; see `Upload`. */
  beginPut(uri: string, sizeBytes: number, options?: PutOptions): Promise<PutPlace>;
  /** Has the file that was written take its place. Whatever comes of it, the put has ended. */
  commitPut(put: number): Promise<ObjectInfo>;
  /** Nothing of a put stays. */
  abandonPut(put: number): Promise<void>;
  /** Removes an object; it is gone from the disk when this resolves. */
  delete(uri: string): Promise<void>;
  /** Gives an object another URI. What is there gives way, unless only a new one was asked for. */
  rename(from: string, to: string, options?: PutOptions): Promise<ObjectInfo>;
  /** An object is asked for often: it gets a copy in the cache directory, where there is one with room. Rejects for nothing. */
  wantCopy(uri: string): Promise<void>;
  /** What there is now, changes by hand included. */
  list(query: ListQuery): Promise<ObjectPage>;
}
