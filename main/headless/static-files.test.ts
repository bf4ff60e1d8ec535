/** The built window as it is served. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeptFiles } from './kept-files.ts';
import { serveStatic } from './static-files.ts';

let dir: string;
let root: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-window-'));
  root = join(dir, 'window');
  await mkdir(join(root, 'assets'), { recursive: true });
  await writeFile(join(root, 'index.html'), '<p>hi</p>');
  await writeFile(join(root, 'assets/app.js'), 'x()');
  await writeFile(join(dir, 'secret'), 's');
});
afterEach(() => rm(dir, { recursive: true }));

async function get(path: string, files = new KeptFiles(1_000_000), from = root) {
  const sent = { writeHead: vi.fn(), end: vi.fn() };
  await serveStatic(from, files, path, sent as unknown as ServerResponse);
  const [status, headers] = sent.writeHead.mock.calls[0] as [number, Record<string, unknown>];
  return { status, headers, body: String(sent.end.mock.calls[0]?.[0]) };
}

test('a file is sent whole, with its type and length', async () => {
  for (const path of ['/', '/index.html'])
    expect(await get(path)).toEqual({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-length': 9,
        'cache-control': 'no-cache',
      },
      body: '<p>hi</p>',
    });
});

test('what has a hash in its name is kept by browsers for ever, everything else asked for again', async () => {
  expect((await get('/assets/app.js')).headers).toEqual({
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': 3,
    'cache-control': 'public, max-age=31536000, immutable',
  });
});

test('nothing outside the folder is sent, by no spelling and no link', async () => {
  await symlink(join(dir, 'secret'), join(root, 'link'));
  await symlink(dir, join(root, 'up'));
  for (const path of ['/link', '/up/secret', '/%2e%2e%2fsecret', '/..%5csecret'])
    expect(await get(path)).toMatchObject({ status: 403, body: 'Forbidden\n' });
  // A folder beside it whose name begins alike is another one.
  await mkdir(`${root}-other`);
  await writeFile(join(`${root}-other`, 'file'), 'x');
  await symlink(join(`${root}-other`, 'file'), join(root, 'near'));
  expect(await get('/near')).toMatchObject({ status: 403 });
});

test('what is not there is not found, a folder neither; without a window one is told how to build it', async () => {
  for (const path of ['/nope', '/assets', '/index.html/x', `/${'x'.repeat(300)}`])
    expect(await get(path)).toMatchObject({ status: 404, body: 'Not found\n' });
  // A link that leads to itself leads nowhere.
  await symlink(join(root, 'circle'), join(root, 'circle'));
  expect(await get('/circle')).toMatchObject({ status: 404, body: 'Not found\n' });
  const none = join(dir, 'none');
  const message = 'The window is not built. Build it with: npm run build\n';
  expect(await get('/', undefined, none)).toMatchObject({ status: 503, body: message });
  expect(await get('/x', undefined, none)).toMatchObject({ status: 404, body: 'Not found\n' });
});

test('what the system cannot give now is said with its cause, and asked for again', async () => {
  const files = new KeptFiles(1_000_000, () =>
    Promise.reject(Object.assign(new Error('EMFILE'), { code: 'EMFILE' })),
  );
  expect(await get('/', files)).toMatchObject({
    status: 503,
    body: 'The file cannot be read now (EMFILE). Try again.\n',
  });
});
