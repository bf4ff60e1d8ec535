/** The addresses of pages: what is kept or sent leads back to the same page. */
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

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
