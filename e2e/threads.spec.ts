/** What threads of a daemon compute is there in both hosts: the desktop app starts threads from its own bundles. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$rmMpYeWEroLftcDnH0CHmw$y0xyauuTceWG9QYTa6svvyaExsRcjiEwg7m5/SsG7RU';

test.use({
  sharedApp: 'everyday',
  config: `[ircd]
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, tls = true }]
password_hash = "${HASH}"
`,
});

test('a password lets its client in and another none, and the pool that verified them is shown', async ({
  app,
}) => {
  const server = await app.startDaemon('ircd');
  const client = await IrcClient.connect(server, 'ann', 'sesame');
  await expect(IrcClient.connect(server, 'eve', 'guess')).rejects.toThrow('Bad password');
  expect(client.isOpen).toBe(true);
  const pool = async () => {
    const pools = await app.cliJson<{ daemon: string; kind: string; name: string }[]>(['pools']);
    return pools.find(({ daemon, kind, name }) => `${daemon} ${kind} ${name}` === 'ircd pool passwords');
  };
  await expect.poll(pool).toMatchObject({ submitted: 2, completed: 2, failed: 0, active: 0, idle: 1 });
  client.quit();
});

test('an IRC server with a TLS listener and no certificate starts with one that a thread has made', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd');
  const row = app.page.getByRole('region', { name: 'Pools' }).getByRole('row', { name: 'certificates' });
  await expect(row).toBeVisible();
});
