/** OpServ on a real network: clones, traces, bans of the network and DEFCON, by its own words and from the window. */
import { violationsOn } from './app/axe.ts';
import { comesFrom, GATEWAY, ownName, ownNetwork } from './clients/far-clients.ts';
import type { SaslClient } from './clients/sasl-client.ts';
import { expect, test } from './fixtures.ts';

/** Of the password `teapot`. */
const OPER_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$chIx893qHIAq4mYh+Q20rg$eN+uHSbHCRQHNx5ms9QGeDIpK3gufkC//YBlzva6A5k';

test.use({
  sharedApp: 'everyday',
  config: `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false

[ircd.accounts]
authority = "services"
${GATEWAY}
[[ircd.oper]]
name = "boss"
password_hash = "${OPER_HASH}"
`,
});

/** Names of this run: what is kept of the one before is still there where apps are shared. */
const run = ownName();
const [boss, innocent] = [`boss${run}`, `ann${run}`];
/** A network of this run, so that nobody is under a ban of the one before. */
const net = ownNetwork();

test('operators trace, ban and close the network, clones are banned, and nobody else notices', async ({
  app,
}) => {
  const { page } = app;
  await app.button('Start', 'services').click();
  for (const id of ['services', 'ircd']) await app.card(id).getByText('running', { exact: true }).waitFor();
  const server = await app.listener('ircd');
  const command = async (name: string, args: object = {}) => {
    const asked = { daemon: 'services', command: name, args: { ...args }, confirmed: true };
    const { result } = await app.request('command.run', asked);
    return result as Record<string, unknown>;
  };
  await expect.poll(async () => (await command('uplink')).state).toBe('linked');
  const from = (address: string, nick: string) => comesFrom(server, nick, address);
  const all: SaslClient[] = [];
  const join = async (address: string, nick: string) => {
    const client = await from(address, nick);
    all.push(client);
    await client.register();
    return client;
  };

  const oper = await join(`${net}.1`, boss);
  const ann = await join(`${net}.2`, innocent);
  oper.send('OPER boss teapot', `PRIVMSG AuthServ :REGISTER ${boss} correct-horse`);
  await oper.hears(new RegExp(`The account ${boss} is yours`));
  await command('set-level', { account: boss, level: 900 });
  const ask = async (text: string, answer: RegExp) => {
    oper.send(`PRIVMSG OpServ :${text}`);
    return await oper.hears(answer);
  };

  // A trace tells whom it would hit, and hits them alone.
  const robots = await Promise.all([11, 12, 13].map((last) => join(`${net}.${last}`, `bot${last}${run}`)));
  await ask(`TRACE PREVIEW GLINE NICK bot*${run}`, /3 users meet that\. GLINE would hit 3;/);
  await ask(
    `TRACE GLINE NICK bot*${run} DURATION 1h REASON robots`,
    /GLINE was done to 3, and 0 were spared/,
  );
  for (const robot of robots) await robot.hears(/^ERROR .*robots/);
  const again = await from(`${net}.11`, `again${run}`);
  again.send('CAP END');
  await again.hears(/^ERROR .*robots/);
  ann.send('PING :tea');
  await ann.hears(/PONG .*tea/);

  // Five of one address are warned, with a sixth all of them go.
  const clones: SaslClient[] = [];
  for (let i = 0; i < 5; i++) clones.push(await join(`${net}.99`, `c${i}${run}`));
  for (const clone of clones) await clone.hears(/NOTICE \S+ :5 clients are connected from your address/);
  clones.push(await join(`${net}.99`, `c5${run}`));
  for (const clone of clones) await clone.hears(/^ERROR .*Too many connections/);

  // The window shows the bans, and lifts one.
  await app.open('/daemon/services/glines');
  const row = page.getByRole('row').filter({ hasText: `*@${net}.99` });
  await expect(row).toContainText('OpServ');
  await app.rowAction(`*@${net}.99`, 'Lift');
  const dialog = page.getByRole('dialog', { name: 'lift-gline' });
  await dialog.getByRole('button', { name: 'Run lift-gline' }).click();
  await expect(dialog).toContainText('Done');
  await dialog.getByRole('button', { name: 'Close' }).click();
  // A trust is set beside those that there are, by the keyboard.
  await app.open('/daemon/services/trusts');
  await page.getByRole('button', { name: 'Set a trust' }).press('Enter');
  const trust = page.getByRole('dialog', { name: 'set-trust' });
  await trust.getByLabel('Network').fill(`${net}.99`);
  await trust.getByLabel('Clients').fill('7');
  await trust.getByLabel('Reason').fill('a school');
  await trust.getByRole('button', { name: 'Run set-trust' }).press('Enter');
  await expect(trust).toContainText('Done');
  await trust.getByRole('button', { name: 'Close' }).press('Enter');
  await expect(page.getByRole('row').filter({ hasText: `${net}.99` })).toContainText('a school');
  for (let i = 0; i < 6; i++) await join(`${net}.99`, `d${i}${run}`);
  await ask(`WHOIS d5${run}`, new RegExp(`Address: ${net.replaceAll('.', '\\.')}\\.99, 6 clients of 7`));

  for (const path of ['glines', 'trusts', 'clones', 'alerts']) {
    await app.open(`/daemon/services/${path}`);
    await expect(
      page
        .getByRole('grid')
        .or(page.getByText(/nothing|no rows|none/i))
        .first(),
    ).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      expect(await violationsOn(page, colorScheme), `${path} in the ${colorScheme} theme`).toEqual([]);
    }
  }

  // While the network is closed, bots hear operators alone.
  await ask('DEFCON 2', /Bots hear operators of the network alone/);
  ann.send('PRIVMSG AuthServ :STATUS');
  await ask('DEFCON 5', /DEFCON is 5: the network is open/);
  ann.send('PRIVMSG AuthServ :HELP STATUS');
  const heard = await ann.hears(/NOTICE \S+ :/);
  expect(heard).toContain('STATUS');
  expect(heard).not.toContain('not logged in');

  await app.open('/audit');
  await expect(page.getByRole('row').filter({ hasText: 'set DEFCON to 2' }).first()).toContainText(
    `${boss}!`,
  );
  for (const one of all) one.quit();
});
