/**
 * The object server in the process that the host gives it, and its window: objects go in and out in every mode through a
 * client of its socket, real files, and what a gigabyte needs.
 */
import { read } from 'node:fs';
import { mkdir, open, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { ObjectsClient } from '../daemons/objects/client/objects-client.ts';
import { limits } from '../kit/limits.ts';
import { violationsOn } from './app/axe.ts';
import { ElectronApp } from './app/electron-app.ts';
import type { AppHost, RunningApp } from './app/running-app.ts';
import { expect, test } from './fixtures.ts';

test.use({
  config: '[objects]\nlisten = [{ path = "objects.sock", writable = true }]\n',
  sharedApp: 'everyday',
});

// Gigabytes and many clicks, on machines that do other things as well.
test.setTimeout(180_000);

const MODES = ['fdpass', 'copy', 'splice'] as const;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** What is streamed is far more than any buffer holds; a gigabyte is for the mode that moves no bytes. */
const STREAMED_BYTES = 64 * MIB;
/** More than a window keeps in memory. */
const SONG_BYTES = limits.memoryFileBytes.default + MIB;
/** So much that a download is not over before it is cancelled, on a machine that has other things to do too. */
const FILM_BYTES = 3 * GIB;

/** Names that a shell, a URL or a page would take for something else, and what is in them. */
const CONTENTS: readonly (readonly [name: string, content: string])[] = [
  ['empty.txt', ''],
  ['a b/c d.txt', 'of a folder\n'.repeat(20_000)],
  ['öäü/日本語/😀.bin', ''],
  ['100%/%2e%2e/&?#=<b>.txt', 'odd\n'],
];

const socketOf = (app: RunningApp) => join(app.dataDir, 'objects/objects.sock');

/** Starts the server from its card. Its listener has no port to wait for. */
async function startObjects(app: RunningApp): Promise<void> {
  await app.open('/');
  if ((await app.state('objects')) !== 'running') await app.button('Start', 'objects').click();
  await app.card('objects').getByText('running', { exact: true }).waitFor();
}

/** A file with holes, as an operator copies one into the store: its first and last bytes are known. */
async function sparseObject(app: RunningApp, name: string, size: number): Promise<void> {
  const path = join(app.dataDir, 'objects/store', name);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  await file.write('begin');
  await file.truncate(size);
  await file.write('end', size - 3);
  await file.close();
}

/** How many bytes come, and the first and the last of them. */
async function streamed(client: ObjectsClient, uri: string) {
  const { content, sizeBytes } = await client.read(uri, { mode: 'splice' });
  let [bytes, head, tail] = [0, '', Buffer.alloc(0)];
  for await (const piece of content as AsyncIterable<Buffer>) {
    if (bytes === 0) head = piece.subarray(0, 5).toString();
    bytes += piece.length;
    tail = Buffer.concat([tail, piece.subarray(-3)]).subarray(-3);
  }
  return { sizeBytes, bytes, head, tail: tail.toString() };
}

/** The first and the last bytes, by a descriptor. */
async function throughDescriptor(client: ObjectsClient, uri: string) {
  const { descriptor, close } = await client.open(uri);
  const at = async (place: number, bytes: number) =>
    (await promisify(read)(descriptor, Buffer.alloc(bytes), 0, bytes, place)).buffer.toString();
  const ends = { head: await at(0, 5), tail: await at(GIB - 3, 3) };
  close();
  return ends;
}

test('objects go in and out in every mode, of no bytes and of a gigabyte, whatever they are called', async ({
  app,
  host,
}) => {
  await startObjects(app);
  const started = await app.daemon('objects');
  const program = basename(await readlink(`/proc/${started.pid}/exe`));
  expect(program).toBe(host === 'electron' ? 'electron' : 'node');
  const client = await ObjectsClient.connect({ path: socketOf(app) });
  expect(client.passesDescriptors).toBe(true);
  for (const [name, content] of CONTENTS) await client.put(name, content);
  for (const mode of MODES)
    for (const [name, content] of CONTENTS) {
      const got = await client.get(name, { mode });
      expect(got.content.toString(), `${name} by ${mode}`).toBe(content);
    }
  const listed = [];
  for await (const { uri } of client.listAll()) listed.push(uri);
  expect(listed.sort()).toEqual(CONTENTS.map(([name]) => name).sort());

  await sparseObject(app, 'large/film.bin', GIB);
  expect(await client.stat('large/film.bin')).toMatchObject({ sizeBytes: GIB });
  const ends = { head: 'begin', tail: 'end' };
  expect(await throughDescriptor(client, 'large/film.bin')).toEqual(ends);
  await sparseObject(app, 'large/clip.bin', STREAMED_BYTES);
  expect(await streamed(client, 'large/clip.bin')).toEqual({
    sizeBytes: STREAMED_BYTES,
    bytes: STREAMED_BYTES,
    ...ends,
  });
  await client.delete('large/film.bin');
  await expect(client.get('large/film.bin')).rejects.toMatchObject({ status: 'not_found' });
  const run = async (command: string, args: Record<string, unknown>) =>
    (await app.request('command.run', { daemon: 'objects', command, args })).result;
  // Connections have threads of their own in this process too, whatever is said of them while it runs.
  // The default is last: the tests that follow have it.
  for (const model of ['thread-per-request', 'thread-per-connection', 'work-stealing', 'thread-pool']) {
    await run('set-threads', { model });
    const other = await ObjectsClient.connect({ path: socketOf(app) });
    for (const mode of MODES)
      expect((await other.get('a b/c d.txt', { mode })).content.length, `${mode} in ${model}`).toBe(240_000);
    const { rows } = (await run('threads', {})) as {
      readonly rows: readonly { readonly pool: string; readonly connections: number }[];
    };
    const having = rows.find(({ pool }) => pool === (model === 'thread-per-request' ? 'daemon' : 'fdpass'));
    expect(having?.connections, model).toBeGreaterThan(0);
    await other.close();
  }
  await client.close();
  // Whatever it did, it is the process that was started.
  expect(await app.daemon('objects')).toMatchObject({ pid: started.pid, restarts: started.restarts });
});

/** A picture of 3 by 2 pixels. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8DAAMFwFgA72AX73hA3ZQAAAABJRU5ErkJggg==',
  'base64',
);

/** The row of a file in the list. */
const rowOf = (page: Page, name: string) =>
  page.getByRole('grid', { name: 'Objects' }).getByRole('row').filter({ hasText: name });

/** The list item of an upload or a download. */
const transferOf = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Uploads and downloads' }).getByRole('listitem').filter({ hasText: name });

/** Does what downloads a file, and resolves with where it was saved. */
async function downloaded(appHost: AppHost, deed: () => Promise<void>, target: string): Promise<string> {
  if (!(appHost instanceof ElectronApp)) {
    const [download] = await Promise.all([appHost.page.waitForEvent('download'), deed()]);
    await download.saveAs(target);
    return target;
  }
  // Where its reader would be asked by a dialog of the system.
  const state = appHost.application.evaluate(
    ({ session }, path) =>
      new Promise<string>((resolve) => {
        session.defaultSession.once('will-download', (_event, item) => {
          item.setSavePath(path);
          item.once('done', (_done, state) => resolve(state));
        });
      }),
    target,
  );
  await deed();
  expect(await state).toBe('completed');
  return target;
}

test('objects are uploaded, looked at, downloaded and deleted on their page', async ({
  app,
  appHost,
  folder,
}) => {
  const { page } = app;
  await startObjects(app);
  await app.open('/daemon/objects/files');
  const files = [
    { name: 'nothing', mimeType: '', buffer: Buffer.alloc(0) },
    {
      name: 'a page & more.html',
      mimeType: 'text/html',
      buffer: Buffer.from('<script>document.title = "run"</script>'),
    },
    { name: 'dots.png', mimeType: 'image/png', buffer: PNG },
    { name: 'long.bin', mimeType: '', buffer: Buffer.alloc(3_000_000, 'abcdefg') },
  ];
  await page.getByLabel('Files to upload').setInputFiles(files);
  for (const { name } of files) {
    await expect(transferOf(page, name)).toContainText('stored');
    await expect(rowOf(page, name)).toBeVisible();
  }

  await app.rowAction('a page & more.html', 'Preview');
  await expect(page.getByRole('region', { name: /^Preview of/ })).toHaveText(
    '<script>document.title = "run"</script>',
  );
  expect(await page.title()).toBe('objects – Signalbox');
  expect(await violationsOn(page, 'light'), 'the preview of a text').toEqual([]);
  await page.keyboard.press('Escape');
  await app.rowAction('dots.png', 'Preview');
  await expect(page.getByRole('img', { name: 'Preview of dots.png' })).toHaveAttribute('width', '3');
  await page.keyboard.press('Escape');

  for (const { name, buffer } of files) {
    const saved = await downloaded(
      appHost,
      () => app.rowAction(name, 'Download'),
      join(folder, 'saved', name),
    );
    expect((await readFile(saved)).equals(buffer), name).toBe(true);
  }

  await page
    .getByLabel('Files to upload')
    .setInputFiles([{ name: 'nothing', mimeType: '', buffer: Buffer.from('more') }]);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(rowOf(page, 'nothing')).toContainText('4 B');

  await app.rowAction('nothing', 'Delete');
  await page
    .getByRole('dialog')
    .getByRole('textbox', { name: /to confirm/ })
    .fill('nothing');
  await page.getByRole('dialog').getByRole('button', { name: 'Run delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(rowOf(page, 'nothing')).toHaveCount(0);
  expect(await app.cliJson(['objects', 'stat', 'nothing'])).toMatchObject({ ok: false });
});

/**
 * Has the page itself press the button that cancels a download, the moment that some of it has come. On a busy machine gigabytes go by
 * until a press from outside gets its turn.
 */
async function cancelOnceSomethingCame(page: Page, name: string): Promise<void> {
  await page.evaluate((uri) => {
    const watch = new MutationObserver(() => {
      const bar = document.querySelector<HTMLProgressElement>(`progress[aria-label="Progress of ${uri}"]`);
      if (bar === null || bar.value === 0) return;
      watch.disconnect();
      document.querySelector<HTMLButtonElement>(`button[aria-label="Cancel ${uri}"]`)?.click();
    });
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
  }, name);
}

test('a large object comes to the disk piece by piece, and gigabytes are given up when that is wanted', async ({
  app,
  appHost,
  folder,
}) => {
  const { page } = app;
  await startObjects(app);
  await sparseObject(app, 'large/film.bin', FILM_BYTES);
  await sparseObject(app, 'large/song.bin', SONG_BYTES);
  await app.open('/daemon/objects/files');
  // What is copied in by hand is there at the next look.
  const folderLink = page.getByRole('link', { name: 'large/' });
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(folderLink).toBeVisible();
  }).toPass();
  await folderLink.click();
  await expect(rowOf(page, 'film.bin')).toContainText('3 GiB');
  // By the keyboard alone.
  await rowOf(page, 'film.bin').focus();
  await page.keyboard.press('.');
  await expect(page.locator(':focus')).toHaveAttribute('role', /^menu/);
  await page.keyboard.press('d');
  await expect(page.getByRole('menuitem', { name: 'Download' })).toBeFocused();
  await cancelOnceSomethingCame(page, 'large/film.bin');
  await page.keyboard.press('Enter');
  await expect(transferOf(page, 'film.bin')).toContainText('cancelled');
  // The same button, which is under the pointer.
  await page.getByRole('button', { name: 'Dismiss large/film.bin' }).click();
  await expect(transferOf(page, 'film.bin')).toHaveCount(0);

  const download = () => app.rowAction('song.bin', 'Download');
  const saved = await downloaded(appHost, download, join(folder, 'song.bin'));
  expect((await stat(saved)).size).toBe(SONG_BYTES);
  const content = await readFile(saved, 'latin1');
  expect([content.slice(0, 5), content.slice(-3)]).toEqual(['begin', 'end']);
});

test('the page of the server has its modes side by side, its cache and its clients', async ({
  app,
  host,
}) => {
  const { page } = app;
  await startObjects(app);
  const client = await ObjectsClient.connect({ path: socketOf(app) });
  await client.put('hot.txt', 'hot');
  for (const mode of MODES) await client.get('hot.txt', { mode });
  await client.get('hot.txt', { mode: 'copy' });
  await expect(client.get('none', { mode: 'copy' })).rejects.toMatchObject({ status: 'not_found' });

  await app.open('/daemon/objects');
  const modes = page.getByRole('table').filter({ hasText: 'FDPASS' });
  await expect(modes.getByRole('row', { name: /^COPY/ })).toContainText(/in all.*1 in all/);
  await app.open('/daemon/objects/cache');
  const cached = page.getByRole('row').filter({ hasText: 'hot.txt' });
  await app.rowAction('hot.txt', 'Pin');
  await page.getByRole('dialog').getByRole('button', { name: 'Run cache-pin' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(cached).toContainText('yes');

  await app.open('/daemon/objects/connections');
  // The newest is last.
  await page
    .getByRole('button', { name: /^Actions for/ })
    .last()
    .click();
  await page.getByRole('menuitem', { name: 'Kill' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run kill' }).click();
  await expect(page.getByRole('dialog')).toContainText('Done');
  await expect(client.get('hot.txt')).rejects.toThrow();

  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  // The desktop app shows the same window from the same build; see headless-accessibility.spec.ts.
  for (const colorScheme of host === 'headless' ? (['light', 'dark'] as const) : []) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    for (const path of ['/daemon/objects', '/daemon/objects/files', '/daemon/objects/cache']) {
      await app.open(path);
      await expect(page.getByRole('table').or(page.getByRole('grid')).first()).toBeVisible();
      expect(await violationsOn(page, colorScheme), `${path} in the ${colorScheme} theme`).toEqual([]);
    }
  }
});
