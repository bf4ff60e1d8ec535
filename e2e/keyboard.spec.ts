/** The dashboard without a mouse. */
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: true });

/** More stops than any page has. */
const MOST_TABS = 80;

test('the palette starts a daemon by name', async ({ app }) => {
  await expect(app.card('ircd')).toContainText('stopped');
  await app.page.keyboard.press('Control+k');
  const field = app.page.getByRole('combobox', { name: 'Command palette' });
  await expect(field).toBeFocused();
  await app.page.keyboard.type('start ircd');
  await expect(app.page.getByRole('option').first()).toHaveText(/Start ircd/);
  await app.page.keyboard.press('Enter');
  await expect(app.card('ircd')).toContainText('running');
});

test('a command typed into the palette as at the command line opens its form filled in', async ({ app }) => {
  const { page } = app;
  await expect(app.card('ircd')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await page.keyboard.type('run ircd kill --client ann --reason "too loud"');
  await expect(page.getByRole('option').first()).toContainText('client ann, reason too loud');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'kill' });
  await expect(dialog.getByLabel('Client')).toHaveValue('ann');
  await expect(dialog.getByLabel('Reason')).toHaveValue('too loud');
});

test('every button of a card is reached by the Tab key and pressed by Enter', async ({ app }) => {
  await app.startDaemon('ircd');
  await app.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const reached = new Set<string>();
  for (let i = 0; i < MOST_TABS && !reached.has('Restart ircd'); i++) {
    await app.page.keyboard.press('Tab');
    reached.add(await app.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''));
  }
  expect([...reached]).toEqual(expect.arrayContaining(['Stop ircd', 'Restart ircd']));
  await app.page.keyboard.press('Shift+Tab');
  await app.page.keyboard.press('Enter');
  await expect(app.card('ircd')).toContainText('stopped');
});

test('a command opened from the palette goes with the page that it was opened on', async ({ app }) => {
  const { page } = app;
  await expect(app.card('ircd')).toContainText('stopped');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await page.keyboard.type('ircd kill');
  await expect(page.getByRole('option').first()).toHaveText(/kill/);
  await page.keyboard.press('Enter');
  // The palette is a dialog too.
  await expect(page.getByRole('dialog', { name: 'kill' })).toBeVisible();
  await page.evaluate(() => {
    location.hash = '#/audit';
  });
  await expect(page.getByRole('heading', { name: 'Audit', level: 1 })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
