/** The page of a daemon: its connections, log and charts move while clients work. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('connections come and go in the table, which filters, sorts and kills', async ({ app }) => {
  const since = Date.now();
  const server = await app.startDaemon('ircd');
  await app.open('/daemon/ircd/connections');
  await expect(app.page.getByText('No connections at present')).toBeVisible();

  const clients = await Promise.all(['carol', 'alice', 'bob'].map((nick) => IrcClient.connect(server, nick)));
  const table = app.page.getByRole('grid', { name: 'Connections' });
  const nicks = table.locator('tbody tr:not([aria-hidden]) td:first-child');
  await expect(nicks).toHaveCount(3);
  await table.getByRole('columnheader', { name: 'Nick' }).getByRole('button').click();
  await expect(nicks).toHaveText(['alice', 'bob', 'carol']);

  const filter = app.page.getByRole('searchbox', { name: 'Filter Connections' });
  await filter.fill('bob');
  await expect(nicks).toHaveText(['bob']);
  await filter.fill('');

  await app.rowAction('carol', 'Kill');
  const dialog = app.page.getByRole('dialog');
  await expect(dialog).toContainText('carol');
  await dialog.getByRole('button', { name: 'Run kill' }).click();
  await expect.poll(() => clients[0]?.isOpen).toBe(false);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(nicks).toHaveText(['alice', 'bob']);

  // What is known of one client stands beside the list, which goes on, and many are killed by one question.
  const row = (nick: string) => table.getByRole('row').filter({ hasText: nick });
  await row('bob').focus();
  await app.page.keyboard.press('Enter');
  const drawer = app.page.getByRole('region', { name: 'bob', exact: true });
  await expect(drawer.getByRole('heading', { name: 'bob' })).toBeFocused();
  await expect(drawer.locator('dt:text-is("Channels") + dd')).toHaveText('0');
  await clients[2]?.join('#lobby');
  await expect(drawer.locator('dt:text-is("Channels") + dd')).toHaveText('1');
  await app.page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(row('bob')).toBeFocused();
  await app.page.keyboard.press('x');
  await app.page.keyboard.press('Shift+ArrowUp');
  const selected = app.page.getByRole('region', { name: 'Selected rows' });
  await expect(selected).toContainText('2 selected');
  await selected.getByRole('button', { name: 'Kill…' }).click();
  await expect(dialog).toContainText('Disconnects alice');
  await expect(dialog).toContainText('Disconnects bob');
  await dialog.getByLabel('Reason').fill('all of them');
  await dialog.getByRole('button', { name: 'Kill 2 clients' }).click();
  await expect(dialog).toContainText('Done for 2 clients');
  await expect.poll(() => clients.map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
  expect(clients[1]?.lines.at(-1)).toContain('all of them');
  await dialog.getByRole('button', { name: 'Close' }).click();
  // Each is an entry of its own.
  const asked = { target: 'ircd', text: 'kill', since };
  const kills = async () =>
    (await app.request('audit.query', asked)).entries.filter(({ command }) => command === 'kill');
  await expect.poll(async () => (await kills()).length).toBe(3);
  await expect(app.page.getByText('No connections at present')).toBeVisible();
});

test('the log is followed, survives a change of page and tells of a crash', async ({ app }) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/logs');
  const log = app.page.getByRole('region', { name: 'Log of ircd' });
  await expect(log).toContainText('Ready for irc on 127.0.0.1');

  await app.open('/');
  await expect(app.card('ircd')).toContainText('running');
  await app.open('/daemon/ircd/logs');
  await expect(log).toContainText('Ready for irc on 127.0.0.1');

  await app.killDaemon('ircd');
  await expect(log).toContainText('SIGKILL');
  await expect.poll(() => app.state('ircd')).toBe('running');

  // The charts have it as a mark, which leads to the crash.
  await app.open('/daemon/ircd/live?range=1h');
  const events = app.page.getByRole('list', { name: 'Events, Last 1 h' });
  await events.getByRole('link', { name: /crash/ }).last().click();
  await expect(app.page.getByRole('article').first()).toContainText('SIGKILL');
  await expect(app.page).toHaveURL(/crashes\?at=\d+&range=1h$/);
});
