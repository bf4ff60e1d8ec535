/**
 * Every page of the dashboard, and what opens over it, checked by axe in both themes (WCAG 2.2 AA), with the focus on each stop of the
 * Tab key, and for readers who want no motion. The desktop app shows
 * the same window from the same build; what is different there has a spec of its own, electron-accessibility.spec.ts.
 */
import { violationsOn } from './app/axe.ts';
import { PAGES } from './app/pages.ts';
import { focusOn, motionOn } from './app/seen-focus.ts';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to mend on any page in the ${colorScheme} theme, the focus is seen everywhere and nothing moves`, async ({
    app,
  }) => {
    // Many pages, each read by axe.
    test.slow();
    await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(app.page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await app.startDaemon('ircd');
    for (const path of PAGES) {
      await app.open(path);
      await expect(app.page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await violationsOn(app.page, colorScheme), `${path} in the ${colorScheme} theme`).toEqual([]);
      const { unseen, reached } = await focusOn(app.page);
      expect(reached, `what the Tab key reaches at ${path}`).toBeGreaterThan(10);
      expect(unseen, `has the focus at ${path} in the ${colorScheme} theme without showing it`).toEqual([]);
      expect(await motionOn(app.page), `moves at ${path} for who wants no motion`).toEqual([]);
    }
  });

  test(`axe finds nothing to mend in what opens over a page in the ${colorScheme} theme`, async ({ app }) => {
    test.slow();
    await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(app.page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
    await app.open('/daemon/ircd/connections');
    const dialog = app.page.getByRole('dialog');
    await app.page.getByRole('button', { name: /^Columns/ }).click();
    await expect(dialog).toBeVisible();
    expect(await violationsOn(app.page, colorScheme), 'the choice of columns').toEqual([]);
    await app.page.keyboard.press('Escape');

    await app.page.getByRole('row').filter({ hasText: 'alice' }).click();
    await app.page.keyboard.press('x');
    await expect(app.page.getByRole('region', { name: 'Selected rows' })).toBeVisible();
    expect(await violationsOn(app.page, colorScheme), 'the drawer of a client, who is selected').toEqual([]);
    await app.page.keyboard.press('Escape');

    await app.rowAction('alice', 'Details');
    await expect(dialog).toContainText('Connected');
    expect(await violationsOn(app.page, colorScheme), 'the details of a client').toEqual([]);
    await app.page.keyboard.press('Escape');

    await app.rowAction('alice', 'Kill');
    await expect(dialog.getByRole('button', { name: 'Run kill' })).toBeEnabled();
    expect(await violationsOn(app.page, colorScheme), 'the question before a kill').toEqual([]);
    await app.page.keyboard.press('Escape');

    await app.open('/');
    await app.button('Stop', 'ircd').click();
    await expect(app.page.getByRole('button', { name: 'Stop now' })).toBeEnabled();
    expect(await violationsOn(app.page, colorScheme), 'the question before a stop').toEqual([]);
    await app.page.keyboard.press('Escape');
    alice.quit();
  });
}
