/**
 * The object server in the process that the host gives it, and its window: objects go in and out in every mode through a
 * client of its socket, real files, and what a gigabyte needs.
 */
import { read } from 'node:fs';
import { mkdir, open, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ObjectsClient } from '../daemons/objects/client/objects-client.ts';
import type { RunningApp } from './app/running-app.ts';
import { expect, test } from './fixtures.ts';

test.use({
  config: '[objects]\nlisten = [{ path = "objects.sock", writable = true }]\n',
  sharedApp: true,
});

const MODES = ['fdpass', 'copy', 'splice'] as const;
const GIB = 1024 ** 3;

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

/** A file of a gigabyte with holes, as an operator copies one into the store: its first and last bytes are known. */
async function sparseObject(app: RunningApp, name: string): Promise<void> {
  const path = join(app.dataDir, 'objects/store', name);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  await file.write('begin');
  await file.truncate(GIB);
  await file.write('end', GIB - 3);
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

  await sparseObject(app, 'large/film.bin');
  expect(await client.stat('large/film.bin')).toMatchObject({ sizeBytes: GIB });
  const ends = { head: 'begin', tail: 'end' };
  expect(await throughDescriptor(client, 'large/film.bin')).toEqual(ends);
  expect(await streamed(client, 'large/film.bin')).toEqual({ sizeBytes: GIB, bytes: GIB, ...ends });
  await client.delete('large/film.bin');
  await expect(client.get('large/film.bin')).rejects.toMatchObject({ status: 'not_found' });
  // Connections have threads of their own in this process too, whatever is said of them while it runs.
  for (const model of ['thread-pool', 'work-stealing', 'thread-per-connection', 'thread-per-request']) {
    await app.cliJson(['run', 'objects', 'set-threads', '--model', model]);
    const other = await ObjectsClient.connect({ path: socketOf(app) });
    for (const mode of MODES)
      expect((await other.get('a b/c d.txt', { mode })).content.length, `${mode} in ${model}`).toBe(240_000);
    const { result } = (await app.cliJson(['run', 'objects', 'threads'])) as {
      readonly result: { readonly rows: readonly { readonly pool: string; readonly connections: number }[] };
    };
    const having = result.rows.find(
      ({ pool }) => pool === (model === 'thread-per-request' ? 'daemon' : 'fdpass'),
    );
    expect(having?.connections, model).toBeGreaterThan(0);
    await other.close();
  }
  await client.close();
  // Whatever it did, it is the process that was started.
  expect(await app.daemon('objects')).toMatchObject({ pid: started.pid, restarts: 0 });
});
