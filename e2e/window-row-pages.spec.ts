/** The pages of their own that clients and channels have: reached from the row, by the palette and by address, and true when they are gone. */
import { violationsOn } from './app/axe.ts';
import { Operator } from './app/operator.ts';
import { comesFrom, GATEWAY, ownName, ownNetwork } from './clients/far-clients.ts';
import { expect, test } from './fixtures.ts';

const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
${GATEWAY}`;

test.use({ sharedApp: 'everyday', config: CONFIG });

/** Names of this run: channels and bans of the one before are still there where apps are shared. */
const room = `#r${ownName()}`;
const net = ownNetwork();

test('a client and a channel have a page, with what hangs on them and what can be done', async ({ app }) => {
  test.slow();
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const join = async (address: string, nick: string) => {
    const client = await comesFrom(server, nick, address);
    await client.register();
    client.send(`JOIN ${room}`);
    await client.hears(/ 366 /);
    return client;
  };
  const mira = await join(`${net}.1`, 'mira');
  const bob = await join(`${net}.2`, 'bob');
  mira.send(`TOPIC ${room} :four o clock`);
  const facts = (name: string) => page.getByRole('region', { name, exact: true });
  const row = (table: string, text: string) =>
    page.getByRole('grid', { name: table }).getByRole('row').filter({ hasText: text });

  await app.open('/daemon/ircd/connections');
  await op.does('See all that is known of a client, and where they are', async () => {
    await op.click(page.getByRole('link', { name: 'bob', exact: true }));
    await expect(facts('bob')).toContainText(`${net}.2`);
    await expect(facts('bob')).toContainText('Real name');
    await expect(row('Channels', room)).toContainText('four o clock');
  });
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  // Their nick is another while they are looked at.
  bob.send('NICK rob');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('rob');
  await expect(page.getByText('was called bob')).toBeVisible();
  await page.getByRole('radio', { name: 'Logs' }).click();
  await expect(page.getByRole('region', { name: 'Log of ircd' })).toBeVisible();
  await page.getByRole('radio', { name: 'Channels' }).click();
  await page.getByRole('link', { name: room }).click();

  await expect(facts(room)).toContainText('four o clock');
  await expect(row('Members', 'rob')).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    expect(await violationsOn(page, colorScheme), `the page of a channel, ${colorScheme}`).toEqual([]);
  }
  await op.does('Make a member operator of a channel', async () => {
    await op.chooses('rob', 'Op');
    await op.press('Run set-modes');
    await mira.hears(new RegExp(` MODE ${room} \\+o rob$`));
  });
  await expect(row('Members', 'rob')).toContainText('@');
  await op.does('Set the key, lists, floods and forward of a channel', async () => {
    await op.press('Set modes');
    await op.dialog.getByRole('textbox', { name: 'Modes' }).fill('+kb *!*@spam.example');
    await op.dialog.getByLabel('Key').fill('sesame');
    await op.press('Run set-modes');
    await mira.hears(new RegExp(` MODE ${room} \\+kb sesame \\*!\\*@spam\\.example$`));
  });
  await page.getByRole('radio', { name: 'Lists' }).click();
  await op.does('Take a mask off a list of a channel', async () => {
    await op.chooses('*!*@spam.example', 'Take off');
    await op.press('Run set-modes');
    await mira.hears(new RegExp(` MODE ${room} -b \\*!\\*@spam\\.example$`));
  });
  await expect(page.getByText('No lists at present')).toBeVisible();

  // By address, and by keys alone: the page of a client who is about to go.
  await app.open('/daemon/ircd/connections/rob');
  await expect(facts('rob')).toContainText(`${net}.2`);
  await page.getByRole('button', { name: 'Kill' }).focus();
  await page.keyboard.press('Enter');
  await expect(op.dialog).toContainText('Disconnects rob');
  await expect(op.dialog.getByRole('button', { name: 'Run kill' })).toBeEnabled();
  await op.dialog.getByRole('button', { name: 'Run kill' }).focus();
  await page.keyboard.press('Enter');
  await bob.hears(/Killed/);
  await page.keyboard.press('Escape');
  await expect(page.getByText('rob is gone')).toBeVisible();
  await expect(facts('rob')).toContainText(`${net}.2`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violationsOn(page, colorScheme), `the page of who is gone, ${colorScheme}`).toEqual([]);
  }
  await app.open('/daemon/ircd/connections/nobody');
  await expect(page.getByText('nobody is not among the connections')).toBeVisible();
  mira.quit();
});
