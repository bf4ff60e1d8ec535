/** Names that commands and columns had before lead to the ones of today: in addresses, on the command line, in what a reader chose. */
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

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
  const table = app.page.getByRole('table', { name: 'Connections' });
  const header = (name: string) => table.getByRole('columnheader', { name, exact: true });
  for (const name of ['Nick', 'SendQ', 'In']) await expect(header(name)).toBeVisible();
  await expect(header('Out')).toHaveCount(0);
  alice.quit();
});
