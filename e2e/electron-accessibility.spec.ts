/**
 * What axe finds where the desktop app shows something else than a browser does: its settings lack the browser's session
 * and name another host. Its question before it is left is in electron-questions.spec.ts, every other page in
 * headless-accessibility.spec.ts.
 */
import { violationsOn } from './app/axe.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to mend where the desktop app differs, in the ${colorScheme} theme`, async ({
    app,
  }) => {
    await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(app.page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    for (const path of ['/', '/settings']) {
      await app.open(path);
      await expect(app.page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await violationsOn(app.page, colorScheme), `${path} in the ${colorScheme} theme`).toEqual([]);
    }
  });
}
