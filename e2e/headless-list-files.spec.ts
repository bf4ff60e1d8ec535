/** Bans of the relay and the object server leave the window as a file and come back as one, by the buttons over their table. */
import { readFile } from 'node:fs/promises';
import { ownNetwork } from './clients/far-clients.ts';
import { expect, test } from './fixtures.ts';

test.use({
  config: '[objects]\nlisten = [{ path = "objects.sock" }]\nroot = "store"\n',
});

/** Titles of a file of each, and what is before the mask of a ban of an address. */
const LISTS = {
  relay: { titles: 'kind,mask,reason', kind: 'cidr,', args: { kind: 'cidr' }, other: 'objects' },
  objects: { titles: 'mask,reason', kind: '', args: {}, other: 'relay' },
} as const;

for (const [id, { titles, kind, args, other }] of Object.entries(LISTS))
  test(`bans of ${id} are handed over as a file and taken from one`, async ({ app }) => {
    const { page } = app;
    const net = ownNetwork();
    await app.cliJson(['start', id]);
    const old = { ...args, mask: `${net}.1`, reason: 'two, three', minutes: 60 };
    await app.request('command.run', { daemon: id, command: 'add-ban', args: old, confirmed: true });
    const bans = page.getByRole('grid', { name: 'Bans' });
    const row = (text: string) => bans.getByRole('row').filter({ hasText: text });
    const dialog = page.getByRole('dialog');
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const choose = (text: string) =>
      dialog
        .locator('input[type=file]')
        .setInputFiles({ name: 'bans.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await app.open(`/daemon/${id}/bans`);
    await expect(row(`${net}.1/32`)).toBeVisible();

    const saved = page.waitForEvent('download');
    await button('Export').click();
    await button('Save as a file').click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(`${id}-bans.csv`);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toContain(`,expiresAt,signalbox ${id} bans 1\r\n`);
    expect(text).toContain(`${kind}${net}.1/32,"two, three",`);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    await button('Import').click();
    await choose(`${titles}\n${kind}${net}.2,\n${kind}nowhere,`);
    await expect(dialog.getByRole('alert')).toContainText(
      'Nothing was imported. line 3: nowhere is not an address',
    );
    await expect(dialog.getByRole('button', { name: 'Run import-bans' })).toBeDisabled();
    await choose(text.replace(`signalbox ${id}`, `signalbox ${other}`));
    await expect(dialog.getByRole('alert')).toContainText(
      `this is a file of the bans of ${other}, version 1; expected one of the bans of ${id}, version 1`,
    );
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(row(`${net}.2/32`)).toBeHidden();

    // What was handed over, and one more by hand.
    const more = `${kind}${net}.3,spam${','.repeat(3)}`;
    await button('Import').click();
    await choose(`${text}${more}`);
    await expect(dialog).toContainText(`Sets 1 ban, leaves out`);
    await dialog.getByRole('button', { name: 'Run import-bans' }).click();
    await expect(dialog).toContainText('Done');
    await page.keyboard.press('Escape');
    await expect(row(`${net}.3/32`)).toContainText('spam');

    await app.open('/audit');
    await expect(page.getByText(/imported 1 bans beside \d+ that were there/).first()).toBeVisible();
    await expect(page.getByText(`${net}.3`)).toHaveCount(0);
  });
