/** The range of time that a page shows, which stands in its address. */
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('one page has what is live and what was recorded, over a range that stands in the address', async ({
  app,
}) => {
  const { page } = app;
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/live');
  const memory = page.getByRole('region', { name: 'Memory' });
  const plot = memory.locator('.u-over');
  // Below the window where the strip of what happened of late stands over the charts, as long as that is in the range.
  await memory.scrollIntoViewIfNeeded();
  await expect(memory.locator('.uplot canvas')).toBeVisible();
  const range = page.getByRole('button', { name: /^Time range: / });
  await expect(range).toHaveText('Live');

  await range.click();
  await page.getByRole('button', { name: '1 h', exact: true }).click();
  await expect(range).toHaveText('Last 1 h');
  await expect(page.getByTitle(/what was recorded of ircd/)).toBeVisible();
  await expect(memory).toContainText('10 s a point');
  // It holds for the next page, and what is dragged over stands still.
  await page.getByRole('link', { name: 'Audit' }).click();
  await expect(page).toHaveURL(/audit\?range=1h$/);
  await page.goBack();
  // Charts move until all that was recorded is there.
  await expect(memory).toContainText('10 s a point');
  await expect(page.getByTitle(/what was recorded of ircd/)).toBeVisible();
  // What is below the window is drawn once one scrolls there.
  await memory.scrollIntoViewIfNeeded();
  const { width } = (await plot.boundingBox())!;
  await plot.hover({ position: { x: 20, y: 40 } });
  await page.mouse.down();
  await plot.hover({ position: { x: width / 2, y: 40 } });
  await plot.hover({ position: { x: width - 20, y: 40 } });
  await page.mouse.up();
  await expect(page).toHaveURL(/live\?from=\d+&to=\d+&back=1h$/);
  await page.goBack();
  await expect(range).toHaveText('Last 1 h');
  await page.goBack();
  await page.goBack();
  await expect(range).toHaveText('Live');

  await app.open('/daemon/ircd/live?range=banana');
  await expect(page.getByRole('alert')).toContainText('“banana” is no range of time');
  await page.getByRole('button', { name: 'Go on without it' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});
