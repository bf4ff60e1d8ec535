/** The client library against the engine that it is made for, in one process, over real sockets. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConnectOptions } from './client/connect.ts';
import { ObjectsRefusedError } from './client/errors.ts';
import { ObjectsClient } from './client/objects-client.ts';
import { testEngine } from './net/test-engine.ts';
import type { Dialect } from './protocol/wire.ts';

const FILES = { 'a.txt': 'hello objects', 'empty.txt': '', 'folder/ü 1.txt': 'umlaut' };
/** Undefined: the client takes what works. */
const MODES = [undefined, 'copy', 'splice', 'fdpass'] as const;

async function connected(options: ConnectOptions): Promise<ObjectsClient> {
  const client = await ObjectsClient.connect(options);
  onTestFinished(() => client.destroy());
  return client;
}

async function started(dialect: Dialect = 'programs', writable = false) {
  const server = await testEngine({ terms: { dialect, writable } });
  for (const [uri, content] of Object.entries(FILES)) server.put(uri, content);
  return { server, path: join(dirname(server.root), 'socket') };
}

describe.each([
  { version: 1, dialect: 'programs' },
  { version: 1, dialect: 'document' },
  { version: 2, dialect: 'programs' },
  { version: 2, dialect: 'document' },
] as const)('version $version of $dialect', ({ version, dialect }) => {
  it.each(MODES)('gets objects by %s, and is told what is wrong by a status', async (mode) => {
    const { path } = await started(dialect);
    const client = await connected({ path, version, dialect });
    const options = mode === undefined ? {} : { mode };
    for (const [uri, content] of Object.entries(FILES)) {
      expect((await client.get(uri, options)).content.toString()).toBe(content);
      expect((await client.get(`/${uri}`, options)).content.toString()).toBe(content);
    }
    for (const [uri, status] of [
      ['none', 'not_found'],
      ['folder', 'not_found'],
      ['../objects.toml', 'invalid_request'],
      ['a.txt\0', 'invalid_request'],
      ['', 'invalid_request'],
    ] as const)
      await expect(client.get(uri, options)).rejects.toMatchObject({ status, uri });
    expect((await client.get('a.txt', options)).content.toString()).toBe('hello objects');
  });

  it('reads a large object as a stream, between others', async () => {
    const { server, path } = await started(dialect);
    const content = Buffer.alloc(3_000_000, 'abcdefg');
    server.put('large', content);
    const client = await connected({ path, version, dialect });
    for (const mode of MODES) {
      const options = mode === undefined ? {} : { mode };
      const read = await client.read('large', options);
      const next = client.get('a.txt', options);
      expect(read.sizeBytes).toBe(content.length);
      const got = Buffer.from(await text(read.content));
      let at = 0;
      while (at < content.length && got[at] === content[at]) at++;
      expect({ mode, length: got.length, at, around: got.toString('latin1', at - 20, at + 40) }).toEqual({
        mode,
        length: content.length,
        at: content.length,
        around: expect.anything(),
      });
      expect((await next).content.toString()).toBe('hello objects');
    }
  });
});

it.each(['programs', 'document'] as const)(
  'hands out many descriptors at once, each of its own object, in %s',
  async (dialect) => {
    const { server, path } = await started();
    const uris = Array.from({ length: 300 }, (_, index) => `object-${index}`);
    for (const uri of uris) server.put(uri, uri);
    const client = await connected({ path, dialect });
    const opened = await Promise.all(uris.map((uri) => client.open(uri)));
    try {
      expect(opened.map(({ descriptor }) => readFileSync(descriptor, 'utf8'))).toEqual(uris);
    } finally {
      for (const one of opened) one.close();
    }
  },
);

it('says what the server knows of an object', async () => {
  const { path } = await started('programs', true);
  const client = await connected({ path });
  expect(await client.stat('a.txt')).toMatchObject({
    sizeBytes: 13,
    mimeType: expect.stringMatching(/^text\/plain/),
  });
  await expect(client.stat('none')).rejects.toMatchObject({ status: 'not_found' });
});

it('is refused by a status where a listener is not writable, and goes on', async () => {
  const { path } = await started();
  const client = await connected({ path });
  for (const ask of [
    () => client.put('x', 'y'),
    () => client.delete('a.txt'),
    () => client.stat('a.txt'),
    () => client.list(),
  ]) {
    const refused = ask();
    await expect(refused).rejects.toThrow(ObjectsRefusedError);
    await expect(refused).rejects.toMatchObject({ status: 'unsupported' });
  }
  expect((await client.get('a.txt')).content.toString()).toBe('hello objects');
});
