/** While the audit trail cannot be written the window says so of what is done all the same, and shows what is refused. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({ sharedApp: 'everyday' });

test('a stop that cannot be recorded works and says so, and a reload is refused with the reason', async ({
  app,
}) => {
  await app.startDaemon('relay');
  const folder = join(app.dataDir, 'journal');
  await rm(folder, { recursive: true });
  await writeFile(folder, 'in the way');

  await app.open('/daemon/relay/live');
  await app.page.getByRole('button', { name: 'Actions of relay', exact: true }).click();
  await app.page.getByRole('menuitem', { name: 'Stop relay', exact: true }).click();
  await expect(app.page.getByText('This is not recorded')).toBeVisible();
  await expect.poll(() => app.state('relay')).toBe('stopped');

  await app.page.keyboard.press('Control+k');
  await expect(app.page.getByRole('combobox', { name: 'Command palette' })).toBeFocused();
  await app.page.keyboard.type('reload');
  await expect(app.page.getByRole('option').first()).toContainText('Reload the configuration file');
  await app.page.keyboard.press('Enter');
  await expect(app.page.getByText('config.reload was not done')).toBeVisible();

  await rm(folder);
  await app.page.getByRole('button', { name: 'Start relay', exact: true }).click();
  await expect.poll(() => app.state('relay')).toBe('running');
  // The stop is in the trail after all.
  await app.open('/audit');
  await expect(app.page.getByRole('row').filter({ hasText: 'daemon.stop' }).first()).toContainText('relay');
});
