/** What a viewer sees of the headless host, and what is refused however it is asked. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadlessApp } from './app/headless-app.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('a viewer sees figures and logs, is offered nothing else, and is refused what it asks for all the same', async ({
  appHost,
  app,
  dashboardBrowser,
}) => {
  if (!(appHost instanceof HeadlessApp) || dashboardBrowser === null) throw new Error('no headless host');
  const context = await dashboardBrowser.newContext();
  const { url, token } = appHost.ready;
  const headers = { origin: new URL(url).origin };
  expect((await context.request.post(`${url}login`, { data: { token, name: 'Vera' }, headers })).ok()).toBe(
    true,
  );
  // Everybody who logs in is an admin; what is kept of a session says its role.
  await appHost.stop();
  const file = join(app.dataDir, 'sessions.json');
  const kept = JSON.parse(await readFile(file, 'utf8')) as { sessions: { name: string; role: string }[] };
  for (const session of kept.sessions) if (session.name === 'Vera') session.role = 'viewer';
  await writeFile(file, JSON.stringify(kept));
  await appHost.start();
  await app.startDaemon('ircd');

  const page = await context.newPage();
  await page.goto(appHost.ready.url);
  await expect(app.card('ircd', page)).toContainText('running');
  await expect(app.button('Stop', 'ircd', page)).toHaveCount(0);
  const navigation = page.getByRole('navigation');
  await expect(navigation.getByRole('link', { name: 'History' })).toBeVisible();
  await expect(navigation.getByRole('link', { name: 'Audit' })).toHaveCount(0);

  await navigation.getByRole('link', { name: /^ircd/ }).click();
  await expect(page.getByRole('tab')).toHaveText(['Charts', 'Network', 'Commands', 'Logs']);
  await page.getByRole('tab', { name: 'Commands' }).click();
  await expect(page.getByRole('tabpanel')).toContainText(
    'Show the certificate of TLS listeners and when it ends',
  );
  await expect(page.getByRole('tabpanel')).not.toContainText('Disconnect a client');
  await page.getByRole('tab', { name: 'Logs' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('Ready for irc on');

  await navigation.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByText('viewer', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reload the file' })).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Sessions' })).toHaveCount(0);

  const answer = await context.request.post(`${appHost.ready.url}api/daemon.stop`, {
    data: { id: 'ircd', confirmed: true },
  });
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({
    error: { code: 'access_denied', detail: { access: 'operate', role: 'viewer' } },
  });
  expect(await app.state('ircd')).toBe('running');
  const { entries } = await app.request('audit.query', { actor: 'Vera' });
  expect(entries[0]).toMatchObject({ action: 'daemon.stop', target: 'ircd', ok: false });
  await context.close();
});
