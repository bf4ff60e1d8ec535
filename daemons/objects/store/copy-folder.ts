/**
 * The cache directory: copies of objects that are asked for often, for a root that is on a slower disk than the cache. The name of a copy
 * is made of the object's URI and etag, so a copy of what was replaced since is never found, and every thread finds copies by opening
 * them. Which there are is decided by CopyKeeper, in the thread that owns the store.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';

const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;

/** Begins the names of copies; other files in the directory are left alone. */
export const COPY_PREFIX = 'signalbox-copy-';

/** The name of the copy of an object in one of its states. */
export function copyName(uri: string, etag: string): string {
  return `${COPY_PREFIX}${createHash('sha256').update(uri).digest('hex').slice(0, 40)}-${etag}`;
}

/** Opens copies. One a thread. */
export class CopyFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** A descriptor of the copy; null where there is none. */
  open(uri: string, etag: string, sizeBytes: number): number | null {
    let fd: number;
    try {
      fd = openSync(join(this.path, copyName(uri, etag)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch {
      return null;
    }
    const there = fstatSync(fd);
    if (there.isFile() && there.size === sizeBytes) return fd;
    closeSync(fd);
    return null;
  }
}
