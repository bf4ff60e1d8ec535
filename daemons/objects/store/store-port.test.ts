import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import type { ObjectStore } from './object-store.ts';
import { StoreClient, serveStore } from './store-port.ts';
import { get, listed, problemFrom, put, testRoot, testStore } from './test-store.ts';
import { Upload } from './upload.ts';
import { OWN_PREFIX } from './uri.ts';

/** As another thread has the store. */
function clientOf(store: ObjectStore): StoreClient {
  const { port1, port2 } = new MessageChannel();
  serveStore(store, port1);
  const client = new StoreClient(port2);
  onTestFinished(() => client.close());
  return client;
}

it('a thread that does not own the store puts, deletes, renames and lists like the one that does', async () => {
  const { root } = testRoot();
  const store = await testStore(root);
  const client = clientOf(store);
  const info = await put(client, 'a/b', 'text');
  expect(info).toEqual(expect.objectContaining({ uri: 'a/b', sizeBytes: 4 }));
  expect(get(store.reader, 'a/b')).toBe('text');
  expect(await client.rename('a/b', 'c')).toMatchObject({ uri: 'c' });
  expect(await listed(client)).toEqual(['c']);
  await client.delete('c');
  expect(await listed(store)).toEqual([]);
  const upload = await Upload.begin(client, 'd', 5);
  await upload.abandon();
  expect(store.figures()).toMatchObject({ objects: 0, uploads: 0 });
});

it('such a thread is told the same problems, in the same words', async () => {
  const { root } = testRoot();
  const store = await testStore(root);
  const client = clientOf(store);
  expect(await problemFrom(client.delete('none'))).toBe('not_found');
  expect(await problemFrom(put(client, '../a', 'x'))).toBe('invalid_uri');
  const wording = (call: Promise<unknown>) => call.catch((error: Error) => error.message);
  expect(await wording(client.delete('none'))).toBe(await wording(store.delete('none')));
});

it('what a thread was putting when it ended leaves nothing', async () => {
  const { root } = testRoot();
  const store = await testStore(root);
  const client = clientOf(store);
  const upload = await Upload.begin(client, 'a', 5);
  await upload.write(Buffer.from('abc'));
  client.close();
  await until(() => store.figures().uploads === 0);
  await until(() => readdirSync(join(root, OWN_PREFIX)).length === 0);
  await expect(upload.finish()).rejects.toThrow();
});

it('whoever waits for a store that closes is told so, and nobody waits for ever', async () => {
  const { root } = testRoot();
  const store = await testStore(root);
  const client = clientOf(store);
  const waiting = problemFrom(client.list({}));
  client.close();
  expect(await waiting).toBe('unavailable');
  expect(await problemFrom(client.list({}))).toBe('unavailable');
});
