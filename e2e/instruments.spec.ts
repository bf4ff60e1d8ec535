/** What shipped daemons have many of stands on their Live pages and on one page over all of them, in both hosts. */
import { expect, test } from './fixtures.ts';

test('the cache of host names and the queue of queries stand on the pages of their daemons, and on one for all', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd');
  const dns = app.page
    .getByRole('table', { name: 'Pools and queues' })
    .getByRole('row', { name: /^dns cache/ });
  await expect(dns).toContainText(/\d of [\d,.]+k?/);

  await app.open('/daemon/recorder');
  const instruments = app.page.getByRole('region', { name: 'Instruments' });
  // The window itself has asked for the minutes before it was opened.
  await expect(instruments.getByRole('row', { name: /^queries/ })).toContainText(/\d (ms|µs)/);

  // All of them on one page, which the keyboard finds too.
  await app.page.keyboard.press('ControlOrMeta+k');
  await app.page.keyboard.type('pools');
  await app.page.keyboard.press('Enter');
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Pools and queues');
  const all = app.page.getByRole('table', { name: 'Pools and queues' });
  await expect(all.getByRole('row', { name: /^queries recorder/ })).toBeVisible();
  await expect(all.getByRole('row', { name: /^dns ircd/ })).toBeVisible();
  await app.page.getByRole('combobox', { name: 'Daemon' }).selectOption('ircd');
  await expect(all.getByRole('row', { name: /^queries/ })).toBeHidden();
  expect(new URL(app.page.url()).hash).toMatch(/pools\?daemon=ircd$/);
});
