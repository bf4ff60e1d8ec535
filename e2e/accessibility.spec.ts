/** Every page of the dashboard, checked by axe in both themes (WCAG 2.2 AA). */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';

const PAGES = [
  '/',
  '/daemon/ircd',
  '/daemon/ircd/connections',
  '/daemon/ircd/commands',
  '/daemon/ircd/logs',
  '/daemon/ircd/crashes',
  '/daemon/relay',
  '/daemon/main',
  '/history',
  '/audit',
  '/settings',
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to mend on any page in the ${colorScheme} theme`, async ({ app }) => {
    // Eleven pages, each read by axe.
    test.slow();
    await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(app.page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await app.startDaemon('ircd');
    for (const path of PAGES) {
      await app.open(path);
      await expect(app.page.getByRole('heading', { level: 1 })).toBeVisible();
      // A second page cannot be opened in Electron by Playwright; legacy mode needs none.
      const { violations } = await new AxeBuilder({ page: app.page })
        .setLegacyMode()
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
      expect(found, `${path} in the ${colorScheme} theme`).toEqual([]);
    }
  });
}
