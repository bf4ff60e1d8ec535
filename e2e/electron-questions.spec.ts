/** The question before the desktop app is left, and what asks none; those who end the app are in electron-leaving.spec.ts. */
import { violationsOn } from './app/axe.ts';
import { connected, crowd } from './clients/crowd.ts';
import { expect, question, test } from './desktop.ts';

test.use({ sharedApp: 'everyday' });

test('one of two windows closes without a question', async ({ desktop, app }) => {
  const clients = await crowd(app, 1);
  const second = await desktop.application.browserWindow(await desktop.openWindow());
  await expect
    .poll(() => desktop.menu())
    .toContainEqual({
      label: 'Close Window',
      accelerator: 'CmdOrCtrl+W',
    });
  await second.evaluate((window) => window.close());
  await expect.poll(() => desktop.visible()).toHaveLength(1);
  expect(connected(clients)).toBe(1);
  await expect(question(desktop)).toBeHidden();
  for (const client of clients) client.quit();
});

test('a question survives a reload of the page', async ({ desktop, app }) => {
  const clients = await crowd(app, 1);
  await desktop.pressMenu('Quit');
  await expect(question(desktop)).toBeVisible();
  await desktop.page.reload();
  await expect(question(desktop)).toContainText('Stopping ircd disconnects 1 client.');
  await question(desktop).getByRole('button', { name: 'Cancel' }).click();
  expect(await app.state('ircd')).toBe('running');
  for (const client of clients) client.quit();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to mend in the question in the ${colorScheme} theme`, async ({ desktop, app }) => {
    await desktop.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const clients = await crowd(app, 1);
    await desktop.pressMenu('Quit');
    await expect(question(desktop).getByRole('button', { name: 'Quit' })).toBeEnabled();
    expect(await violationsOn(desktop.page, colorScheme)).toEqual([]);
    await expect(question(desktop)).toHaveAccessibleName('Quit Signalbox?');
    await expect(question(desktop)).toHaveAccessibleDescription(/Stopping ircd disconnects 1 client\./);
    await question(desktop).getByRole('button', { name: 'Cancel' }).click();
    for (const client of clients) client.quit();
  });
}
