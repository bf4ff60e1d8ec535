/** The host ends under a dashboard that stays open in a browser. */
import { writeFile } from 'node:fs/promises';
import { expect, test } from './fixtures.ts';

test('nothing on the page passes for current when the host is gone, be it a stopped daemon or the totals', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await expect(app.card('relay')).toContainText('stopped');
  const { page } = app;
  const running = page.getByRole('row', { name: /^main / }).getByText(/^running/);
  const green = await running.evaluate((badge) => getComputedStyle(badge).color);
  process.kill(app.mainPid, 'SIGKILL');
  await expect(page.getByRole('alert')).toContainText('Connection to the host lost');
  for (const id of ['ircd', 'relay']) {
    await expect(app.card(id, page)).toContainText(/stale since \d\d:\d\d:\d\d/);
    await expect(app.card(id, page)).not.toContainText(/\b(up|for) \d/);
  }
  await expect(page.getByText(/Last known figures, of \d\d:\d\d:\d\d/).first()).toBeVisible();
  await expect(page.getByRole('contentinfo')).toContainText('Connection lost');
  await page.getByRole('button', { name: 'Signalbox', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'What Signalbox itself takes' })).toContainText(
    /figures of \d\d:\d\d:\d\d/,
  );
  await page.keyboard.press('Escape');
  await expect(page.getByRole('contentinfo')).not.toContainText('History recording');
  await expect(page.getByRole('row', { name: /^main running when last heard of/ })).toBeVisible();
  await expect(running).not.toHaveCSS('color', green);
  for (const id of ['relay', 'objects'])
    await expect(page.getByRole('link', { name: `${id} stopped when last heard of` })).toBeAttached();
});

test('a configuration cannot be read again while nobody is there to read it', async ({ app }) => {
  await writeFile(app.configFile, '[ircd]\nlisten = "everywhere"\n');
  await app.request('config.reload', {}).catch(() => {});
  const { page } = app;
  const banner = page.getByRole('alert').filter({ hasText: 'ircd.listen' });
  const reload = banner.getByRole('button', { name: 'Reload' });
  await expect(reload).toBeEnabled();
  process.kill(app.mainPid, 'SIGKILL');
  await expect(reload).toBeDisabled();
  await app.open('/settings');
  await expect(page.getByRole('main').getByRole('button', { name: 'Reload' }).last()).toBeDisabled();
});
