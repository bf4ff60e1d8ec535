/** What a thread of a daemon computes is there in both hosts: the desktop app starts threads from its own bundles. */
import { expect, test } from './fixtures.ts';

test.use({ config: '[ircd]\nlisten = [{ host = "127.0.0.1", port = 0, tls = true }]\n' });

test('an IRC server with a TLS listener and no certificate starts with one that a thread has made', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd');
  const row = app.page.getByRole('region', { name: 'Pools' }).getByRole('row', { name: 'certificates' });
  await expect(row).toBeVisible();
});
