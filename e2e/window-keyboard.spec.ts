/** The dashboard without a mouse. */
import { unseenFocus } from './app/seen-focus.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

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

test('every button of a card is reached by the Tab key, where the focus is seen, and pressed by Enter', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  await app.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const reached = new Set<string>();
  const unseen: string[] = [];
  for (let i = 0; i < MOST_TABS && !reached.has('Restart ircd'); i++) {
    await app.page.keyboard.press('Tab');
    reached.add(await app.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''));
    unseen.push(...[await unseenFocus(app.page)].flatMap((one) => one ?? []));
  }
  expect(unseen).toEqual([]);
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

test('single keys go to pages and filters, list themselves, and do nothing while one types', async ({
  app,
}) => {
  const { page } = app;
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/connections');
  await expect(page.getByRole('searchbox', { name: 'Filter Connections' })).toBeVisible();
  await page.keyboard.press('/');
  const filter = page.getByRole('searchbox', { name: 'Filter Connections' });
  await expect(filter).toBeFocused();
  await page.keyboard.type('g a?/');
  await expect(filter).toHaveValue('g a?/');
  await page.getByRole('tab', { name: 'Connections' }).focus();
  await page.keyboard.press('g');
  await expect(page.getByRole('status', { name: 'Go to' })).toContainText('Overview');
  await page.keyboard.press('l');
  await expect(page).toHaveURL(/#\/h\/local\/daemon\/ircd\/logs/);
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { name: 'Audit', level: 1 })).toBeVisible();
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  await expect(list).toContainText('The filter of the page');
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
});

test('arrow keys go through the sidebar, and fold a group away', async ({ app }) => {
  const { page } = app;
  const sidebar = page.getByRole('navigation');
  // The daemons are there once the host has told of them; before, the key below leads to the next entry there is.
  await expect(sidebar.getByRole('link', { name: /^ircd\b/ }).first()).toBeVisible();
  const overview = sidebar.getByRole('link', { name: 'Overview' });
  await overview.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  const daemons = page.getByRole('button', { name: /^Daemons/ });
  await expect(daemons).toBeFocused();
  await expect(daemons).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'ircd', level: 1 })).toBeVisible();
});
