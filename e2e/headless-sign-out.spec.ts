/** Two people in two browsers at one headless host: signing out ends one session everywhere, and no other. */
import type { Page } from '@playwright/test';
import { HeadlessApp } from './app/headless-app.ts';
import { expect, test } from './fixtures.ts';

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
