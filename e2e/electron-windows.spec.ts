/** Windows of the desktop app: one app a data directory, state kept, revived when the page's process dies. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHROMIUM_SWITCHES, findElectron, ROOT } from './app/binaries.ts';
import { ElectronApp } from './app/electron-app.ts';
import { expect, test } from './desktop.ts';

test.use({ sharedApp: true });

test('a second start on the same data directory shows the window and ends', async ({ desktop, app }) => {
  const binary = findElectron();
  if (!('path' in binary)) throw new Error(binary.missing);
  const shown = desktop.application.evaluate(
    ({ app: electronApp }) =>
      new Promise<boolean>((resolve) => electronApp.once('second-instance', () => resolve(true))),
  );
  const argv = [...CHROMIUM_SWITCHES, '.', '--data', app.dataDir];
  const { stdout } = await promisify(execFile)(binary.path, argv, { cwd: ROOT });
  expect(stdout).toContain(app.dataDir);
  expect(await shown).toBe(true);
});

test('another data directory is another app; its window opens on a configuration with a mistake too, and names it', async ({
  desktop,
}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-e2e-other-'));
  const configFile = join(dataDir, 'signalbox.toml');
  await writeFile(configFile, '[ircd]\nlisten = "everywhere"\n');
  const other = new ElectronApp({ dataDir, configFile });
  try {
    await other.start();
    await expect(other.page.getByRole('row', { name: 'ircd', exact: true })).toContainText('stopped');
    const alert = other.page.getByRole('alert').filter({ hasText: 'mistake' });
    await expect(alert).toContainText(/signalbox\.toml(:|, line )2\b/);
    await expect(alert).toContainText('ircd.listen');
    await expect(desktop.page.getByRole('row', { name: 'ircd', exact: true })).toContainText('stopped');
  } finally {
    await other.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('size and place of the window survive a restart', async ({ desktop, app }) => {
  const bounds = { x: 40, y: 30, width: 900, height: 640 };
  const read = () =>
    desktop.application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  const visible = () =>
    desktop.application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  const stored = () => readFile(join(app.dataDir, 'window.json'), 'utf8').then(JSON.parse, () => null);
  await expect.poll(visible).toBe(true);
  await desktop.application.evaluate(({ BrowserWindow }, wanted) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
  }, bounds);
  // The window system may report the former size once more after the new one. The file is written when the window
  // has been left alone, so what it says is where the window came to rest.
  await expect.poll(stored).toEqual({ bounds, maximised: false });
  await app.restart();
  expect(await stored()).toEqual({ bounds, maximised: false });
  await expect.poll(read).toEqual(bounds);
});

// The last one of the shared app: Playwright takes the page for dead from then on.
test('a window whose process dies is loaded again', async ({ desktop }) => {
  const title = () =>
    desktop.application.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
        "document.querySelector('tr[aria-label=ircd]')?.textContent ?? ''",
      ),
    );
  await expect.poll(title).toContain('stopped');
  // A page that is asked before it is there again may never answer.
  await desktop.application.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        contents?.once('render-process-gone', () => contents.once('did-finish-load', () => resolve()));
        contents?.forcefullyCrashRenderer();
      }),
  );
  await expect.poll(title).toContain('stopped');
});
