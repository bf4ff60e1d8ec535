/** What operators do about many at once, about how long, about links, and about who should not be here, as docs/ircd.md tells. */
import { join } from 'node:path';
import { violationsOn } from './app/axe.ts';
import { Operator } from './app/operator.ts';
import { StandaloneIrcd } from './app/standalone-ircd.ts';
import { DnsServer } from './clients/dns-server.ts';
import { comesFrom, GATEWAY, ownName, ownNetwork } from './clients/far-clients.ts';
import type { SaslClient } from './clients/sasl-client.ts';
import { expect, test } from './fixtures.ts';

/** Of the name server that knows the list; nobody else is likely to have it. */
const DNS_PORT = 30_000 + (process.pid % 20_000);

const CONFIG = `
[ircd]
server_name = "here.test"
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, protocol = "p10" }]
dns = false
dns_servers = ["127.0.0.1:${DNS_PORT}"]

[[ircd.dnsbl]]
zone = "list.test"
action = "mark"
reason = "Listed"

[[ircd.class]]
name = "few"
match = ["203.0.113.7"]
max_per_address_network = 1
${GATEWAY}
[[ircd.link]]
name = "hub.test"
password = "sesame"
`;

test.use({ sharedApp: 'everyday', config: CONFIG });

/** Addresses and masks of this run: bans of the one before are still there where apps are shared. */
const run = ownName();
const net = ownNetwork();

test('many rows at once, and bans for as long as is wanted', async ({ app }) => {
  test.slow();
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const join = async (address: string, nick: string) => {
    const client = await comesFrom(server, nick, address);
    await client.register();
    return client;
  };
  const clients = new Map<string, SaslClient>();
  for (const [at, nick] of ['abe', 'bea', 'cid', 'dot', 'eve'].entries())
    clients.set(nick, await join(`${net}.${at + 1}`, nick));
  await app.open('/daemon/ircd/connections');
  const row = (text: string) => page.getByRole('row').filter({ hasText: text });

  await op.does('Ban the address of a client for an hour, a week, a month or for good', async () => {
    await op.press('Actions for abe');
    await op.click(page.getByRole('menuitem', { name: 'Ban address: 7 days' }));
    await expect(op.dialog).toContainText('Disconnects 1 client');
    await expect(op.dialog.getByRole('button', { name: '7 days' })).toHaveAttribute('aria-pressed', 'true');
    await op.press('Run add-ban');
    await clients.get('abe')!.hears(/^ERROR .*D-lined/);
  });
  await op.does('Ban the address of a client for a time of your own', async () => {
    await op.press('Actions for bea');
    await op.click(page.getByRole('menuitem', { name: 'Ban address: other…' }));
    const minutes = op.dialog.getByRole('textbox', { name: 'Minutes' });
    await expect(minutes).toBeFocused();
    await page.keyboard.type('90');
    await expect(minutes).toHaveValue('90');
    await expect(op.dialog).toContainText('1 hour 30 minutes');
    await op.press('Run add-ban');
    await clients.get('bea')!.hears(/^ERROR .*D-lined/);
  });

  await expect(row('abe')).toBeHidden();
  await row('cid').focus();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('region', { name: 'Selected rows' })).toContainText('2 selected');
  await op.does('Disconnect or ban several clients at once', async () => {
    await op.press('Ban address…');
    await op.dialog.getByRole('button', { name: '1 hour', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect(op.dialog.getByRole('button', { name: '1 hour', exact: true })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    await expect(op.dialog.getByRole('button', { name: 'Ban address 2 clients' })).toBeEnabled();
    expect(await violationsOn(page, 'light')).toEqual([]);
    await op.press('Ban address 2 clients');
    for (const nick of ['cid', 'dot']) await clients.get(nick)!.hears(/^ERROR .*D-lined/);
    await expect(op.dialog).toContainText('Done for 2 clients');
  });

  await app.open('/daemon/ircd/bans');
  await expect(row(`${net}.2`)).toContainText('in 1 h');
  await page.getByRole('searchbox', { name: 'Filter Bans' }).fill(`${net}.`);
  await expect(page.getByRole('status').filter({ hasText: /^4 (of|rows)/ })).toBeVisible();
  await row(`${net}.1`).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await op.does('Lift several bans at once', async () => {
    await op.press('Unban…');
    await op.press('Unban 4 bans');
    await expect(op.dialog).toContainText('Done for 4 bans');
  });
  clients.get('eve')!.quit();
});

test('links, and who comes too often or is on a list', async ({ app, folder }) => {
  test.slow();
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const names = await DnsServer.open(DNS_PORT);
  names.names.set('9.113.0.203.list.test', '127.0.0.3');
  const { port } = await app.listener('ircd', 'p10');
  const hub = await StandaloneIrcd.start(
    join(folder, 'hub'),
    'hub.test',
    2,
    `[[ircd.link]]\nname = "here.test"\npassword = "sesame"\nhost = "127.0.0.1"\nport = ${port}\nautoconnect = true\n`,
  );
  try {
    await app.open('/daemon/ircd/network');
    const row = page.getByRole('grid', { name: 'Network' }).getByRole('row').filter({ hasText: 'hub.test' });
    await expect(row).toContainText('linked');
    await op.does('Disconnect a server', async () => {
      await op.chooses('hub.test', 'Squit');
      await expect(op.dialog).toContainText('Splits');
      await op.press('Run squit');
      await expect(op.dialog).toContainText('Done');
    });
  } finally {
    await hub.stop();
  }

  const come = async (nick: string, address = '203.0.113.7') => {
    const client = await comesFrom(server, nick, address);
    client.send('CAP END');
    return client;
  };
  const first = await come(`one${run}`);
  await first.hears(/ 001 /);
  const second = await come(`two${run}`);
  await second.hears(/ 465 .*Too many users of the network/);
  await app.open('/daemon/ircd/live');
  await op.does('See who was refused because too many come from their address', async () => {
    await op.click(page.getByRole('tab', { name: 'Logs' }));
    await page.getByRole('searchbox').fill('Too many users of the network');
    await expect(page.getByRole('region', { name: 'Log of ircd' })).toContainText('203.0.113.7');
  });
  await app.open('/daemon/ircd/bans');
  await op.does('Let more of an address in than its class allows', async () => {
    await op.press('Add an exception');
    await op.dialog.getByRole('textbox', { name: 'Mask' }).fill('203.0.113.7');
    await op.dialog.getByRole('textbox', { name: 'Spares' }).fill('t');
    await op.press('Run add-ban');
    await expect(op.dialog).toContainText('Done');
  });
  const third = await come(`six${run}`);
  await third.hears(/ 001 /);

  const bad = await come(`bad${run}`, '203.0.113.9');
  await bad.hears(/ 001 /);
  await app.open('/daemon/ircd/connections');
  await op.does('See on which list of bad addresses a client is', async () => {
    await op.click(page.getByRole('link', { name: `bad${run}` }));
    await expect(page.getByRole('region', { name: `bad${run}`, exact: true })).toContainText('list.test');
  });
  for (const client of [first, third, bad]) client.quit();
  await names.close();
});
