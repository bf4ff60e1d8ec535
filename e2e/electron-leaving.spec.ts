/** Closing the window and quitting: nobody is disconnected without a question. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CONTROL_LIMITS } from '../main/core/limits.ts';
import { CHROMIUM_SWITCHES, findElectron, ROOT } from './app/binaries.ts';
import { DEFAULT_CONFIG, hostedByElectron } from './app/config.ts';
import type { ElectronApp } from './app/electron-app.ts';
import type { RunningApp } from './app/running-app.ts';
import { TrayDesktop } from './app/tray-desktop.ts';
import { connected, crowd } from './clients/crowd.ts';
import { RelayClient } from './clients/relay-client.ts';
import { test as base, expect } from './desktop.ts';

const onClose = (value: string) => `${DEFAULT_CONFIG}\n[signalbox]\non_close = "${value}"\n`;

const test = base.extend<{ panel: TrayDesktop }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  panel: async ({}, use) => {
    const panel = await TrayDesktop.start();
    await use(panel);
    await panel.end();
  },
});
/** On a desktop whose panel shows tray icons, that of the app among them: before it is there, closing the window asks. */
const trayTest = test.extend({
  sessionBus: async ({ panel }, use) => use(panel.address),
  app: async ({ app, panel }, use) => {
    await expect.poll(() => panel.icons.length, 'icons in the panel').toBe(1);
    await use(app);
  },
});

const question = (desktop: ElectronApp) => desktop.page.getByRole('alertdialog');

/** Starts the app a second time on the same data directory. */
async function startAgain(app: RunningApp): Promise<void> {
  const binary = findElectron();
  if (!('path' in binary)) throw new Error(binary.missing);
  await promisify(execFile)(binary.path, [...CHROMIUM_SWITCHES, '.', '--data', app.dataDir], {
    cwd: ROOT,
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });
}

trayTest(
  'with a tray, closing the window keeps 30 of 30 clients connected; a second start shows it again',
  async ({ desktop, app }) => {
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
  },
);

trayTest('quitting from the tray shows the window for its question', async ({ desktop, app }) => {
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
});

trayTest('a hidden window comes back when the panel goes', async ({ desktop, app, panel }) => {
  const clients = await crowd(app, 1);
  await desktop.closeWindow();
  await expect.poll(() => desktop.visible()).toEqual([false]);
  await panel.close();
  await expect.poll(() => desktop.visible()).toEqual([true]);
  await desktop.closeWindow();
  await expect(question(desktop)).toContainText('This desktop shows no tray icons');
  expect(connected(clients)).toBe(1);
});

test('without a tray, closing asks; cancel keeps everybody, and confirming ends it', async ({
  desktop,
  app,
}) => {
  const clients = await crowd(app, 30);
  const peer = await RelayClient.connect(await app.startDaemon('relay'));
  // The system has connected it, perhaps before the relay has taken it: an answer says that it is counted.
  peer.send('here');
  await expect.poll(() => peer.received).toEqual(['here']);
  await desktop.closeWindow();
  await expect(question(desktop)).toContainText('Close Signalbox?');
  await expect(question(desktop)).toContainText(
    'Stopping ircd disconnects 30 clients. Stopping relay disconnects 1 client.',
  );
  await expect(question(desktop).getByRole('button', { name: 'Cancel' })).toBeFocused();
  await desktop.page.keyboard.press('Enter');
  await expect(question(desktop)).toBeHidden();
  expect(await desktop.visible()).toEqual([true]);
  expect(await app.state('ircd')).toBe('running');
  expect([connected(clients), peer.isOpen]).toEqual([30, true]);

  await desktop.closeWindow();
  await question(desktop).getByRole('button', { name: 'Quit and stop all daemons' }).click();
  await desktop.ended();
  await expect.poll(() => [connected(clients), peer.isOpen]).toEqual([0, false]);
  for (const client of clients)
    expect(client.lines.filter((line) => line.startsWith('ERROR '))).toHaveLength(1);
});

test('Ctrl+Q says whom it disconnects, and is answered by keyboard alone', async ({ desktop, app }) => {
  const clients = await crowd(app, 1);
  expect(await desktop.menu()).toContainEqual({
    label: 'Quit and Stop All Daemons',
    accelerator: 'Ctrl+Q',
  });
  await desktop.pressMenu('Quit');
  await expect(question(desktop)).toContainText(
    'Quitting stops all daemons. Stopping ircd disconnects 1 client.',
  );
  await desktop.page.keyboard.press('Escape');
  await expect(question(desktop)).toBeHidden();
  expect(connected(clients)).toBe(1);

  await desktop.pressMenu('Quit');
  const quit = question(desktop).getByRole('button', { name: 'Quit and stop all daemons' });
  await expect(quit).toBeEnabled();
  await desktop.page.keyboard.press('Tab');
  await expect(quit).toBeFocused();
  await desktop.page.keyboard.press('Enter');
  await desktop.ended();
  await expect.poll(() => connected(clients)).toBe(0);
});

