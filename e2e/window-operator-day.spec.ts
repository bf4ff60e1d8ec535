/** What operators do daily, from the tables of the window: each takes at most three clicks, as docs/ircd.md tells. */
import { violationsOn } from './app/axe.ts';
import { Operator } from './app/operator.ts';
import { comesFrom, GATEWAY, ownName, ownNetwork } from './clients/far-clients.ts';
import { expect, test } from './fixtures.ts';

const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false

[ircd.spam]
recent_minutes = 60

[ircd.history]
keep_minutes = 60
new_channels = true
${GATEWAY}
# Nobody listens at the first port of a machine.
[[ircd.link]]
name = "lost.test"
password = "sesame"
host = "127.0.0.1"
port = 1
`;

test.use({ sharedApp: 'everyday', config: CONFIG });

/** Names of this run: accounts and bans of the one before are still there where apps are shared. */
const run = ownName();
const account = `acc${run}`;
const net = ownNetwork();

test('from rows of clients and channels', async ({ app }) => {
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const password = 'correct-horse';
  const made = { daemon: 'ircd', command: 'create-account', args: { account, password } };
  await app.request('command.run', { ...made, confirmed: true });
  const join = async (address: string, nick: string, login = false) => {
    const client = await comesFrom(server, nick, address);
    client.send('CAP REQ sasl');
    if (login) expect(await client.plain(account, password)).toBe('903');
    await client.register();
    client.send('JOIN #tea');
    await client.hears(/ 366 /);
    return client;
  };
  const mira = await join(`${net}.1`, 'mira', true);
  const bob = await join(`${net}.2`, 'bob', true);
  const [bad, worse] = [await join(`${net}.9`, 'bad1'), await join(`${net}.9`, 'bad2')];
  await app.open('/daemon/ircd/connections');

  await op.does('See who comes from the same address', async () => {
    await op.chooses('bad1', 'Same address');
    await expect(op.dialog.getByRole('row').filter({ hasText: 'bad2' })).toBeVisible();
    await expect(op.dialog.getByText('mira', { exact: true })).toBeHidden();
  });
  await op.does('See who is logged in to the same account', async () => {
    await op.chooses('mira', 'Same account');
    await expect(op.dialog.getByRole('row').filter({ hasText: 'bob' })).toBeVisible();
    await expect(op.dialog.getByText('bad1', { exact: true })).toBeHidden();
  });
  await op.does('See everything about a client', async () => {
    await op.chooses('mira', 'Details');
    await expect(op.dialog).toContainText('On channels');
    await expect(op.dialog).toContainText('#tea');
  });
  await op.does('See how a login went, step by step', async () => {
    await op.chooses('mira', 'Login');
    await expect(op.dialog.getByRole('columnheader', { name: 'Step' })).toBeVisible();
  });
  await op.does('See how many come from each address', async () => {
    await op.click(page.getByRole('combobox', { name: 'Group by' }));
    await page.getByRole('combobox', { name: 'Group by' }).selectOption({ label: 'By Address' });
    await expect(
      page
        .getByRole('row')
        .filter({ hasText: `${net}.9` })
        .first(),
    ).toContainText('2 rows');
  });
  await page.getByRole('combobox', { name: 'Group by' }).selectOption({ label: 'No groups' });
  await op.does('Write to a client', async () => {
    await op.chooses('bob', 'Message');
    await op.dialog.getByRole('textbox', { name: 'Text' }).fill('please read the rules');
    await op.press('Run message');
    await bob.hears(/ NOTICE bob :please read the rules$/);
  });
  await op.does('Disconnect a client', async () => {
    await op.chooses('bob', 'Kill');
    await expect(op.dialog).toContainText('Disconnects bob');
    await op.press('Run kill');
    await bob.hears(/Killed/);
  });
  await op.does('Ban the address of a client for a day, told whom it would hit', async () => {
    await op.chooses('bad1', 'Ban address');
    await expect(op.dialog).toContainText('Disconnects 2 clients');
    await expect(op.dialog.getByRole('button', { name: '1 day' })).toHaveAttribute('aria-pressed', 'true');
    expect(await violationsOn(page, 'light')).toEqual([]);
    await op.press('Run add-ban');
    for (const client of [bad, worse]) await client.hears(/^ERROR .*D-lined/);
  });
  await op.does('Read what the log says of a client', async () => {
    await op.chooses('mira', 'Log lines');
    await expect(page.getByRole('region', { name: 'Log of ircd' })).toContainText('mira!~mira');
    await expect(page.getByRole('region', { name: 'Log of ircd' })).not.toContainText('bad1!');
  });

  await app.open('/daemon/ircd/channels');
  await op.does('See who is on a channel', async () => {
    await op.chooses('#tea', 'Members');
    await expect(op.dialog.getByRole('row').filter({ hasText: 'mira' })).toBeVisible();
  });
  await op.does('See the modes of a channel, H where it is kept, and its topic', async () => {
    await op.click(page.getByRole('row').filter({ hasText: '#tea' }));
    await expect(page.getByRole('region', { name: '#tea', exact: true })).toContainText(/\+\w*H/);
  });
  await op.does('Set the topic of a channel', async () => {
    await op.chooses('#tea', 'Set topic');
    await op.dialog.getByRole('textbox', { name: 'Text' }).fill('tea at four');
    await op.press('Run set-topic');
    await mira.hears(/ TOPIC #tea :tea at four$/);
  });
  await op.does('Change the modes of a channel, such as H for what is kept', async () => {
    await op.chooses('#tea', 'Set modes');
    await op.dialog.getByRole('textbox', { name: 'Modes' }).fill('-H+m');
    await op.press('Run set-modes');
    await mira.hears(/ MODE #tea -H\+m$/);
  });
  await op.does('Clear a channel', async () => {
    await op.chooses('#tea', 'Clear');
    await op.dialog.getByRole('textbox').last().fill('#tea');
    await op.press('Run clear-channel');
    await mira.hears(/ KICK #tea mira /);
  });
  mira.quit();
});

test('from bans, filters, links and the audit trail', async ({ app }) => {
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const mira = await comesFrom(server, 'mira', `${net}.20`);
  await mira.register();
  const mask = `*@*.${run}.example`;
  const ban = { kind: 'kline', mask, minutes: 60 };
  await app.request('command.run', { daemon: 'ircd', command: 'add-ban', args: ban, confirmed: true });
  const bans = page.getByRole('grid', { name: 'Bans' });

  await app.open('/daemon/ircd/live');
  await op.does('Search the bans of all kinds', async () => {
    await op.click(page.getByRole('tab', { name: 'Channels and more' }));
    await op.click(page.getByRole('radio', { name: 'Bans', exact: true }));
    await page.getByRole('searchbox', { name: 'Filter Bans' }).fill(`${run}.ex`);
    await expect(bans.getByRole('row').filter({ hasText: mask })).toBeVisible();
  });
  await op.does('See when a ban ends, and who has set it', async () => {
    await op.click(bans.getByRole('row').filter({ hasText: mask }));
    await expect(page.getByRole('region', { name: mask, exact: true })).toContainText('Expires');
    await expect(page.getByRole('region', { name: mask, exact: true })).toContainText('in 59 min');
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    expect(await violationsOn(page, colorScheme), colorScheme).toEqual([]);
  }
  await op.does('Lift a ban', async () => {
    await op.chooses(mask, 'Unban');
    await op.press('Run remove-ban');
    await expect(bans.getByRole('row').filter({ hasText: mask })).toBeHidden();
  });
  await op.does('Test whom a mask names', async () => {
    await op.press('Whom a mask names');
    await op.dialog.getByRole('textbox', { name: 'Text' }).fill(`${net}.0/24`);
    await op.press('Run clients');
    await expect(op.dialog.getByRole('row').filter({ hasText: 'mira' })).toBeVisible();
  });
  await op.does('Spare somebody from bans', async () => {
    await op.press('Add an exception');
    await op.dialog.getByRole('textbox', { name: 'Mask' }).fill(`mira@${run}.example`);
    await op.press('Run add-ban');
    await expect(op.dialog).toContainText('Done');
  });

  await app.open('/daemon/ircd/filters');
  const pattern = `buy ${run}`;
  await op.does('Add a spam filter', async () => {
    await op.press('Add a filter');
    await op.dialog.getByRole('textbox', { name: 'Pattern' }).fill(pattern);
    await op.press('Run add-filter');
    await expect(op.dialog).toContainText('Done');
  });
  await op.does('Test a spam filter on what was said', async () => {
    await op.chooses(pattern, 'Test');
    await expect(op.dialog).toContainText('Done');
  });

  await app.open('/daemon/ircd/live');
  await op.does('See how links are, and why one failed', async () => {
    await op.click(page.getByRole('tab', { name: 'Channels and more' }));
    await op.click(page.getByRole('radio', { name: 'Network', exact: true }));
    await expect(page.getByRole('row').filter({ hasText: 'lost.test' })).toBeVisible();
  });
  await op.does('Connect a server', async () => {
    await op.chooses('lost.test', 'Connect');
    await op.press('Run connect');
    await expect(op.dialog).toContainText('Done');
  });
  await expect(page.getByRole('row').filter({ hasText: 'lost.test' })).toContainText('cannot connect to');

  await app.open('/');
  await op.does('See what operators did today', async () => {
    await op.click(page.getByRole('navigation').getByRole('link', { name: 'Audit', exact: true }));
    await expect(page.getByRole('row').filter({ hasText: pattern }).first()).toBeVisible();
  });
  mira.quit();
});
