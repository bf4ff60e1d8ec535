/** Closing the window where a panel shows the tray icon of the app: daemons keep running, or the window asks. One app for all tests, in their order. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CHROMIUM_SWITCHES, findElectron, ROOT } from './app/binaries.ts';
import { DEFAULT_CONFIG, hostedByElectron } from './app/config.ts';
import type { ElectronApp } from './app/electron-app.ts';
import type { RunningApp } from './app/running-app.ts';
import { TrayDesktop } from './app/tray-desktop.ts';
import { connected, crowd } from './clients/crowd.ts';
import { test as base, expect, question } from './desktop.ts';

let panel: TrayDesktop | null = null;

/** With an app whose icon is in the panel: before it is there, closing the window asks. */
const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  sessionBus: async ({}, use) => {
    panel ??= await TrayDesktop.start();
    await use(panel.address);
  },
  app: async ({ app }, use) => {
    await expect.poll(() => panel?.icons.length, 'icons in the panel').toBeGreaterThan(0);
    await use(app);
  },
});

/** All clients of a test come from one address, and at once. */
const CONFIG = `${DEFAULT_CONFIG}
[[ircd.class]]
name = "crowd"
match = ["127.0.0.0/8"]
throttle = false
`;

const onClose = (value: string) => `${CONFIG}\n[signalbox]\non_close = "${value}"\n`;

test.use({ config: onClose('quit'), sharedApp: true });

test.afterAll(() => panel?.end());

/** Starts the app a second time on the same data directory. */
async function startAgain(app: RunningApp): Promise<void> {
  const binary = findElectron();
  if (!('path' in binary)) throw new Error(binary.missing);
  await promisify(execFile)(binary.path, [...CHROMIUM_SWITCHES, '.', '--data', app.dataDir], {
    cwd: ROOT,
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });
}

/** Has the app take over from its file what closing the window does; by default it keeps running. */
async function decide(app: RunningApp, config: string): Promise<void> {
  await writeFile(app.configFile, hostedByElectron(config));
  expect((await app.cli(['config', 'reload'])).code).toBe(0);
}

const menu = async (desktop: ElectronApp) => (await desktop.menu()).map(({ label }) => label);

test('on_close = "quit" asks before it disconnects people, and a reload changes it', async ({
  desktop,
  app,
}) => {
  const clients = await crowd(app, 1);
  await expect.poll(() => menu(desktop)).toContain('Close Window - Quit and Stop All Daemons');
  await desktop.closeWindow();
  await expect(question(desktop)).toContainText('Stopping ircd disconnects 1 client.');
  await question(desktop).getByRole('button', { name: 'Cancel' }).click();
  await expect(question(desktop)).toBeHidden();
  expect(connected(clients)).toBe(1);

  await decide(app, CONFIG);
  await expect.poll(() => menu(desktop)).toContain('Close Window - Daemons Keep Running');
  for (const client of clients) client.quit();
});

test('closing the window keeps 30 of 30 clients connected; a second start shows it again', async ({
  desktop,
  app,
}) => {
  const clients = await crowd(app, 30);
  await expect
    .poll(() => desktop.menu())
    .toContainEqual({
      label: 'Close Window - Daemons Keep Running',
      accelerator: 'CmdOrCtrl+W',
    });
  const notice = desktop.page.getByText('Closing the window does not end Signalbox');
  await desktop.closeWindow();
  await expect.poll(() => desktop.visible()).toEqual([false]);
  expect(await app.state('ircd')).toBe('running');
  expect(connected(clients)).toBe(30);
  clients[0]?.say('client1', 'still here');
  await expect.poll(() => clients[1]?.hasHeard('still here')).toBe(true);

  await startAgain(app);
  await expect.poll(() => desktop.visible()).toEqual([true]);
  await expect(notice).toBeVisible();
  await desktop.page.getByRole('button', { name: 'Dismiss' }).click();

  // By the menu it is the same, and it is not said again.
  await desktop.pressMenu('Close Window');
  await expect.poll(() => desktop.visible()).toEqual([false]);
  await startAgain(app);
  await expect.poll(() => desktop.visible()).toEqual([true]);
  await expect(app.card('ircd')).toContainText('running');
  await expect(notice).toBeHidden();
  expect(connected(clients)).toBe(30);
  for (const client of clients) client.quit();
});

test('quitting from the tray shows the window for its question', async ({ desktop, app }) => {
  const clients = await crowd(app, 2);
  await desktop.closeWindow();
  await expect.poll(() => desktop.visible()).toEqual([false]);
  // The item of the tray's menu does the same.
  await desktop.application.evaluate(({ app: electron }) => void setImmediate(() => electron.quit()));
  await expect(question(desktop)).toContainText('Stopping ircd disconnects 2 clients.');
  expect(await desktop.visible()).toEqual([true]);
  await question(desktop).getByRole('button', { name: 'Cancel' }).click();
  await expect(question(desktop)).toBeHidden();
  expect(connected(clients)).toBe(2);
  for (const client of clients) client.quit();
});

test('on_close = "ask" offers the tray beside quitting', async ({ desktop, app }) => {
  await decide(app, onClose('ask'));
  const clients = await crowd(app, 1);
  await desktop.closeWindow();
  await expect(question(desktop)).toContainText('Signalbox can go on running in the tray.');
  await question(desktop).getByRole('button', { name: 'Keep running' }).click();
  await expect.poll(() => desktop.visible()).toEqual([false]);
  expect(connected(clients)).toBe(1);
  await decide(app, onClose('tray'));
  // The item of the tray's menu does the same.
  await desktop.pressMenu('New Window');
  await expect.poll(() => desktop.visible()).toEqual([true]);
  for (const client of clients) client.quit();
});

// The last one: there is no panel from then on.
test('a hidden window comes back when the panel goes', async ({ desktop, app }) => {
  const clients = await crowd(app, 1);
  await desktop.closeWindow();
  await expect.poll(() => desktop.visible()).toEqual([false]);
  await panel?.close();
  await expect.poll(() => desktop.visible()).toEqual([true]);
  await desktop.closeWindow();
  await expect(question(desktop)).toContainText('This desktop shows no tray icons');
  expect(connected(clients)).toBe(1);
  // Before its session bus goes.
  await desktop.stop();
});
