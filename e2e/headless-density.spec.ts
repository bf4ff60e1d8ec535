/** How much of a window is figures: where the first chart begins, how many charts and rows are seen, how much of it is plots. */
import type { Page } from '@playwright/test';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

/** More rows than a window of 1,080 pixels shall show at least, and no more than an address may connect at once. */
const CLIENTS = 29;

/** 60 kB more than the window had before it had an order, 747,380; pages come when they are first looked at. */
const MOST_FIRST_BYTES = 807_380;

/** What is seen of the charts of the page without scrolling. */
function charts(page: Page) {
  return page.evaluate(() => {
    const main = document.getElementById('main')?.getBoundingClientRect() ?? new DOMRect();
    const seen = ({ left, right, top, bottom }: DOMRect) =>
      Math.max(0, Math.min(right, main.right) - Math.max(left, main.left)) *
      Math.max(0, Math.min(bottom, main.bottom) - Math.max(top, main.top));
    const plots = [...document.querySelectorAll('.u-over')].map((plot) => plot.getBoundingClientRect());
    const frames = [...document.querySelectorAll('section:has(> div > [role="img"])')].map((frame) =>
      frame.getBoundingClientRect(),
    );
    return {
      first: Math.min(...frames.map(({ top }) => top)),
      whole: plots.filter((plot) => plot.width > 0 && seen(plot) >= plot.width * plot.height - 1).length,
      share: plots.reduce((sum, plot) => sum + seen(plot), 0) / (innerWidth * innerHeight),
    };
  });
}

/** Bytes of JavaScript without which the window shows nothing; what comes once it is idle is not in its document. */
function firstScripts(page: Page) {
  return page.evaluate(async () => {
    const html = await (await fetch(location.pathname)).text();
    const files = html.match(/(?<=(?:src|href)=")[^"]+\.js(?=")/g) ?? [];
    const sizes = files.map(async (file) => (await (await fetch(file)).blob()).size);
    return { files: files.length, bytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) };
  });
}

/** How many rows of a table are seen whole. */
function rows(page: Page) {
  return page.evaluate(() => {
    const frame =
      document.querySelector('table')?.closest('section')?.getBoundingClientRect() ?? new DOMRect();
    const bottom = Math.min(frame.bottom, innerHeight);
    return [...document.querySelectorAll('tbody tr:not([aria-hidden])')].filter((row) => {
      const box = row.getBoundingClientRect();
      return box.height > 0 && box.top >= frame.top && box.bottom <= bottom;
    }).length;
  });
}

test('charts and rows fill the window of a small and of a large screen', async ({ app }) => {
  const { page } = app;
  const server = await app.startDaemon('ircd');
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, place) => IrcClient.connect(server, `guest${place}`)),
  );
  for (const client of clients) await client.join('#lobby');

  await page.setViewportSize({ width: 1280, height: 800 });
  await app.open('/daemon/ircd/live');
  // What was measured meanwhile has opened its charts; most of what they have to show is of the last minute.
  await expect.poll(async () => (await charts(page)).whole).toBeGreaterThanOrEqual(6);
  await expect.poll(async () => (await charts(page)).share).toBeGreaterThanOrEqual(0.3);
  expect((await charts(page)).first).toBeLessThanOrEqual(185);

  await page.setViewportSize({ width: 1920, height: 1080 });
  await expect.poll(async () => (await charts(page)).whole).toBeGreaterThanOrEqual(12);
  await expect.poll(async () => (await charts(page)).share).toBeGreaterThanOrEqual(0.3);
  expect((await charts(page)).first).toBeLessThanOrEqual(185);

  // With three daemons and what works for Signalbox, all that is needed is seen without scrolling, and no text is cut.
  await app.open('/');
  const table = page.getByRole('table', { name: 'Daemons' });
  await expect(table.getByRole('row', { name: 'ircd', exact: true })).toContainText(String(CLIENTS));
  for (const [width, height, least] of [
    [1920, 1080, 12],
    [1280, 800, 6],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(async () => (await charts(page)).whole).toBeGreaterThanOrEqual(least);
    const scroller = page.getByRole('region', { name: 'Daemons' });
    expect(await scroller.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0);
    await expect(table.getByRole('row').last()).toBeInViewport({ ratio: 1 });
  }
  await page.setViewportSize({ width: 1920, height: 1080 });

  await app.open('/daemon/ircd/connections');
  await expect.poll(() => rows(page)).toBeGreaterThanOrEqual(28);
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect.poll(() => rows(page)).toBeGreaterThanOrEqual(18);
  for (const client of clients) client.quit();

  const { files, bytes } = await firstScripts(page);
  expect(files).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(MOST_FIRST_BYTES);
});
