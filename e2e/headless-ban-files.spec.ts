/** Bans leave the window as a file and come back as one: all of it, or none where a line is wrong. */
import { readFile } from 'node:fs/promises';
import { Operator } from './app/operator.ts';
import { comesFrom, GATEWAY, ownName, ownNetwork } from './clients/far-clients.ts';
import { expect, test } from './fixtures.ts';

const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
${GATEWAY}`;

test.use({ config: CONFIG });

/** Names of this run. */
const run = ownName();
const net = ownNetwork();

test('bans are handed over as a file and taken from one', async ({ app }) => {
  const { page } = app;
  const op = new Operator(page);
  const server = await app.startDaemon('ircd');
  const mira = await comesFrom(server, 'mira', `${net}.1`);
  await mira.register();
  const old = { kind: 'kline', mask: `*@old.${run}.example`, reason: 'two, three', minutes: 60 };
  await app.request('command.run', { daemon: 'ircd', command: 'add-ban', args: old, confirmed: true });
  const bans = page.getByRole('grid', { name: 'Bans' });
  const row = (text: string) => bans.getByRole('row').filter({ hasText: text });
  const file = (...lines: string[]) => ({
    name: 'bans.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['kind,mask,reason', ...lines].join('\n')),
  });
  await app.open('/daemon/ircd/bans');

  await op.does('Export the bans as a file', async () => {
    const saved = page.waitForEvent('download');
    await op.press('Export');
    await op.press('Save as a file');
    const download = await saved;
    expect(download.suggestedFilename()).toBe('ircd-bans.csv');
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toMatch(/^kind,mask,spares,reason,by,createdAt,expiresAt,signalbox ircd bans 1\r\n/);
    expect(text).toContain(`kline,*@old.${run}.example,,"two, three",`);
  });

  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await op.dialog
    .locator('input[type=file]')
    .setInputFiles(file(`kline,*@new.${run}.example,`, 'kline,*@*,'));
  await expect(op.dialog.getByRole('alert')).toContainText(
    'Nothing was imported. line 3: *@* would ban everybody',
  );
  await expect(op.dialog.getByRole('button', { name: 'Run import-bans' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(op.dialog).toBeHidden();
  await expect(row(`old.${run}.example`)).toBeVisible();
  await expect(row(`new.${run}.example`)).toBeHidden();

  await op.does('Import bans from a file', async () => {
    const chooser = page.waitForEvent('filechooser');
    await op.press('Import');
    await op.click(op.dialog.locator('input[type=file]'));
    const lines = [`kline,*@new.${run}.example,spam`, `dline,${net}.1,gone`];
    await (await chooser).setFiles(file(...lines));
    await expect(op.dialog).toContainText('Sets 2 bans, disconnects 1 client');
    await op.press('Run import-bans');
    await mira.hears(/^ERROR .*D-lined: gone/);
    await expect(op.dialog).toContainText('Done');
  });
  await expect(row(`new.${run}.example`)).toContainText('spam');
  await expect(row(`${net}.1`)).toContainText('gone');

  await app.open('/audit');
  await expect(page.getByText('imported 2 bans').first()).toBeVisible();
  await expect(page.getByText(`new.${run}.example`)).toHaveCount(0);
});