test('with nobody connected, quitting asks nothing', async ({ desktop, app }) => {
  await app.startDaemon('ircd');
  await desktop.pressMenu('Quit');
  await desktop.ended();
});

test('with nothing running and no tray, closing the window ends the app', async ({ desktop, app }) => {
  await expect(app.card('ircd')).toContainText('stopped');
  await desktop.closeWindow();
  await desktop.ended();
});

test('a signal drains without a question, also while one stands', async ({ desktop, app }) => {
  const clients = await crowd(app, 1);
  await desktop.pressMenu('Quit');
  await expect(question(desktop)).toBeVisible();
  process.kill(desktop.pid, 'SIGTERM');
  await desktop.ended();
  await expect.poll(() => connected(clients)).toBe(0);
  expect(clients[0]?.lines.filter((line) => line.startsWith('ERROR '))).toHaveLength(1);
});

test('quitting once more while a daemon hangs does not wait for it', async ({ desktop, app }) => {
  await app.startDaemon('relay');
  const { pid } = await app.daemon('relay');
  process.kill(pid as number, 'SIGSTOP');
  await desktop.pressMenu('Quit');
  await expect(question(desktop)).toContainText('how many cannot be told');
  await question(desktop).getByRole('button', { name: 'Quit and stop all daemons' }).click();
  await expect(desktop.page.getByText('The host is shutting down')).toBeVisible();
  await delay(CONTROL_LIMITS.quitEchoMs + 100);
  await desktop.pressMenu('Quit');
  await desktop.ended();
  expect(await readFile(join(app.dataDir, 'logs/main.log'), 'utf8')).toContain('told to end at once');
});

test('where the page hangs, the system asks in its place', async ({ desktop, app }) => {
  const clients = await crowd(app, 1);
  await desktop.application.evaluate(({ dialog }) => {
    const asked: unknown[] = [];
    Reflect.set(globalThis, 'asked', asked);
    Reflect.set(dialog, 'showMessageBox', (options: Electron.MessageBoxOptions) => {
      const { message, detail, buttons, defaultId, cancelId } = options;
      asked.push({ message, detail, buttons, defaultId, cancelId });
      return Promise.resolve({ response: 0, checkboxChecked: false });
    });
  });
  await desktop.page.evaluate(() => {
    setTimeout(() => {
      // Until the app has ended.
      for (;;);
    });
  });
  await desktop.pressMenu('Quit');
  const asked = () => desktop.application.evaluate(() => Reflect.get(globalThis, 'asked') as unknown);
  await expect.poll(asked).toEqual([
    {
      message: 'Quit Signalbox?',
      detail: 'Quitting stops all daemons. Stopping ircd disconnects 1 client.',
      buttons: ['Cancel', 'Quit and stop all daemons'],
      defaultId: 0,
      cancelId: 0,
    },
  ]);
  expect(await app.state('ircd')).toBe('running');
  expect(connected(clients)).toBe(1);
});

trayTest.describe('on_close = "ask"', () => {
  trayTest.use({ config: onClose('ask') });

  trayTest('offers the tray beside quitting', async ({ desktop, app }) => {
    const clients = await crowd(app, 1);
    await desktop.closeWindow();
    await expect(question(desktop)).toContainText('Signalbox can go on running in the tray.');
    await question(desktop).getByRole('button', { name: 'Keep running' }).click();
    await expect.poll(() => desktop.visible()).toEqual([false]);
    expect(connected(clients)).toBe(1);
  });
});

trayTest.describe('on_close = "quit"', () => {
  trayTest.use({ config: onClose('quit') });

  trayTest('asks before it disconnects people, and a reload changes it', async ({ desktop, app }) => {
    const clients = await crowd(app, 1);
    await expect
      .poll(async () => (await desktop.menu()).map(({ label }) => label))
      .toContain('Close Window - Quit and Stop All Daemons');
    await desktop.closeWindow();
    await expect(question(desktop)).toContainText('Stopping ircd disconnects 1 client.');
    await question(desktop).getByRole('button', { name: 'Cancel' }).click();

    await writeFile(app.configFile, hostedByElectron(onClose('tray')));
    expect((await app.cli(['config', 'reload'])).code).toBe(0);
    await expect
      .poll(async () => (await desktop.menu()).map(({ label }) => label))
      .toContain('Close Window - Daemons Keep Running');
    await desktop.closeWindow();
    await expect.poll(() => desktop.visible()).toEqual([false]);
    expect(connected(clients)).toBe(1);
  });
});
