/** What the store says of an object, all of it from one look at the file. */
import type { Stats } from 'node:fs';
import { contentTypeOf } from './content-types.ts';

/** An object, without its content. */
export interface ObjectInfo {
  /** Without a `/` at the beginning. */
  readonly uri: string;
  readonly sizeBytes: number;
  /** When its content was last written, in Unix milliseconds with a fraction. */
  readonly mtimeMs: number;
  /** Another one after each put and each change by hand: see {@link etagOf}. */
  readonly etag: string;
  readonly contentType: string;
}

/** What tells one state of a file from another. */
export type FileState = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

export function objectInfo(uri: string, state: FileState): ObjectInfo {
  return {
    uri,
    sizeBytes: state.size,
    mtimeMs: state.mtimeMs,
    etag: etagOf(state),
    contentType: contentTypeOf(uri),
  };
}

/** Whether nothing was written, replaced or renamed between two looks. */
export function isSameState(a: FileState, b: FileState): boolean {
  return (
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.dev === b.dev
  );
}

/**
 * 16 hexadecimal digits made of the file's number, size and time of writing, as web servers make theirs: a put always makes another
 * file, and no byte has to be read, so an object of any size has one at once. The same content put twice has two.
 */
export function etagOf({ ino, size, mtimeMs }: Pick<FileState, 'ino' | 'size' | 'mtimeMs'>): string {
  const words = [ino, size, Math.round(mtimeMs * 1_000)];
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const word of words)
    for (const half of [word % 0x1_0000_0000, Math.floor(word / 0x1_0000_0000)]) {
      low = mix(low ^ half, 0x85ebca6b);
      high = mix(high ^ half, 0xc2b2ae35) ^ low;
    }
  return hex(high) + hex(low);
}

/** A round of the finalizer of MurmurHash3: every bit in changes every bit out. */
function mix(word: number, factor: number): number {
  const once = Math.imul(word ^ (word >>> 16), factor);
  const twice = Math.imul(once ^ (once >>> 13), 0x27d4eb2f);
  return twice ^ (twice >>> 16);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
