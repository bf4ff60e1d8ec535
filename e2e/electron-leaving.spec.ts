/** Closing the window and quitting where there is no tray: nobody is disconnected without a question. Each test ends its app. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTROL_LIMITS } from '../main/core/limits.ts';
import { connected, crowd } from './clients/crowd.ts';
import { RelayClient } from './clients/relay-client.ts';
import { expect, question, test } from './desktop.ts';

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

test.describe('where the launcher loads the app late', () => {
  test.use({ loadBeforeReady: false });

  test('the window comes from an origin of its own all the same; with nothing running, closing it ends the app', async ({
    desktop,
    app,
  }) => {
    await expect(app.card('ircd')).toContainText('stopped');
    // Electron's own launcher is never late; then the scheme is registered after all.
    const origin = await desktop.page.evaluate(() => location.origin);
    expect(['https://signalbox.invalid', 'app://signalbox']).toContain(origin);
    expect(await desktop.page.evaluate(() => fetch('https://example.com/').catch(() => 'blocked'))).toBe(
      'blocked',
    );
    desktop.problems.length = 0;
    await desktop.closeWindow();
    await desktop.ended();
  });
});
