/** Stopping a daemon that people use. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

test('stopping asks first, tells the clients why and drains', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await alice.join('#lobby');

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
  expect(await app.daemon('ircd')).toMatchObject({ state: 'stopped', pid: null, restarts: 0 });
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
