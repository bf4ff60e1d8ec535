/** The host ends under a dashboard that stays open in a browser. */
import { writeFile } from 'node:fs/promises';
import { expect, test } from './fixtures.ts';

// As operators start it, from its sources; other specs start what was built of them.
test.use({ program: ['scripts/cli.mjs', 'serve'] });

test('nothing on the page passes for current when the host is gone, be it a stopped daemon or the totals, and nothing can be read again', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await writeFile(app.configFile, '[ircd]\nlisten = "everywhere"\n');
  await app.request('config.reload', {}).catch(() => {});
  await expect(app.card('relay')).toContainText('stopped');
  const { page } = app;
  const running = page.getByRole('row', { name: /^main / }).getByText(/^running/);
  const green = await running.evaluate((badge) => getComputedStyle(badge).color);
  const banner = page.getByRole('alert').filter({ hasText: 'ircd.listen' });
  const reload = banner.getByRole('button', { name: 'Reload' });
  await expect(reload).toBeEnabled();
  process.kill(app.mainPid, 'SIGKILL');
  await expect(page.getByRole('alert').filter({ hasText: 'Connection to the host lost' })).toBeVisible();
  await expect(reload).toBeDisabled();
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
  await app.open('/settings');
  await expect(page.getByRole('main').getByRole('button', { name: 'Reload' }).last()).toBeDisabled();
});
