/** Entry of the desktop app: flags, single instance, then the window. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, session } from 'electron';
import { registerAppOrigin, serveApp } from './app-protocol.ts';
import { parseFlags, UsageError } from './flags.ts';
import { RENDERER_DIR } from './paths.ts';
import { denyPermissions, guardWebContents } from './security.ts';
import { Windows } from './windows.ts';

async function run(): Promise<void> {
  const flags = parseFlags(process.argv.slice(1), process.cwd());
  const dataHome = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
  const dataDir = flags.dataDir ?? join(dataHome, 'signalbox');
  // Chromium's profile lives in the data directory, and with it the lock: two data directories run side by side.
  const profileDir = join(dataDir, 'desktop');
  mkdirSync(profileDir, { recursive: true, mode: 0o700 });
  app.setPath('userData', profileDir);
  if (!app.requestSingleInstanceLock()) {
    process.stdout.write(`Signalbox is running on ${dataDir}; its window was brought to the front.\n`);
    app.exit(0);
    return;
  }
  const origin = registerAppOrigin();
  guardWebContents(origin);
  await app.whenReady();
  denyPermissions(session.defaultSession, origin);
  serveApp(session.defaultSession, origin, RENDERER_DIR);
  const windows = new Windows(dataDir, origin);
  app.on('second-instance', () => windows.focus());
  app.on('activate', () => windows.focus());
  windows.open();
}

run().catch((thrown: unknown) => {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`signalbox: ${message}\n`);
  app.exit(thrown instanceof UsageError ? 2 : 1);
});
