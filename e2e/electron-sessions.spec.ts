/** Windows of the desktop app as sessions: one ends another's, whose streams begin anew. */
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test("ending another window's session closes its streams, and it goes on with a session of its own", async ({
  app,
}) => {
  const second = await app.secondWindow();
  await app.startDaemon('ircd');
  await expect(app.card('ircd', second)).toContainText('running');
  const windows = async () => {
    const { sessions } = await app.request('sessions.list', {});
    return sessions.filter(({ from }) => from === 'window');
  };
  await expect.poll(async () => (await windows()).length).toBe(2);

  await app.page.getByRole('link', { name: 'Settings' }).click();
  const list = app.page.getByRole('list', { name: 'Sessions' });
  await expect(list.getByText('this one')).toHaveCount(1);
  const own = (await windows()).find(({ current }) => current)?.id;
  const other = (await windows()).find(({ id }) => id !== own)?.id ?? '';
  const row = list.getByRole('listitem').filter({ hasText: other });
  await row.getByRole('button', { name: /^End the session of/ }).click();
  const question = app.page.getByRole('alertdialog', { name: /^End the session of/ });
  await question.getByRole('button', { name: 'End', exact: true }).click();

  await expect(row).toHaveCount(0);
  await expect
    .poll(async () => (await windows()).filter(({ id }) => id !== own && id !== other))
    .toHaveLength(1);
  await expect(app.card('ircd', second)).toContainText('running');
  const { sessions } = await app.cliJson<{ sessions: { id: string }[] }>(['sessions']);
  expect(sessions.map(({ id }) => id)).toContain(own);
  await second.close();
});
