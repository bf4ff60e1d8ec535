/** Work on the store that is done by another thread than the one that has the connection. */
import type { ContentMode } from '../metrics.ts';
import type { FreshObject } from '../store/object-reader.ts';
import type { StoreProblem } from '../store/store-problems.ts';

/** Finds and opens objects elsewhere. */
export interface StoreWork {
  /** Whether COPY and SPLICE need no other thread once their object is open here: it is only {@link warm}ed elsewhere before that. */
  readonly onlyCold: boolean;
  /** Pieces done, and those of them that were taken from another thread. */
  readonly counts: { readonly done: number; readonly stolen: number };
  /** Opens an object for one request, whose the descriptor is then. With its content where `mode` is COPY and it is small and was read. */
  open(uri: string, mode: ContentMode): Promise<FreshObject | StoreProblem>;
  /** Has the disk asked for an object, so that opening it here waits for nothing. Rejects for nothing. */
  warm(uri: string): Promise<void>;
}
