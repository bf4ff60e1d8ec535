/**
 * Takes modules that threads load by URL into the build. The sources say `new URL('x-thread.ts', import.meta.url)`, and Node runs
 * that as it is; in the built app each such module is an entry of its own, and the URL becomes the one of the built file. Their names
 * say what they are: `*-thread.ts` is what a thread runs, `*-tasks.ts` has functions for a pool. Used by electron.vite.config.ts.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * Dependencies that become part of a build: plain code of many small files (zod alone has more than a hundred), which every
 * process would look for, open and compile one by one at each start.
 */
export const BUILT_IN = ['zod', 'toml-eslint-parser', 'smol-toml', 'lru-cache', 'mime'];

const URL_OF_MODULE = /new URL\(\s*['"](?<path>[^'"]+-(?:thread|tasks))\.ts['"],\s*import\.meta\.url,?\s*\)/g;
/** Stands in a chunk for the place of a built module until it is known where the chunk itself is. */
const PLACE = /__THREAD_MODULE_(?<entry>[^_]+)__/g;

/** Entries of the build, for all that a source names: `daemons/ircd/password-tasks` and its file. */
export function threadEntries(root: string): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const file of globSync('{daemons,main}/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|test-/.test(file)) continue;
    for (const found of readFileSync(join(root, file), 'utf8').matchAll(URL_OF_MODULE)) {
      const module = resolve(root, dirname(file), `${found.groups?.path}.ts`);
      // What only an example in a comment names is not there.
      if (existsSync(module)) entries[relative(root, module).slice(0, -3)] = module;
    }
  }
  return entries;
}

/** A source with places instead of the URLs of thread modules; null where it has none. */
export function withPlaces(root: string, file: string, source: string): string | null {
  if (!source.includes('import.meta.url')) return null;
  const changed = source.replaceAll(URL_OF_MODULE, (_all, path: string) => {
    const entry = relative(root, join(dirname(file), path));
    return `new URL('__THREAD_MODULE_${encodeURIComponent(entry)}__', import.meta.url)`;
  });
  return changed === source ? null : changed;
}

/** A built chunk with the URLs of built modules instead of places; null where it has none. */
export function withUrls(chunkFile: string, code: string): string | null {
  const changed = code.replaceAll(PLACE, (_all, entry: string) => {
    const path = relative(dirname(chunkFile), `${decodeURIComponent(entry)}.js`).replaceAll('\\', '/');
    return path.startsWith('.') ? path : `./${path}`;
  });
  return changed === code ? null : changed;
}

/** The plugin for the build of main and the daemons. */
export function threadModules(root: string) {
  return {
    name: 'signalbox-thread-modules',
    enforce: 'pre' as const,
    transform(source: string, id: string) {
      if (!id.startsWith(root) || id.includes('node_modules')) return null;
      const code = withPlaces(root, id, source);
      return code === null ? null : { code, map: null };
    },
    renderChunk(source: string, { fileName }: { readonly fileName: string }) {
      const code = withUrls(fileName, source);
      return code === null ? null : { code, map: null };
    },
  };
}
