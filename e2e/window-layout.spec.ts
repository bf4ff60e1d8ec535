/** How tables, charts and the audit trail fit into windows of several widths. Every page at two of them: pages.spec.ts. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('at 1,280 px a client is seen with what it costs, and other columns are chosen and remembered', async ({
  app,
}) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await app.page.setViewportSize({ width: 1280, height: 840 });
  await app.open('/daemon/ircd/connections');
  const table = app.page.getByRole('grid', { name: 'Connections' });
  const header = (name: string) => table.getByRole('columnheader', { name, exact: true });
  await expect(table.getByRole('row').filter({ hasText: 'alice' })).toBeVisible();
  const right = await app.page
    .getByRole('region', { name: 'Connections', exact: true })
    .evaluate((node) => node.getBoundingClientRect().right);
  // The table takes the new width a moment after the window has it.
  const end = async (name: string) => {
    const box = await header(name).boundingBox();
    return (box?.x ?? Infinity) + (box?.width ?? 0);
  };
  for (const name of ['Nick', 'Idle', 'SendQ', 'In', 'In/s', 'Out', 'Out/s'])
    await expect.poll(() => end(name), name).toBeLessThanOrEqual(right);
  // Nobody uses TLS: that is said once.
  await expect(header('TLS')).toHaveCount(0);
  await expect(app.page.getByText(/All: .*no TLS/)).toBeVisible();

  await app.page.getByRole('button', { name: /^Columns/ }).click();
  const picker = app.page.getByRole('dialog', { name: 'Columns that are shown' });
  await picker.getByRole('checkbox', { name: 'TLS' }).check();
  await picker.getByRole('checkbox', { name: 'SendQ' }).uncheck();
  await app.page.keyboard.press('Escape');
  await expect(header('TLS')).toBeVisible();
  await expect(header('SendQ')).toHaveCount(0);

  await app.page.reload();
  await expect(header('TLS')).toBeVisible();
  await expect(header('SendQ')).toHaveCount(0);
  await app.page.getByRole('button', { name: /^Columns/ }).click();
  await picker.getByRole('button', { name: 'Those that fit the window' }).click();
  await expect(header('SendQ')).toBeVisible();
  alice.quit();
});

test('the last label of a time axis is whole', async ({ app }) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/live');
  await expect(app.page.locator('.uplot canvas').first()).toBeVisible();
  const room = await app.page.evaluate(() => {
    const plot = document.querySelector('.uplot');
    const over = plot?.querySelector('.u-over');
    const context = document.createElement('canvas').getContext('2d');
    if (plot === null || over === null || over === undefined || context === null) return null;
    context.font = getComputedStyle(document.documentElement)
      .getPropertyValue('--face')
      .replace(/^/, '11px ');
    return {
      right: plot.getBoundingClientRect().right - over.getBoundingClientRect().right,
      halfLabel: context.measureText('00:00:00').width / 2,
    };
  });
  expect(room?.right).toBeGreaterThanOrEqual(room?.halfLabel ?? Infinity);
});

test('what came of an entry of the audit trail is read whole in a narrow window, without scrolling across', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  const kill = {
    daemon: 'ircd',
    command: 'kill',
    args: { client: 'somebody-who-is-not-there' },
    confirmed: true,
  };
  await app.request('command.run', kill).catch(() => {});
  const { page } = app;
  await page.setViewportSize({ width: 900, height: 840 });
  await app.open('/audit');
  const row = page.getByRole('row').filter({ hasText: 'somebody-who-is-not-there' });
  await expect(page.getByRole('columnheader', { name: 'What was done' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'From', exact: true })).toHaveCount(0);
  await expect(row).toContainText('failed');
  await expect(row).toContainText('could not disconnect somebody-who-is-not-there');
  const region = page.getByRole('region', { name: 'Audit' });
  const across = () => region.evaluate((node) => node.scrollWidth - node.clientWidth);
  await expect.poll(across).toBe(0);
  await page.setViewportSize({ width: 1280, height: 840 });
  await expect(page.getByRole('columnheader', { name: 'From', exact: true })).toBeVisible();
  await expect.poll(across).toBe(0);
});
