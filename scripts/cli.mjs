/**
 * Entry of `./signalbox`: the CLI with Node's compile cache, which spares every call but the first the translation of its
 * TypeScript. Plain JavaScript, because that translation would have to be loaded for this file alone. The cache lies in
 * the caller's own folder: nobody else may put code into it.
 */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Where it cannot be written, Node does without.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox', 'node'));
await import('../main/cli/main.ts');
