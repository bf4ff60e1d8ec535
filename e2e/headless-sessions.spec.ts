/** Sessions of people at one headless host: one of them ends another's, and whoever signs out ends one session everywhere, and no other. */
import type { Page } from '@playwright/test';
import { HeadlessApp } from './app/headless-app.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test("ending another browser's session signs it out at once in every tab, after asking, and no other", async ({
  appHost,
  app,
  dashboardBrowser,
}) => {
  if (!(appHost instanceof HeadlessApp) || dashboardBrowser === null) throw new Error('no headless host');
  const { url, token } = appHost.ready;
  const context = await dashboardBrowser.newContext();
  const anna: Page[] = [];
  for (const path of ['', '#/daemon/ircd']) {
    const page = await context.newPage();
    await page.goto(`${url}${path}`);
    anna.push(page);
    if (anna.length > 1) continue;
    await page.getByLabel('Access token').fill(token);
    await page.getByLabel('Your name (optional)').fill('Anna');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(app.card('ircd', page)).toBeVisible();
  }
  await expect(anna[1]!.getByRole('heading', { name: 'ircd' })).toBeVisible();

  await app.page.goto(`${url}#/settings`);
  const list = app.page.getByRole('list', { name: 'Sessions' });
  const hers = list.getByRole('listitem').filter({ hasText: 'Anna, admin, browser' });
  await expect(list.getByText('this one')).toHaveCount(1);
  await hers.getByRole('button', { name: /^End the session of Anna/ }).click();
  const question = app.page.getByRole('alertdialog', { name: /^End the session of Anna/ });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(app.card('ircd', anna[0])).toBeVisible();

  await hers.getByRole('button', { name: /^End the session of Anna/ }).click();
  await question.getByRole('button', { name: 'End', exact: true }).click();
  for (const page of anna) await expect(page.getByLabel('Access token')).toBeVisible();
  await expect(hers).toHaveCount(0);
  await expect(list.getByText('this one')).toHaveCount(1);
  expect((await context.request.post(`${url}api/status`, { data: {} })).status()).toBe(401);
  const { sessions } = await app.cliJson<{ sessions: { name: string }[] }>(['sessions']);
  expect(sessions.map(({ name }) => name)).not.toContain('Anna');
  await context.close();
});

test('signing out ends every tab and copy of that session, no other, and signing in opens every tab again', async ({
  appHost,
  dashboardBrowser,
}) => {
  if (!(appHost instanceof HeadlessApp) || dashboardBrowser === null) throw new Error('no headless host');
  const { url, token } = appHost.ready;
  const signedInAs = async (name: string): Promise<Page> => {
    const context = await dashboardBrowser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel('Access token').fill(token);
    await page.getByLabel('Your name (optional)').fill(name);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.goto(`${url}#/settings`);
    await expect(page.getByText(`Signed in as ${name}, session`)).toBeVisible();
    return page;
  };
  const anna = await signedInAs('Anna');
  const ben = await signedInAs('Ben');
  const second = await anna.context().newPage();
  await second.goto(`${url}#/daemon/ircd`);
  await expect(second.getByRole('heading', { name: 'ircd' })).toBeVisible();
  const copied = await anna.context().cookies();

  await anna.getByRole('button', { name: 'Sign out' }).click();
  for (const page of [anna, second]) await expect(page.getByLabel('Access token')).toBeVisible();
  const thief = await dashboardBrowser.newContext();
  await thief.addCookies(copied);
  expect((await thief.request.post(`${url}api/status`, { data: {} })).status()).toBe(401);
  await expect(ben.getByText('Signed in as Ben, session')).toBeVisible();
  expect((await ben.context().request.post(`${url}api/status`, { data: {} })).status()).toBe(200);

  await anna.getByLabel('Access token').fill(token);
  await anna.getByRole('button', { name: 'Sign in' }).click();
  for (const page of [anna, second]) await expect(page.getByLabel('Access token')).toBeHidden();
  await expect(second.getByRole('heading', { name: 'ircd' })).toBeVisible();
  for (const context of [anna.context(), ben.context(), thief]) await context.close();
});
