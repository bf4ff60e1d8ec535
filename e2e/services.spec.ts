/** Services from the window: they start with their IRC server, take its accounts over, and log its clients in. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { violationsOn } from './app/axe.ts';
import type { RunningApp } from './app/running-app.ts';
import { SaslClient } from './clients/sasl-client.ts';
import { expect, test } from './fixtures.ts';

test.use({
  sharedApp: 'everyday',
  config: `
[ircd]
# Keeps accounts by itself, at first.
listen = [{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, tls = true }]

# Nobody takes mail there, so that it waits.
[services.mail]
host = "127.0.0.1"
port = 1
from = "services@example.net"
tls = "none"
`,
});

/** Names of this run: the accounts of the one before are still there where apps are shared. */
const run = Date.now().toString(36);
const [old, ann] = [`old${run}`, `ann${run}`];

/** Runs the command of a dialog that is open, and closes it. */
async function answer(page: Page, command: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: command });
  await dialog.getByRole('button', { name: `Run ${command}` }).click();
  await expect(dialog).toContainText('Done');
  await dialog.getByRole('button', { name: 'Close' }).click();
}

/** The one of the listeners with TLS. */
async function tlsPort(app: RunningApp) {
  const { listeners } = await app.daemon('ircd');
  const [found] = listeners.flatMap((one) => ('tls' in one && one.tls && 'port' in one ? [one] : []));
  return found!;
}

