/** The host ends under a dashboard that stays open in a browser. */
import { expect, test } from './fixtures.ts';

test('nothing on the page passes for current when the host is gone, be it a stopped daemon or the totals', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await expect(app.card('relay')).toContainText('stopped');
  const { page } = app;
  process.kill(app.mainPid, 'SIGKILL');
  await expect(page.getByRole('alert')).toContainText('Connection to the host lost');
  for (const id of ['ircd', 'relay']) {
    await expect(app.card(id, page)).toContainText(/stale since \d\d:\d\d:\d\d/);
    await expect(app.card(id, page)).not.toContainText(/\b(up|for) \d/);
  }
  await expect(page.getByText(/Last known figures, of \d\d:\d\d:\d\d/).first()).toBeVisible();
  await expect(page.getByRole('contentinfo')).toContainText(/figures of \d\d:\d\d:\d\d/);
  await expect(page.getByRole('contentinfo')).not.toContainText('History recording');
  await expect(page.getByRole('navigation').getByText('stopped when last heard of')).toBeAttached();
});
