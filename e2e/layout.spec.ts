/** How pages fit into windows of several widths, with scrollbars as people have them. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { PAGES } from './app/pages.ts';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

/** Scrollbars that are seen although nothing was meant to scroll there, as `element: direction`. */
function strayScrollbars(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const style = getComputedStyle(element);
      const scrolls = (overflow: string) => overflow === 'auto' || overflow === 'scroll';
      const down = scrolls(style.overflowY) && element.scrollHeight > element.clientHeight;
      const across = scrolls(style.overflowX) && element.scrollWidth > element.clientWidth;
      if (!down && !across) continue;
      // The page itself, and what is named and focusable so that the keyboard scrolls it, may scroll.
      const meant =
        element.id === 'main' || element.tabIndex === 0 || element.querySelector('[role="grid"]') !== null;
      const list = element.tagName === 'UL' || element.tagName === 'NAV';
      if (down && !meant && !list) found.push(`${element.outerHTML.slice(0, 120)}: down`);
      if (across && (element.id === 'main' || !meant))
        found.push(`${element.outerHTML.slice(0, 120)}: across`);
    }
    return found;
  });
}

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
  const row = page.getByRole('row').filter({ hasText: 'ircd kill' });
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

// The last one: it leaves a setting that waits for a restart.
test('no page has a scrollbar that nobody asked for', async ({ app }) => {
  test.slow();
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await alice.join('#lobby');
  // The status bar has more to say then.
  const text = await readFile(app.configFile, 'utf8');
  await writeFile(app.configFile, text.replace('[ircd]\n', '[ircd]\nserver_name = "later.example.org"\n'));
  await app.request('config.reload', {});
  // 640 is what is left of 1,280 at a zoom of 200 %.
  for (const width of [640, 1280]) {
    await app.page.setViewportSize({ width, height: 840 });
    for (const path of PAGES) {
      await app.open(path);
      await expect(app.page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(app.page.getByRole('tabpanel').or(app.page.getByRole('main')).first()).toBeVisible();
      expect(await strayScrollbars(app.page), `${path} at ${width} px`).toEqual([]);
      const beyond = await app.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(beyond, `${path} at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
  alice.quit();
});
