/** What operators do daily by a line of the palette, from whatever page they are at, as docs/ircd.md tells. */
import { violationsOn } from './app/axe.ts';
import { Operator } from './app/operator.ts';
import { comesFrom, GATEWAY, ownName, ownNetwork } from './clients/far-clients.ts';
import { expect, test } from './fixtures.ts';

const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, tls = true }]
dns = false
${GATEWAY}`;

test.use({ sharedApp: 'everyday', config: CONFIG });

/** Names of this run: accounts of the one before are still there where apps are shared. */
const run = ownName();
const account = `acc${run}`;
const net = ownNetwork();

test('clients, channels and accounts are found by a line, and commands said with what they are about', async ({
  app,
}) => {
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const password = 'correct-horse';
  const made = { daemon: 'ircd', command: 'create-account', args: { account, password } };
  await app.request('command.run', { ...made, confirmed: true });
  const join = async (address: string, nick: string) => {
    const client = await comesFrom(server, nick, address);
    client.send('CAP REQ sasl');
    if (nick === 'mira') expect(await client.plain(account, password)).toBe('903');
    await client.register();
    client.send('JOIN #tea');
    await client.hears(/ 366 /);
    return client;
  };
  const mira = await join(`${net}.1`, 'mira');
  const bob = await join(`${net}.3`, 'bob3');
  const guest = await join(`${net}.9`, 'guest');
  /** What is known of somebody or something, on the page that is theirs. */
  const facts = (name: string) => page.getByRole('region', { name, exact: true });
  // The Overview, to begin with: a row is found from anywhere.
  await op.does('Find a client by its nick', async () => {
    await op.types('bob3', /^bob3.*Connections · ircd$/);
    await expect(facts('bob3')).toContainText(`${net}.3`);
    await expect(page.getByRole('heading', { name: 'bob3' })).toBeFocused();
    await expect(page.getByRole('button', { name: 'Ban address', exact: true })).toBeVisible();
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    expect(await violationsOn(page, colorScheme), colorScheme).toEqual([]);
  }
  await op.does('Find clients by address', async () => {
    await op.types(`${net}.9`, /^guest.*Connections · ircd$/);
    await expect(facts('guest')).toContainText(`${net}.9`);
  });
  await op.does('Find a client or an account by account', async () => {
    await op.types(account, new RegExp(`^${account}.*Accounts · ircd$`));
    await expect(facts(account)).toContainText('Logged in');
  });
  await op.does('Find a channel', async () => {
    await op.types('#tea', /^#tea.*Channels · ircd$/);
    await expect(facts('#tea')).toContainText('Users');
  });
  await op.does('See the latest logins to an account', async () => {
    await op.types(`logins ${account}`, /^ircd logins/);
    await expect(op.dialog.getByRole('row').filter({ hasText: `${net}.1` })).toBeVisible();
  });
  await op.does('Kick somebody from a channel', async () => {
    await op.types('kick #tea bob3 enough of that', /^ircd kick.*enough of that/);
    await expect(op.dialog).toContainText('Removes bob3');
    await op.press('Run kick');
    await mira.hears(/ KICK #tea bob3 :enough of that$/);
  });
  await op.does('Disconnect somebody by name', async () => {
    await op.types('kill bob3 spam', /^ircd kill/);
    await expect(op.dialog).toContainText('Disconnects bob3');
    await op.press('Run kill');
    await bob.hears(/Killed \(administrator \(spam\)\)/);
  });
  await op.does('Ban an address for an hour', async () => {
    await op.types(`add-ban dline ${net}.9 spam --minutes 60`, /^ircd add-ban/);
    await expect(op.dialog).toContainText('Disconnects 1 client');
    await expect(op.dialog.getByRole('button', { name: '1 hour' })).toHaveAttribute('aria-pressed', 'true');
    await op.press('Run add-ban');
    await guest.hears(/^ERROR .*D-lined: spam/);
  });
  await op.does('Send everybody a notice', async () => {
    await op.types('broadcast back in five minutes', /^ircd broadcast/);
    await op.press('Run broadcast');
    await mira.hears(/ NOTICE .* :back in five minutes$/);
  });
  await op.does('See when the certificate ends', async () => {
    await op.types('ircd certificate', /^ircd certificate/);
    await expect(op.dialog).toContainText('Still valid for');
  });
  await op.does('See whom the throttle holds back', async () => {
    await op.types('ircd throttle', /^ircd throttle/);
    await expect(op.dialog).toContainText('Done');
  });
  await op.does('See the limits in force', async () => {
    await op.types('ircd limits', /^ircd limits/);
    await expect(op.dialog.getByRole('columnheader').first()).toBeVisible();
  });
  await op.does('Read the configuration again', async () => {
    await op.types('ircd rehash', /^ircd rehash/);
    await op.press('Run rehash');
    await expect(op.dialog).toContainText('nobody was dropped');
  });
  mira.quit();
});
