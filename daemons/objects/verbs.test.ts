/** The verbs of the command line, against a small server with objects in memory. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ListenerInfo } from '../../contract/states.ts';
import { TestObjectServer } from './client/test-object-server.ts';
import { verbSpecs } from './verb-specs.ts';
import { verbs } from './verbs.ts';

let server: TestObjectServer;
let folder: string;
beforeEach(async () => {
  server = await new TestObjectServer().listen();
  folder = mkdtempSync(join(tmpdir(), 'objects-verbs-'));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A verb of the instance whose listeners are given; only the server's where absent. */
async function run(
  verb: keyof typeof verbs,
  args: object,
  { input = '', listeners = [{ protocol: 'objects', path: server.path }] as readonly ListenerInfo[] } = {},
) {
  const output = new PassThrough();
  const program = verbs[verb] as (typeof verbs)['stat'];
  const parsed = verbSpecs[verb].args.parse(args) as never;
  const answer = await program(parsed, {
    listeners: async () => listeners,
    input: Readable.from([Buffer.from(input)]),
    output,
  });
  output.end();
  return { ...answer, output: (await buffer(output)).toString() };
}

it.each(['copy', 'splice', 'fdpass'])(
  'gets an object by %s to standard output and into a file',
  async (mode) => {
    server.objects.set('a b/ö.txt', Buffer.from('hello objects'));
    expect(await run('get', { uri: 'a b/ö.txt', mode })).toEqual({
      text: '',
      json: undefined,
      output: 'hello objects',
    });
    const file = join(folder, 'out');
    writeFileSync(file, 'before');
    expect(await run('get', { uri: 'a b/ö.txt', file, mode })).toMatchObject({
      text: `a b/ö.txt: 13 bytes in ${file}`,
      json: { uri: 'a b/ö.txt', file, bytes: 13 },
      output: '',
    });
    expect(readFileSync(file, 'utf8')).toBe('hello objects');
    expect(server.requests.map((request) => request.split(' ')[0])).toEqual([mode, mode]);
  },
);

it('leaves a file as it was, and nothing beside it, where there is no such object', async () => {
  const file = join(folder, 'out');
  writeFileSync(file, 'before');
  await expect(run('get', { uri: 'none', file })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('none: not_found'),
  });
  expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['out'], 'before']);
});

it.each([0, 1, 700_000])('puts a file of %s bytes, and standard input', async (bytes) => {
  const file = join(folder, 'in');
  writeFileSync(file, 'x'.repeat(bytes));
  expect(await run('put', { uri: 'a', file })).toMatchObject({
    text: `a: ${bytes} bytes stored`,
    json: { bytes },
  });
  await run('put', { uri: 'b' }, { input: 'y'.repeat(bytes) });
  expect([server.objects.get('a')?.toString(), server.objects.get('b')?.toString()]).toEqual([
    'x'.repeat(bytes),
    'y'.repeat(bytes),
  ]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('signalbox-put-'))).toEqual([]);
});

it('says which file is not there, before anything is sent', async () => {
  const file = join(folder, 'none');
  await expect(run('put', { uri: 'a', file })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining(file),
  });
  await expect(run('put', { uri: 'a', file: folder })).rejects.toThrow('it is no regular file');
  await expect(run('stat', { uri: 'a', token_file: file })).rejects.toMatchObject({ code: 'not_found' });
  expect(server.requests).toEqual([]);
});

it('lists page by page as far as it was asked, tells what is known, and deletes', async () => {
  for (const uri of ['a', 'b', 'c', 'd', 'e']) server.objects.set(uri, Buffer.from(uri.repeat(12)));
  const all = await run('list', {});
  expect(all.text.split('\n').map((line) => line.replace(/\d{4}-\S+Z/, 'T'))).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((uri) => `12  T  ${uri}`),
  );
  expect((await run('list', { limit: 3 })).json).toMatchObject([
    { uri: 'a', bytes: 12 },
    { uri: 'b' },
    { uri: 'c' },
  ]);
  expect((await run('list', { prefix: 'd' })).json).toMatchObject([{ uri: 'd' }]);
  expect(await run('stat', { uri: 'a' })).toMatchObject({
    text: expect.stringContaining('uri          a\nbytes        12'),
    json: { bytes: 12 },
  });
  expect(await run('delete', { uri: 'a' })).toMatchObject({ text: 'a: deleted', json: { uri: 'a' } });
  expect(server.objects.has('a')).toBe(false);
});

it('goes on to the next listener where one does not serve the request, and no further', async () => {
  const other = await new TestObjectServer().listen();
  try {
    server.refused.set('a', 'unsupported');
    const listeners = [server, other].map(({ path }) => ({ protocol: 'objects', path }));
    const file = join(folder, 'in');
    writeFileSync(file, 'x');
    await run('put', { uri: 'a', file }, { listeners });
    expect(other.objects.get('a')?.toString()).toBe('x');
    other.refused.set('a', 'unsupported');
    await expect(run('put', { uri: 'a', file }, { listeners })).rejects.toMatchObject({
      code: 'unsupported',
    });
    server.refused.set('a', 'storage');
    await expect(run('put', { uri: 'a', file }, { listeners })).rejects.toMatchObject({ code: 'refused' });
  } finally {
    await other.close();
  }
});

it('connects where it is told to, by path or by address with a token', async () => {
  server.objects.set('a', Buffer.from('x'));
  const listeners: ListenerInfo[] = [];
  expect(await run('get', { uri: 'a', connect: server.path }, { listeners })).toMatchObject({ output: 'x' });
  const tcp = new TestObjectServer();
  const port = await tcp.listenTcp();
  tcp.objects.set('a', Buffer.from('x'));
  onTestFinished(() => tcp.close());
  expect(await run('get', { uri: 'a', connect: `127.0.0.1:${port}` }, { listeners })).toMatchObject({
    output: 'x',
  });
  const token_file = join(folder, 'token');
  writeFileSync(token_file, 'the token\n');
  expect(await run('get', { uri: 'a', connect: `127.0.0.1:${port}`, token_file })).toMatchObject({
    output: 'x',
  });
  writeFileSync(token_file, 'another one\n');
  await expect(run('get', { uri: 'a', connect: `127.0.0.1:${port}`, token_file })).rejects.toThrow();
  await expect(run('get', { uri: 'a' }, { listeners })).rejects.toMatchObject({ code: 'unavailable' });
  await expect(run('get', { uri: 'a', connect: join(folder, 'none') })).rejects.toMatchObject({
    code: 'unavailable',
  });
});
