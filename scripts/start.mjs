/**
 * `npm start`: installs and builds on a fresh clone, then opens the app. Where it cannot be opened, says why in one line
 * and serves the same dashboard headless. `npm start -- --headless` serves right away. Plain JavaScript on the machine's
 * own Node; stdout belongs to the program that is started.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { become } from './become.mjs';
import { ensureBuilt, ensureInstalled, findElectron, hasDisplay, node24, root, say } from './bootstrap.mjs';

const args = process.argv.slice(2);

/** Why the app cannot be opened, and what mends that; null with the program's path when it can. */
async function desktop() {
  if (!hasDisplay()) return { missing: 'there is no display', mend: 'xvfb-run npm start, or ssh -X' };
  return await findElectron();
}

try {
  await ensureInstalled();
  const headless = args.includes('--headless') || args.includes('--help');
  const found = headless ? null : await desktop();
  await ensureBuilt();
  if (found?.path !== undefined) {
    // Chromium's sandbox refuses to run as root.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    await become(found.path, [...asRoot, root, ...args]);
  } else {
    if (found !== null) {
      say(
        `The app cannot be opened: ${found.missing} (mend it with: ${found.mend}). Serving the dashboard instead.`,
      );
    }
    const rest = args.filter((arg) => arg !== '--headless');
    const cached = ['--import', pathToFileURL(join(root, 'scripts/compile-cache.mjs')).href];
    await become(node24, [...cached, join(root, 'main/headless/main.ts'), ...rest], { watched: true });
  }
} catch (error) {
  say(`signalbox: ${error.message}`);
  process.exit(1);
}
