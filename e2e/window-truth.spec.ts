/** The window says what is so: what waits for a restart, what is no longer known, and nothing twice. */
import { readFile, writeFile } from 'node:fs/promises';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

// The first one: it counts what is in the trail.
test('the audit trail is narrowed by person and outcome, and exported whole', async ({ app }) => {
  await app.startDaemon('ircd');
  const kill = { daemon: 'ircd', command: 'kill', args: { client: 'nobody' }, confirmed: true };
  await app.request('command.run', kill).catch(() => {});
  await app.open('/audit');
  const rows = app.page.getByRole('row').filter({ hasText: /daemon\.start|kill/ });
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toContainText(/ started ircd/);
  await app.page.getByLabel('Outcome').selectOption('failed');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('ircd kill');
  await app.page.getByLabel('Person').fill('nobody-of-that-name');
  await expect(app.page.getByText('No entry matches')).toBeVisible();
  await app.page.getByLabel('Person').fill('');
  await app.page.evaluate(() => {
    location.hash += '?range=1h';
  });
  await expect(app.page.getByRole('button', { name: /Last 1 h/ })).toBeVisible();
  await expect(rows).toHaveCount(1);

  await app.page.evaluate(() => {
    // What is handed to the reader as a file.
    const made = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob: Blob) => {
      Reflect.set(globalThis, 'exported', blob.text());
      return made(blob);
    };
  });
  await app.page.getByRole('button', { name: 'Export CSV' }).click();
  await expect(app.page.getByText('The audit trail was exported: 1 entry')).toBeVisible();
  const csv = await app.page.evaluate(() => Reflect.get(globalThis, 'exported') as Promise<string>);
  expect(csv.split('\r\n')).toHaveLength(3);
  expect(csv).toContain(',kill,');
});

test('a range of history is entered with 24 hours, and Apply without edits shows the same', async ({
  app,
}) => {
  const from = Date.now() - 3_600_000;
  const to = from + 1_800_123;
  await app.open(`/history?source=main&from=${from}&to=${to}`);
  await expect(app.page).toHaveURL(new RegExp(`/daemon/main/live.from=${from}&to=${to}$`));
  const picker = app.page.getByRole('button', { name: /^Time range: \d{4}-/ });
  await picker.click();
  const range = app.page.getByRole('form', { name: 'Absolute range' });
  await expect(range.getByLabel('From')).toHaveValue(/^\d{4}-\d\d-\d\d [0-2]\d:\d\d:\d\d/);
  await range.getByRole('button', { name: 'Apply' }).click();
  expect(new URL(app.page.url()).hash).toContain(`from=${from}&to=${to}`);

  await picker.click();
  await range.getByLabel('To').fill('tomorrow');
  await expect(range.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await expect(range.getByRole('alert')).toContainText('such as 14:03 or 2026-11-20 14:03:22');
});

test('the page of a daemon draws nothing twice, and says no percentile of what was not measured', async ({
  app,
}) => {
  await app.startDaemon('relay');
  await app.open('/daemon/relay/live');
  await expect(app.page.getByRole('heading', { name: 'Event loop delay' })).toBeVisible();
  // Nothing was measured yet: the chart is folded to its name, and opened by it.
  await app.page.getByRole('button', { name: 'Frame latency' }).click();
  const latency = app.page.getByRole('region', { name: 'Frame latency' });
  await expect(latency.getByRole('button', { name: 'p50' })).toHaveText('p50–');

  const server = await app.open('/').then(() => app.startDaemon('ircd'));
  await app.open('/daemon/ircd/live');
  await expect(app.page.getByRole('heading', { name: /loop delay/i })).toHaveCount(1);

  // A pointer over a chart is told the time.
  const client = await IrcClient.connect(server, 'alice');
  const chart = app.page.getByRole('region', { name: 'Clients' });
  await expect(chart.locator('.u-over')).toBeVisible();
  await expect(async () => {
    await chart.locator('.u-over').hover();
    await expect(chart).toContainText(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, { timeout: 1_000 });
  }).toPass();
  client.quit();
});

test('scrolling up leaves Follow while fifty lines a second arrive', async ({ app }) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/logs');
  let writing = true;
  let written = 0;
  const write = async () => {
    // Each ban that is set or lifted is a line.
    while (writing) {
      const args = { kind: 'kline', mask: `*@host-${written++}.example.org` };
      const command = (name: string, more: object) =>
        app.request('command.run', {
          daemon: 'ircd',
          command: name,
          args: { ...args, ...more },
          confirmed: true,
        });
      await command('add-ban', { reason: 'a line' });
      await command('remove-ban', {});
    }
  };
  const writers = [write(), write(), write()];
  const follow = app.page.getByRole('button', { name: 'Follow' });
  const log = app.page.getByRole('region', { name: 'Log of ircd' });
  await expect.poll(() => log.evaluate((node) => node.scrollHeight)).toBeGreaterThan(4_000);
  await expect(follow).toHaveAttribute('aria-pressed', 'true');

  await log.hover();
  await app.page.mouse.wheel(0, -300);
  await expect(follow).toHaveAttribute('aria-pressed', 'false');
  const top = () => log.evaluate((node) => node.scrollTop);
  // The wheel scrolls smoothly: it has come to rest where it is found twice.
  let stays = Number.NaN;
  await expect
    .poll(async () => {
      const was = stays;
      stays = await top();
      return stays === was;
    })
    .toBe(true);
  const before = written;
  await expect.poll(() => written).toBeGreaterThan(before + 20);
  expect(Math.abs((await top()) - stays)).toBeLessThan(60);

  // By keyboard too.
  await follow.click();
  await expect(follow).toHaveAttribute('aria-pressed', 'true');
  await log.focus();
  await app.page.keyboard.press('PageUp');
  await expect(follow).toHaveAttribute('aria-pressed', 'false');
  writing = false;
  await Promise.all(writers);
});

// The last one: it leaves another configuration.
test('a setting that waits for a restart is said on card, page, Settings and status bar until the restart', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  const text = await readFile(app.configFile, 'utf8');
  await writeFile(app.configFile, text.replace('[ircd]\n', '[ircd]\nserver_name = "later.example.org"\n'));
  const needed = 'restart needed: server_name';

  await app.page.keyboard.press('Control+k');
  await expect(app.page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await app.page.keyboard.type('reload');
  await expect(app.page.getByRole('option').first()).toContainText('Reload the configuration file');
  await app.page.keyboard.press('Enter');
  await expect(app.card('ircd')).toContainText(needed);
  await expect(app.page.getByRole('contentinfo')).toContainText('ircd: restart needed for server_name');

  await app.open('/settings');
  await expect(app.page.getByRole('region', { name: 'Configuration' })).toContainText('ircd: server_name');

  await app.open('/daemon/ircd/config');
  await expect(app.page.getByRole('main')).toContainText(needed);
  const row = app.page.getByRole('row').filter({ hasText: 'server_name' });
  await expect(row.getByRole('cell').nth(0)).toHaveText('irc.signalbox.local');
  await expect(row.getByRole('cell').nth(1)).toHaveText('later.example.org');

  await app.page.getByRole('button', { name: 'Restart ircd' }).click();
  await expect(app.page.getByRole('main')).not.toContainText('restart needed');
  await expect(row.getByRole('cell')).toHaveText(['later.example.org']);
});
