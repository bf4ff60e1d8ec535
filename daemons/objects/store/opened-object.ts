/** An object whose file is open, as requests have it from an ObjectReader. */
import type { FileState, ObjectInfo } from './object-info.ts';

/** Where the bytes of an opened object come from: the root, or a copy of it in the cache directory. */
export type Tier = 'root' | 'cache';

/** What requests may use: the descriptor is open until they give the object back. */
export interface OpenedObject extends ObjectInfo {
  /** Read from it by offset only: others read from it too. Never pass it to another process. */
  readonly fd: number;
  readonly tier: Tier;
  /** The whole content, where it is in memory. */
  readonly content: Buffer | null;
}

/** A folder on the way to opened objects, as it was when they were opened. */
export interface FolderOnTheWay {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** Objects that keep it. */
  users: number;
  /** When it was looked at last: see {@link ObjectReader.newBatch}. */
  batch: number;
}

/** An opened object with what its thread keeps about it. */
export interface KeptObject extends OpenedObject {
  content: Buffer | null;
  /** Of the file in the root. */
  readonly state: FileState;
  readonly folders: readonly FolderOnTheWay[];
  /** Its counter of `Generations`, and what that was before the file was opened. */
  readonly slot: number;
  readonly generation: number;
  /** Requests that use it now. */
  users: number;
  /** Nobody finds it any more; its file is closed when the last request gives it back. */
  dropped: boolean;
  /** Requests that found it open. */
  hits: number;
  /** The period of the cache in which it was used last. */
  period: number;
  /** When it was looked at last. */
  batch: number;
  /** Its content is being read. */
  loading: Promise<Buffer | null> | null;
}
