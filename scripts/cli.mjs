/** Entry of `./signalbox`: the CLI with the compile cache, which has to be there before anything of the CLI is loaded. */
import './compile-cache.mjs';

await import('../main/cli/main.ts');
