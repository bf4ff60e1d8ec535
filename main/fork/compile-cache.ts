/**
 * Which compile cache daemons get: the one that main's entry chose for main (scripts/compile-cache.mjs). With it a daemon
 * starts, and comes back after a crash, in half the time, and never loads what translates TypeScript.
 */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * The folder of this process's compile cache, for `NODE_COMPILE_CACHE` of a daemon; null where there is none. One that the
 * shell named is not passed on, as nothing is that makes Node load other code (main/core/daemon-environment.ts).
 */
export function ownCompileCache(env: NodeJS.ProcessEnv = process.env): string | null {
  const folder = getCompileCacheDir();
  // Node puts a folder of its own version into the one that it is given.
  return folder === undefined || env.NODE_COMPILE_CACHE !== undefined ? null : dirname(folder);
}
