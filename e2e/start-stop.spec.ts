/** An operator starts and stops a daemon on its card, also one that people use. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('a daemon starts, restarts and stops at a click', async ({ app }) => {
  const card = app.card('ircd');
  await expect(card).toContainText('stopped');
  await expect(app.button('Stop', 'ircd')).toBeDisabled();

  const listener = await app.startDaemon('ircd');
  expect(listener.port).toBeGreaterThan(0);
  await expect(card).toContainText(String(listener.port));
  await expect(app.button('Start', 'ircd')).toBeDisabled();
  const first = await app.daemon('ircd');
  expect(first.state).toBe('running');

  await app.button('Restart', 'ircd').click();
  await expect.poll(async () => (await app.daemon('ircd')).pid).not.toBe(first.pid);
  await expect.poll(() => app.state('ircd')).toBe('running');
  await expect(card).toContainText('running');

  await app.button('Stop', 'ircd').click();
  await expect(card).toContainText('stopped');
  expect(await app.daemon('ircd')).toMatchObject({ state: 'stopped', pid: null, listeners: [] });
});

test('stopping asks first, tells the clients why and drains', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await alice.join('#lobby');
  const { restarts } = await app.daemon('ircd');

  await app.button('Stop', 'ircd').click();
  const question = app.page.getByRole('alertdialog');
  await expect(question).toContainText('1 client');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await app.state('ircd')).toBe('running');
  expect(alice.isOpen).toBe(true);

  await app.button('Stop', 'ircd').click();
  await question.getByRole('button', { name: 'Stop now' }).click();
  await expect(app.card('ircd')).toContainText('stopped');
  await expect.poll(() => alice.isOpen).toBe(false);
  expect(alice.lines.filter((line) => line.startsWith('ERROR '))).toHaveLength(1);
  expect(await app.daemon('ircd')).toMatchObject({ state: 'stopped', pid: null, restarts });
});

test('the command line stops a daemon only when it is told that this disconnects people', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  const refused = await app.cli(['stop', 'ircd']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Stopping ircd disconnects 1 client. Add --yes to confirm it.');
  expect(alice.isOpen).toBe(true);
  expect((await app.cli(['stop', 'ircd', '--yes'])).code).toBe(0);
  await expect(app.card('ircd')).toContainText('stopped');
  await expect.poll(() => alice.isOpen).toBe(false);
});
