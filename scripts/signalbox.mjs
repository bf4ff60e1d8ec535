/** `npm run -s signalbox -- ARGS`: the CLI, installing first on a fresh clone. stdout belongs to the CLI. */
import { join } from 'node:path';
import { become } from './become.mjs';
import { ensureBuilt, ensureInstalled, node24, root, say } from './bootstrap.mjs';

const args = process.argv.slice(2);
try {
  await ensureInstalled();
  // Only the dashboard needs the built window.
  if (args[0] === 'serve') await ensureBuilt();
  await become(node24, [join(root, 'scripts/cli.mjs'), ...args], { watched: args[0] === 'serve' });
} catch (error) {
  say(`signalbox: ${error.message}`);
  process.exit(1);
}
