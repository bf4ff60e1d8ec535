/** Admin commands from forms, with the questions that their danger asks for. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('a form kills a client after it has said what that does', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  const bob = await IrcClient.connect(await app.listener('ircd'), 'bob');
  await app.open('/daemon/ircd/commands?command=kill');
  const run = app.page.getByRole('button', { name: 'Run kill' });

  await run.click();
  await expect(app.page.getByRole('alert')).toContainText('needed');

  await app.page.getByRole('textbox', { name: 'Client' }).fill('alice');
  await app.page.getByLabel('Reason').fill('killed by a form');
  await run.click();
  const question = app.page.getByRole('alertdialog');
  await expect(question).toContainText('alice');
  expect(alice.isOpen).toBe(true);
  await question.getByRole('button', { name: 'Confirm' }).click();
  await expect(app.page.getByRole('region', { name: 'Result', exact: true })).toContainText('Done');
  await expect.poll(() => alice.isOpen).toBe(false);
  expect(alice.lines.at(-1)).toContain('killed by a form');
  expect(bob.isOpen).toBe(true);

  // Nobody is asked about what would be refused.
  await run.click();
  await expect(app.page.getByText('not_found')).toBeVisible();
  await expect(question).toBeHidden();

  await app.open('/audit');
  const row = app.page.getByRole('row').filter({ hasText: 'killed by a form' });
  await expect(row).toHaveCount(1);
  bob.quit();
});

test('what cannot be undone wants a name typed', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await alice.join('#old');
  await app.open('/daemon/ircd/commands?command=clear-channel');
  await app.page.getByLabel('Channel').fill('#old');
  await app.page.getByRole('button', { name: 'Run clear-channel' }).click();
  const question = app.page.getByRole('alertdialog');
  const confirm = question.getByRole('button', { name: 'Confirm' });
  await expect(confirm).toBeDisabled();
  await question.getByRole('textbox').fill('#new');
  await expect(confirm).toBeDisabled();
  await question.getByRole('textbox').fill('#old');
  await confirm.click();
  await expect.poll(() => alice.lines.some((line) => / KICK #old alice /.test(line))).toBe(true);
  alice.quit();
});

test('a table result has rows and columns', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await app.open('/daemon/ircd/commands?command=clients');
  await app.page.getByRole('button', { name: 'Run clients' }).click();
  const result = app.page.getByRole('region', { name: 'Result', exact: true });
  await expect(result.getByRole('columnheader', { name: 'Nick' })).toBeVisible();
  await expect(result.getByRole('row').filter({ hasText: 'alice' })).toContainText('~alice@localhost');
  // What is the same on every row is said once.
  await expect(result.getByText(/All: .*Address 127\.0\.0\.1/)).toBeVisible();
  alice.quit();
});
