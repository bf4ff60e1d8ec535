/** Entry of the headless host: `node main/headless/main.ts`, started by scripts/start.mjs. */
import { serve } from './serve.ts';

await serve(process.argv.slice(2));
