/** Every page in the Chromium of both hosts, at two widths, with scrollbars as people have them. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { PAGES } from './app/pages.ts';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

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
