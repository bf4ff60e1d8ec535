/** Windows come, go and are loaded again; the daemons and their numbers stay. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';
import { figure } from './live-numbers.ts';

test.use({ sharedApp: 'everyday' });

test('a page that is loaded again goes on showing live numbers', async ({ app }) => {
  const server = await app.startDaemon('ircd');
  const connections = figure(app.card('ircd'), 'Connections');
  const first = await IrcClient.connect(server, 'first');
  await expect(connections).toHaveText('1');
  const { pid } = await app.daemon('ircd');

  await app.page.reload();
  await expect(connections).toHaveText('1');
  const second = await IrcClient.connect(server, 'second');
  await expect(connections).toHaveText('2');
  expect(first.isOpen).toBe(true);
  expect((await app.daemon('ircd')).pid).toBe(pid);
  first.quit();
  second.quit();
});

test('a second window shows and does the same as the first', async ({ app }) => {
  const second = await app.secondWindow();
  const server = await app.startDaemon('ircd');
  await expect(app.card('ircd', second)).toContainText('running');
  const client = await IrcClient.connect(server, 'client');
  await expect(figure(app.card('ircd'), 'Connections')).toHaveText('1');
  await expect(figure(app.card('ircd', second), 'Connections')).toHaveText('1');
  client.quit();
  await expect(figure(app.card('ircd', second), 'Connections')).toHaveText('0');

  await app.button('Stop', 'ircd', second).click();
  await expect(app.card('ircd')).toContainText('stopped');

  await second.close();
  await app.startDaemon('ircd');
  await expect(app.card('ircd')).toContainText('running');
});
