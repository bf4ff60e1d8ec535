/** A mistake in the configuration file. */
import { writeFile } from 'node:fs/promises';
import { RelayClient } from './clients/relay-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

const MISTAKEN = `[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]

[relay]
listen = [{ host = "127.0.0.1", port = 99999 }]
`;

test('a mistake is named with file, line and key, and the last good configuration stays in force', async ({
  app,
}) => {
  const server = await app.startDaemon('relay');
  const peer = await RelayClient.connect(server);
  await writeFile(app.configFile, MISTAKEN);
  const check = await app.cli(['config', 'check', app.configFile]);
  expect(check.code).toBe(78);
  expect(check.stderr).toContain(`${app.configFile}:5: relay.listen`);
  await app.request('config.reload', {}).catch(() => {});

  const alert = app.page.getByRole('alert').filter({ hasText: 'mistake' });
  await expect(alert).toContainText(/signalbox\.toml(:|, line )5\b/);
  await expect(alert).toContainText('relay.listen');
  peer.send('undisturbed');
  await expect.poll(() => peer.received).toEqual(['undisturbed']);
  expect((await app.daemon('relay')).listeners).toEqual([server]);
  peer.close();
});

test('a password in clear is refused, and shown nowhere', async ({ app }) => {
  const PASSWORD = 'correct-horse-battery';
  await app.startDaemon('ircd');
  await writeFile(app.configFile, `[[ircd.oper]]\nname = "ann"\npassword_hash = "${PASSWORD}"\n`);
  const check = await app.cli(['config', 'check', app.configFile]);
  expect(check.code).toBe(78);
  expect(check.stderr).toContain(
    `${app.configFile}:3: ircd.oper[0].password_hash: expected an argon2id hash`,
  );
  await app.page.getByRole('link', { name: 'Settings' }).click();
  await app.page.getByRole('button', { name: 'Reload the file' }).first().click();
  await expect(app.page.getByRole('alert').filter({ hasText: 'password_hash' }).first()).toBeVisible();
  const told = [
    check.stderr + check.stdout,
    await app.page.content(),
    await app.request('config.check', {}),
    await app.request('audit.query', { limit: 50 }),
    await app.request('logs.query', { source: 'main' }),
    await app.request('config.get', {}),
  ];
  expect(JSON.stringify(told)).not.toContain(PASSWORD);
});

test('what clients do not see of the message of the day is said at the reload, with its lines', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  const motd = `${app.configFile}.motd`;
  await writeFile(motd, 'x\n'.repeat(614));
  const listen = 'listen = [{ host = "127.0.0.1", port = 0 }]';
  await writeFile(app.configFile, `[ircd]\n${listen}\nmotd_file = "${motd}"\n`);
  const said = 'lines 301 to 614: left out, at most 300 are sent';
  // The daemon's own process answers, whichever kind of process this host gives it.
  expect((await app.request('config.check', {})).warnings.join()).toContain(said);
  await app.page.getByRole('link', { name: 'Settings' }).click();
  await app.page.getByRole('button', { name: 'Reload the file' }).first().click();
  await expect(app.page.getByRole('region', { name: 'Configuration' })).toContainText(said);
});
