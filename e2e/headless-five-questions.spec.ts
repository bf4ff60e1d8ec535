/**
 * What an operator is asked, answered from the Overview by what is seen there, within ten seconds of somebody who is new to it: which
 * daemon is worst and why, what happened at 14:03, who floods, what yesterday's admin changed, whether history is complete.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Newcomer } from './app/newcomer.ts';
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
  let somebody = new Newcomer(page);
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
    await somebody.click(worst.getByRole('link', { name: 'Logs' }));
    await expect(page.getByRole('heading', { name: 'relay', level: 1 })).toBeVisible();
    await expect(
      page.getByRole('region', { name: 'Log of relay' }).getByText('/nowhere/relay.pem').first(),
    ).toBeVisible();
    somebody.knows('which daemon is worst');
  });

  await test.step('who floods', async () => {
    const clients = await Promise.all(['ann', 'ben', 'noisy'].map((nick) => IrcClient.connect(server, nick)));
    for (const client of clients) await client.join('#lobby');
    const flood = setInterval(() => clients[2]?.say('#lobby', 'buy '.repeat(100)), 200);
    try {
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
      await somebody.click(app.card('ircd').getByRole('link', { name: '3', exact: true }));
      const table = page.getByRole('grid', { name: 'Connections' });
      await somebody.click(table.getByRole('button', { name: 'In/s', exact: true }));
      await expect(table.getByRole('row').nth(1)).toContainText('noisy');
      somebody.knows('who floods');
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
    await somebody.click(page.getByRole('button', { name: 'Time range: Live' }));
    await expect(page.getByRole('textbox', { name: 'Around' })).toBeFocused();
    await somebody.types(clock);
    await somebody.presses('Enter');
    const events = page.getByRole('list', { name: /^Events, / });
    const crash = events.getByRole('link', { name: /crash/ });
    await expect(crash).toBeVisible();
    await somebody.pointsAt(crash);
    await expect(page.getByText(/crash of ircd: .*SIGKILL/)).toBeVisible();
    somebody.knows('what happened at a time');
    await crash.click();
    await expect(page.getByRole('heading', { name: 'ircd', level: 1 })).toBeVisible();
    await expect(page.getByRole('tabpanel').getByText('SIGKILL').first()).toBeVisible();

    // The same for who would rather type: one line.
    await somebody.presses('Control+k');
    await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
    await somebody.types(clock);
    await expect(page.getByRole('option').first()).toContainText(`What happened at ${clock}`);
    await somebody.presses('Enter');
    await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
    await expect(crash).toBeVisible();
    somebody.knows('the same by a line');
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
    somebody = new Newcomer(page);
    await somebody.click(page.getByRole('link', { name: 'Audit', exact: true }));
    await somebody.click(page.getByRole('button', { name: /^Time range: / }));
    await somebody.click(page.getByRole('button', { name: 'Yesterday' }));
    const rows = page.getByRole('region', { name: 'Audit' }).getByRole('row');
    await expect(rows.filter({ hasText: /banned \*@10\.9\.8\.0\/24 for 1 day/ })).toBeVisible();
    // What only reads has changed nothing.
    await expect(rows.filter({ hasText: 'listed the bans' })).toHaveCount(0);
    somebody.knows('what yesterday’s admin changed');
  });

  await test.step('whether history is complete', async () => {
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await somebody.click(page.getByRole('button', { name: /^Time range: / }));
    await somebody.click(page.getByRole('button', { name: '1 h', exact: true }));
    // An hour ago the app did not run.
    await expect(page.getByRole('main').getByRole('status')).toContainText(/\d gaps? in the record/);
    somebody.knows('whether history is complete');
  });
});
