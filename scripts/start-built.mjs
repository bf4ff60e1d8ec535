/**
 * Imported first by every process that a unit test starts: gives it the compile cache, and where it was started with the source of a
 * program that has been built (built-programs.ts), runs the built one. Plain JavaScript, like compile-cache.mjs.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import './compile-cache.mjs';

const { SIGNALBOX_PROGRAMS: programs } = process.env;
const source = process.argv[1];
if (isMainThread && programs !== undefined && source?.endsWith('.ts')) {
  const program = join(programs, relative(join(import.meta.dirname, '..'), source).replace(/\.ts$/, '.js'));
  if (existsSync(program)) {
    const started = pathToFileURL(source).href;
    const hooks = registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== started) return next(specifier, context);
        hooks.deregister();
        return { url: pathToFileURL(program).href, shortCircuit: true };
      },
    });
  }
}
