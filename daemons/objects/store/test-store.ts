/** A root of a store that is removed after the test, and what tests ask of descriptors. For tests only. */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { inProcessThreads } from '../../runtime/test-fixtures/in-process-threads.ts';
import { Generations } from './generations.ts';
import type { ObjectInfo } from './object-info.ts';
import { ObjectReader, type ObjectReaderOptions, type SharedStore } from './object-reader.ts';
import { ObjectStore, type ObjectStoreOptions } from './object-store.ts';
import type { ListQuery, ObjectWrites, PutOptions } from './object-writes.ts';
import { StoreError } from './store-problems.ts';
import { Upload } from './upload.ts';

/** An empty folder, with `outside` beside it. */
export function testRoot(): { root: string; outside: string } {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-objects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
  mkdirSync(root);
  mkdirSync(outside);
  return { root, outside };
}

/** Writes a file by hand, as an operator does. */
export function writeByHand(root: string, uri: string, text: string): void {
  const path = join(root, uri);
  if (lstatSync(dirname(path), { throwIfNoEntry: false }) === undefined)
    mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A reader of a root, closed after the test. */
export function testReader(
  root: string,
  options: Partial<ObjectReaderOptions> = {},
  generations = new Generations(),
  shared: SharedStore = { root, generations: generations.memory, foldsCase: false, copies: null },
): ObjectReader {
  const reader = new ObjectReader(shared, { entries: 16, ...options });
  onTestFinished(() => reader.close());
  return reader;
}

/** Files below a folder that this process has open. */
export function openBelow(folder: string): string[] {
  const open: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    let path: string;
    try {
      path = readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      continue;
    }
    if (path.startsWith(`${folder}/`)) open.push(path);
  }
  return open.sort();
}

/** A store of a root, closed after the test. Its disk is read in this thread. */
export async function testStore(
  root: string,
  options: Partial<ObjectStoreOptions> = {},
): Promise<ObjectStore> {
  const store = await ObjectStore.open({
    root,
    pool: inProcessThreads,
    entries: 16,
    maxObjectBytes: 1_000_000,
    listEntries: 1_000,
    cacheBytes: 1_000_000,
    quotas: [],
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** Puts an object with a text. */
export async function put(
  store: ObjectWrites,
  uri: string,
  text: string,
  options?: PutOptions,
): Promise<ObjectInfo> {
  const bytes = Buffer.from(text);
  const upload = await Upload.begin(store, uri, bytes.length, options);
  await upload.write(bytes);
  return upload.finish();
}

/** The text of an object, or the problem. */
export function get(reader: ObjectReader, uri: string): string {
  const object = reader.take(uri);
  if (typeof object === 'string') return object;
  const bytes = Buffer.alloc(object.sizeBytes + 10);
  const count = readSync(object.fd, bytes, 0, bytes.length, 0);
  reader.giveBack(object);
  return bytes.toString('utf8', 0, count);
}

/** URIs of a whole list, by pages. */
export async function listed(store: ObjectWrites, query: ListQuery = {}): Promise<string[]> {
  const names: string[] = [];
  let after = query.after ?? '';
  for (;;) {
    const page = await store.list({ ...query, after });
    names.push(...[...page.objects.map(({ uri }) => uri), ...page.folders].sort());
    if (page.next === null) return names;
    after = page.next;
  }
}

/** What a call rejects with: the problem, or `ok`. */
export async function problemFrom(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof StoreError) return error.problem;
      throw error;
    },
  );
}