test('services are started, take the accounts over, and log clients in by every mechanism', async ({
  app,
}) => {
  const { page } = app;
  await app.button('Start', 'services').click();
  for (const id of ['services', 'ircd']) await app.card(id).getByText('running', { exact: true }).waitFor();
  const server = await app.listener('ircd');

  // Somebody registers where accounts are kept still, and is taken over with a press.
  const made = { account: old, password: 'correct-horse' };
  await app.request('command.run', { daemon: 'ircd', command: 'create-account', args: made });
  await app.open('/daemon/services/accounts');
  await page.getByRole('button', { name: 'Take over those of the IRC server' }).click();
  const dialog = page.getByRole('dialog', { name: 'take-over' });
  await expect(dialog).toContainText('Has the IRC server ask services for all accounts');
  await dialog.getByRole('button', { name: 'Run take-over' }).click();
  await expect(dialog.locator('dt:text-is("Settings changed") + dd')).toHaveText('ircd.accounts.authority');
  await dialog.getByRole('button', { name: 'Close' }).click();
  const text = await readFile(app.configFile, 'utf8');
  expect(text).toContain('# Keeps accounts by itself, at first.');
  expect(text).toContain('authority = "services"');

  const client = await SaslClient.connect(server, 'ann');
  await client.register();
  client.send(`PRIVMSG AuthServ :REGISTER ${ann} correct-horse ${ann}@example.net`);
  await client.hears(new RegExp(`NOTICE ann :The account ${ann} is yours`));
  const grid = page.getByRole('grid', { name: 'Accounts' });
  const row = (name: string) => grid.getByRole('row').filter({ hasText: name });
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(row(old)).toBeVisible();
  await expect(row(ann)).toBeVisible();

  // Over XQ and XR: with a password, with a proof of it, and with a certificate.
  const pem = (end: string) => readFile(join(app.dataDir, 'ircd', `ircd-self-signed.${end}`), 'utf8');
  const certificate = { cert: await pem('crt'), key: await pem('key') };
  const print = new X509Certificate(certificate.cert).fingerprint256.replaceAll(':', '').toLowerCase();
  client.send(`PRIVMSG AuthServ :ADDCERTFP ${print}`);
  await client.hears(/NOTICE ann :/);
  const plain = await SaslClient.connect(server, 'plain');
  expect(await plain.plain(ann, 'wrong-horse')).toBe('904');
  expect(await plain.plain(old, 'correct-horse')).toBe('903');
  await plain.register();
  const scram = await SaslClient.connect(server, 'scram');
  expect(await scram.scram(ann, 'correct-horse')).toBe('903');
  await scram.register();
  const external = await SaslClient.connect(await tlsPort(app), 'external', certificate);
  expect(await external.external()).toBe('903');
  await external.register();

  // A channel of an account, looked after by ChanServ: in the words of its users, and in the window.
  const room = `#room${run}`;
  client.send(`JOIN ${room}`, `PRIVMSG ChanServ :REGISTER ${room}`);
  await client.hears(new RegExp(`NOTICE ann :${room} belongs to ${ann} now`));
  plain.send(`JOIN ${room}`);
  await plain.hears(/ 366 /);
  client.send(`PRIVMSG ${room} :!adduser *${old} op`);
  await plain.hears(new RegExp(`MODE ${room} \\+o plain`));
  client.send(`PRIVMSG ChanServ :SET ${room} GREETING Welcome to ${run}`);
  await client.hears(/NOTICE ann :GREETING of /);
  await app.open('/daemon/services/channels');
  const channel = page.getByRole('grid', { name: 'Channels' }).getByRole('row').filter({ hasText: room });
  await expect(channel).toContainText(ann);
  await app.rowAction(room, 'Users');
  const access = page.getByRole('dialog', { name: 'channel-access' });
  await expect(access.getByRole('row').filter({ hasText: old })).toContainText('200');
  await access.getByRole('button', { name: 'Close' }).click();

  // From the row of a client: what its login went through, in both processes.
  await app.open('/daemon/ircd/connections');
  await app.rowAction('plain', 'Login');
  const login = page.getByRole('dialog', { name: 'login' });
  for (const step of ['connected', 'password checked', 'kept in the database', 'account stamped'])
    await expect(login).toContainText(step);
  await expect(login).toContainText(`logged in to ${old}`);
  await login.getByRole('button', { name: 'Close' }).click();

  // What is done to an account from its row acts on its clients.
  await app.open('/daemon/services/accounts');
  await app.rowAction(ann, 'Log out');
  await answer(page, 'log-out-account');
  for (const one of [scram, external])
    await one.hears(new RegExp(`NOTICE \\S+ :An administrator has logged you out of the account ${ann}`));
  await app.rowAction(ann, 'Suspend');
  await answer(page, 'suspend-account');
  expect(await scram.plain(ann, 'correct-horse')).toBe('902');
  await app.rowAction(old, 'Logins');
  const logins = page.getByRole('dialog', { name: 'logins' });
  await expect(logins).toContainText('success');
  await logins.getByRole('button', { name: 'Close' }).click();

  // What somebody does to their account by a bot is in the audit trail, as what administrators do is.
  plain.send('PRIVMSG AuthServ :UNREGISTER correct-horse');
  await plain.hears(new RegExp(`The account ${old} is deleted`));
  await app.open('/audit');
  await expect(
    page
      .getByRole('row')
      .filter({ hasText: `deleted their account ${old}` })
      .first(),
  ).toContainText('plain!');
  await expect(
    page
      .getByRole('row')
      .filter({ hasText: `suspended account ${ann}` })
      .first(),
  ).toBeVisible();

  // Mail that nobody takes is tried again and discarded; an operator is made from the row of an account.
  plain.send(`PRIVMSG AuthServ :AUTHCOOKIE ${ann}`);
  await plain.hears(/A mail is on its way/);
  await app.open('/daemon/services/accounts');
  await app.rowAction(ann, 'Level');
  await page.getByRole('dialog', { name: 'set-level' }).getByLabel('Level').fill('200');
  await answer(page, 'set-level');
  await app.open('/daemon/services/keycloak');
  await expect(page.locator('dt:text-is("Configured") + dd')).toHaveText('no');
  const views = [
    'accounts',
    'channels',
    'operators',
    'dropped',
    'mail',
    'logins',
    'guessing',
    'operations',
    'keycloak',
    'uplink',
  ];
  for (const path of views) {
    // Failures are forgotten after two minutes, which the one above may be by now on a slow machine.
    if (path === 'guessing') expect(await scram.plain(ann, 'wrong-horse')).toBe('904');
    await app.open(`/daemon/services/${path}`);
    await expect(page.getByRole('grid').or(page.locator('dl')).first()).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      expect(await violationsOn(page, colorScheme), `${path} in the ${colorScheme} theme`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await app.open('/daemon/services/operators');
  const operators = page.getByRole('grid', { name: 'Operators' });
  await expect(operators.getByRole('row').filter({ hasText: ann })).toContainText('200');
  await app.open('/daemon/services/mail');
  const waits = page
    .getByRole('grid', { name: 'Mail' })
    .getByRole('row')
    .filter({ hasText: `${ann}@` });
  const press = async (title: string) => {
    await waits.getByRole('button', { name: /^Actions for / }).click();
    await page.getByRole('menuitem', { name: title, exact: true }).click();
  };
  await press('Try now');
  await answer(page, 'retry-mail');
  await expect(waits).toContainText('ECONNREFUSED');
  await press('Discard');
  await answer(page, 'discard-mail');
  await expect(waits).toHaveCount(0);
  await app.open('/daemon/services/dropped');
  await app.rowAction(old, 'Bring back');
  await answer(page, 'restore-account');
  expect(await scram.plain(old, 'correct-horse')).toBe('903');
  await app.open('/audit');
  for (const deed of [`gave account ${ann} the level 200`, `brought account ${old} back`, 'discarded mail '])
    await expect(page.getByRole('row').filter({ hasText: deed }).first()).toBeVisible();

  // Killed and started again, services have all that was answered, and ChanServ is back.
  plain.send('CAP REQ cap-notify');
  await plain.hears(/ CAP \S+ ACK /);
  await app.killDaemon('services');
  await plain.hears(/:ChanServ!\S+ QUIT/);
  await plain.hears(new RegExp(`:ChanServ!\\S+ JOIN :?${room}`));
  // Bots are back before accounts can be asked for.
  await plain.hears(/ CAP \S+ NEW :.*sasl/);
  const guest = await SaslClient.connect(server, 'guest');
  await guest.register();
  guest.send(`JOIN ${room}`);
  await guest.hears(new RegExp(`NOTICE guest :.*Welcome to ${run}`));
  for (const one of [client, plain, scram, external, guest]) one.quit();
});
