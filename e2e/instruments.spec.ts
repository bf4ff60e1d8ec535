/** What shipped daemons have many of is drawn as a table for each kind, in both hosts. */
import { expect, test } from './fixtures.ts';

test('the cache of host names and the queue of queries stand on the Live pages of their daemons', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd');
  const caches = app.page.getByRole('region', { name: 'Caches' });
  await expect(caches.getByRole('columnheader')).toHaveText([
    'Name',
    'Entries',
    'Hits',
    'Misses',
    'Last minute',
  ]);
  await expect(caches.getByRole('row', { name: 'dns' })).toContainText(/\d/);

  await app.open('/daemon/recorder');
  const queries = app.page.getByRole('region', { name: 'Queues' }).getByRole('row', { name: 'queries' });
  // The window itself has asked for the minutes before it was opened.
  await expect(queries).toContainText('p99');
});
