/** Entry of the headless host: `node main/headless/main.ts`, started by scripts/start.mjs. */
import { SHIPPED, serve } from './serve.ts';

await serve(process.argv.slice(2), SHIPPED, async (dataDir, daemons) => {
  const { openConsole } = await import('../cli/console.ts');
  return openConsole(dataDir, daemons);
});
