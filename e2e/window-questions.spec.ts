/** What stands between a press of a key and the people whom it would disconnect; and what a list offers on its rows. */
import type { Page } from '@playwright/test';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

/** Fills the form of `add-ban` and presses its button. */
async function askForBan(page: Page, mask: string): Promise<void> {
  await page.getByLabel('Kind').selectOption('kline');
  await page.getByLabel('Mask').fill(mask);
  await page.getByLabel('Reason').fill('spam');
  await page.getByLabel('Minutes').fill('1440');
  await page.getByRole('button', { name: 'Run add-ban' }).click();
}

test('Enter pressed twice, or held, on the Kill of a row disconnects nobody', async ({ app }) => {
  const carol = await IrcClient.connect(await app.startDaemon('ircd'), 'carol');
  await app.open('/daemon/ircd/connections');
  const row = app.page.getByRole('row').filter({ hasText: 'carol' });
  const dialog = app.page.getByRole('dialog');
  const kill = async () => {
    await row.focus();
    await app.page.keyboard.press('.');
    await expect(app.page.locator(':focus')).toHaveAttribute('role', /^menu/);
    await app.page.keyboard.press('End');
    await expect(app.page.getByRole('menuitem', { name: 'Ban address: other…' })).toBeFocused();
    // Past how long a ban may last, and past the ban of a day.
    for (let up = 0; up < 7; up++) await app.page.keyboard.press('ArrowUp');
    await expect(app.page.getByRole('menuitem', { name: 'Kill' })).toBeFocused();
  };
  await kill();
  await app.page.keyboard.press('Enter');
  await app.page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();

  await kill();
  // Further presses without a release are what a held key sends.
  for (let i = 0; i < 12; i++) await app.page.keyboard.down('Enter');
  await app.page.keyboard.up('Enter');
  await expect(dialog).toContainText('Disconnects carol');
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused();
  expect(carol.isOpen).toBe(true);

  // Whoever has read it goes there.
  const run = dialog.getByRole('button', { name: 'Run kill' });
  await expect(run).toBeEnabled();
  await run.press('Enter');
  await expect.poll(() => carol.isOpen).toBe(false);
});

test('an answer to a question is taken only once the question could be read', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  // A click that was on its way when the question appeared: it comes with the button, whatever else the machine does.
  await app.page.evaluate(() => {
    const observer = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>('[role="alertdialog"] button')];
      const stop = buttons.find(({ textContent }) => textContent?.includes('Stop now'));
      if (stop === undefined) return;
      observer.disconnect();
      stop.click();
      Reflect.set(globalThis, 'clicked', true);
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  await app.button('Stop', 'ircd').focus();
  await app.page.keyboard.press('Enter');
  const question = app.page.getByRole('alertdialog');
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  const stop = question.getByRole('button', { name: 'Stop now' });
  await expect.poll(() => app.page.evaluate(() => Reflect.get(globalThis, 'clicked'))).toBe(true);
  await expect(question).toBeVisible();
  expect(alice.isOpen).toBe(true);
  await stop.click();
  await expect.poll(() => alice.isOpen).toBe(false);
});

test('a ban is lifted from its row in the list, without being typed again', async ({ app }) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/commands?command=add-ban');
  await askForBan(app.page, '*@*.example.org');
  await app.page.getByRole('alertdialog').getByRole('button', { name: 'Confirm' }).click();
  const result = app.page.getByRole('region', { name: 'Result', exact: true });
  await expect(result).toContainText('Done');

  await app.open('/daemon/ircd/commands?command=bans');
  await app.page.getByRole('button', { name: 'Run bans' }).click();
  await expect(result).toContainText('*@*.example.org');
  await app.rowAction('kline', 'Unban');
  const dialog = app.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Run remove-ban' }).click();
  await expect(dialog).toContainText('Done');
  await dialog.getByRole('button', { name: 'Close' }).click();
  // Other specs may have left bans of the network in the list.
  await expect(result).not.toContainText('*@*.example.org');
});

test('a ban that would be refused is not asked about; another is repeated in words', async ({ app }) => {
  await app.startDaemon('ircd');
  await app.open('/daemon/ircd/commands?command=add-ban');
  const question = app.page.getByRole('alertdialog');
  await askForBan(app.page, '*@*');
  await expect(app.page.getByRole('alert')).toContainText('would ban everybody');
  await expect(question).toBeHidden();

  await askForBan(app.page, '*@*.example.org');
  await expect(question).toContainText('*@*.example.org');
  await expect(question).toContainText('1 day');
  await expect(question).toContainText('spam');
  await question.getByRole('button', { name: 'Confirm' }).click();
  await expect(app.page.getByRole('region', { name: 'Result', exact: true })).toContainText('Done');
});

test('the details of a client are labelled, with times and units', async ({ app }) => {
  const alice = await IrcClient.connect(await app.startDaemon('ircd'), 'alice');
  await app.open('/daemon/ircd/connections');
  await app.rowAction('alice', 'Details');
  const dialog = app.page.getByRole('dialog');
  const field = (name: string) => dialog.locator(`dt:text-is("${name}") + dd`);
  await expect(field('Nick')).toHaveText('alice');
  await expect(field('Connected')).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  await expect(field('In')).toHaveText(/^\d+(\.\d+)? (B|KiB)$/);
  alice.quit();
});
