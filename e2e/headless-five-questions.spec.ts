/**
 * What an operator is asked, answered from the Overview by what is seen there, in at most three clicks or things that are typed: which
 * daemon is worst and why, what happened at 14:03, who floods, what yesterday's admin changed, whether history is complete.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

// The relay cannot be started: its certificate is nowhere.
test.use({
  config: `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]

[relay]
listen = [{ host = "127.0.0.1", port = 0, tls = true }]

[relay.tls]
certificate = "/nowhere/relay.pem"
key = "/nowhere/relay.key"
`,
});

const two = (value: number) => String(value).padStart(2, '0');

test('an operator finds the answers to five questions from the Overview', async ({ app }) => {
  let { page } = app;
  const server = await app.startDaemon('ircd');

  await test.step('which daemon is worst, and why', async () => {
    await app.button('Start', 'relay').click();
    const worst = page.getByRole('list', { name: 'What needs a person' }).getByRole('listitem').first();
    await expect(worst).toContainText('failed');
    await expect(worst).toContainText('relay');
    await expect(worst).toContainText('/nowhere/relay.pem');
    // Rows stay where they are while one is pointed at.
    await worst.hover();
    await expect(page.getByRole('table', { name: 'Daemons' }).getByRole('row').nth(1)).toContainText('relay');
    await worst.getByRole('link', { name: 'Logs' }).click();
    await expect(page.getByRole('heading', { name: 'relay', level: 1 })).toBeVisible();
    await expect(
      page.getByRole('region', { name: 'Log of relay' }).getByText('/nowhere/relay.pem').first(),
    ).toBeVisible();
  });

  await test.step('who floods', async () => {
    const clients = await Promise.all(['ann', 'ben', 'noisy'].map((nick) => IrcClient.connect(server, nick)));
    for (const client of clients) await client.join('#lobby');
    const flood = setInterval(() => clients[2]?.say('#lobby', 'buy '.repeat(100)), 200);
    try {
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
      await app.card('ircd').getByRole('link', { name: 'ircd', exact: true }).click();
      await page.getByRole('tab', { name: 'Connections' }).click();
      const table = page.getByRole('grid', { name: 'Connections' });
      await table.getByRole('button', { name: 'In/s', exact: true }).click();
      await expect(table.getByRole('row').nth(1)).toContainText('noisy');
    } finally {
      clearInterval(flood);
      for (const client of clients) client.quit();
    }
  });

  await test.step('what happened at 14:03', async () => {
    const moment = new Date();
    await app.killDaemon('ircd');
    await expect.poll(() => app.daemon('ircd')).toMatchObject({ state: 'running', restarts: 1 });
    const clock = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByRole('button', { name: 'Time range: Live' }).click();
    await page.getByRole('textbox', { name: 'Around' }).fill(clock);
    await page.keyboard.press('Enter');
    const events = page.getByRole('list', { name: /^Events, / });
    const crash = events.getByRole('link', { name: /crash/ });
    await expect(crash).toBeVisible();
    await crash.click();
    await expect(page.getByRole('heading', { name: 'ircd', level: 1 })).toBeVisible();
    await expect(page.getByRole('tabpanel').getByText('SIGKILL').first()).toBeVisible();

    // The same for who would rather type: one line.
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
    await page.keyboard.type(clock);
    await expect(page.getByRole('option').first()).toContainText(`What happened at ${clock}`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
    await expect(crash).toBeVisible();
  });

  await test.step('what yesterday’s admin changed', async () => {
    const ban = { kind: 'kline', mask: '*@10.9.8.0/24', minutes: 1_440, reason: 'spam' };
    for (const [command, args] of [
      ['add-ban', ban],
      ['bans', {}],
    ] as const)
      await app.request('command.run', { daemon: 'ircd', command, args, confirmed: true });
    await expect
      .poll(async () =>
        (await app.request('audit.query', { target: 'ircd' })).entries.map((one) => one.command),
      )
      .toContain('bans');
    await app.stop();
    const noon = new Date();
    noon.setDate(noon.getDate() - 1);
    const database = new DatabaseSync(join(app.dataDir, 'recorder', 'signalbox.db'));
    database.prepare('UPDATE audit SET time = ?').run(noon.setHours(12, 0, 0, 0));
    database.close();
    await app.start();
    page = app.page;
    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await page.getByRole('button', { name: /^Time range: / }).click();
    await page.getByRole('button', { name: 'Yesterday' }).click();
    const rows = page.getByRole('region', { name: 'Audit' }).getByRole('row');
    await expect(rows.filter({ hasText: /banned \*@10\.9\.8\.0\/24 for 1 day/ })).toBeVisible();
    // What only reads has changed nothing.
    await expect(rows.filter({ hasText: 'listed the bans' })).toHaveCount(0);
  });

  await test.step('whether history is complete', async () => {
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByRole('button', { name: /^Time range: / }).click();
    await page.getByRole('button', { name: '1 h', exact: true }).click();
    // An hour ago the app did not run.
    await expect(page.getByRole('main').getByRole('status')).toContainText(/\d gaps? in the record/);
  });
});
