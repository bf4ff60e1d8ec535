/** What is kept or sent leads back to the same: addresses of pages, and names that commands and columns had before. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

const hashOf = (url: string) => new URL(url).hash;

test('an address of before, which names no host, leads to its page and is written anew', async ({ app }) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Audit' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Audit');
  expect(hashOf(page.url())).toBe('#/h/local/audit');
  await app.open('/daemon/ircd/logs');
  await expect(page.getByRole('tab', { name: 'Logs', selected: true })).toBeVisible();
  expect(hashOf(page.url())).toBe('#/h/local/daemon/ircd/logs');
  await expect(page).toHaveTitle('ircd – Signalbox');
  // The old form leaves no entry of its own in the history.
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Audit');
  expect(hashOf(page.url())).toBe('#/h/local/audit');
});

test('the page of a host that the window does not have says so, and leads back', async ({ app }) => {
  const { page } = app;
  await app.open('/h/nosuch/daemon/ircd');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This window has no such host');
  await page.getByRole('link', { name: 'Back to the Overview' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Overview');
  expect(hashOf(page.url())).toBe('#/h/local');
});

test('a command and a choice of columns from before are found under their new names', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await app.open('/daemon/ircd/commands?command=set-limit');
  await expect(app.page.getByRole('button', { name: 'Run set-limits' })).toBeVisible();

  expect(await app.cliJson(['run', 'ircd', 'set-limit', '--limit', 'who-replies'])).toMatchObject({
    ok: false,
    error: { code: 'renamed_command', detail: { name: 'set-limits' } },
  });

  await app.page.evaluate(() =>
    localStorage.setItem('signalbox.columns', '{"ircd connections":["nick","sendq","bytes_in"]}'),
  );
  await app.open('/daemon/ircd/connections');
  const table = app.page.getByRole('grid', { name: 'Connections' });
  const header = (name: string) => table.getByRole('columnheader', { name, exact: true });
  for (const name of ['Nick', 'SendQ', 'In']) await expect(header(name)).toBeVisible();
  await expect(header('Out')).toHaveCount(0);
  alice.quit();
});
