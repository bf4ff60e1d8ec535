/** Connections served by threads of their own, end to end in one process: threads of `worker_threads` are really started here. */
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { ObjectsClient } from '../client/objects-client.ts';
import { requestV1 } from '../protocol/test-requests.ts';
import { concurrencyPlan } from './concurrency-plan.ts';
import type { PoolSettings } from './engine.ts';
import { readAll, readBytes, type TestEngineOptions, testEngine } from './test-engine.ts';

async function threaded(pools: Partial<PoolSettings> = {}, options: TestEngineOptions = {}) {
  const server = await testEngine({
    ...options,
    settings: { pools: { model: 'thread-pool', fdpassThreads: 2, spliceThreads: 1, ...pools } },
  });
  return {
    ...server,
    change: (changes: Partial<PoolSettings>) =>
      server.engine.configure({ ...server.settings, pools: { ...server.settings.pools, ...changes } }),
    /** @param descriptors whether it receives some, for which it takes one of the four threads that Node has for that */
    async client(descriptors = false): Promise<ObjectsClient> {
      const client = await ObjectsClient.connect({ path: join(dirname(server.root), 'socket'), descriptors });
      onTestFinished(() => client.destroy());
      return client;
    },
    /** Each group of threads. */
    groups: () => Object.fromEntries(server.engine.pools().map((pool) => [pool.pool, pool])),
    clients: () => [...server.engine.connections()].map(({ terms }) => terms.client),
    /** A figure, summed over all threads. */
    figure(id: string): number {
      server.registry.sample();
      const { layout, values } = server.registry;
      return values[layout.slot(`signalbox_objects_${id}`)]!;
    },
  };
}

const MODES = ['copy', 'splice', 'fdpass'] as const;

it('thread-pool: puts, gets by every mode, lists and deletes over threads, which share the connections', async () => {
  const server = await threaded({}, { terms: { writable: true } });
  const [one, other] = [await server.client(true), await server.client(true)];
  const large = Buffer.alloc(1_500_000, 'large ');
  await one.put('dir/small', 'hello objects');
  await one.put('dir/large', large);
  for (const client of [one, other])
    for (const mode of MODES) {
      expect((await client.get('dir/small', { mode })).content.toString()).toBe('hello objects');
      expect((await client.get('dir/large', { mode })).content.equals(large)).toBe(true);
    }
  expect(server.groups()).toMatchObject({
    fdpass: { threads: 2, setting: 2, connections: 2 },
    daemon: { connections: 0 },
  });
  await other.delete('dir/large');
  await expect(one.get('dir/large')).rejects.toMatchObject({ status: 'not_found' });
  expect([...server.engine.connections()].map(({ version, dialect }) => [version, dialect])).toEqual([
    [2, 'programs'],
    [2, 'programs'],
  ]);
  // What the threads know of connections, and what they count, is seen here without asking them.
  const sum = (figure: 'requests' | 'bytesIn' | 'bytesOut') =>
    [...server.engine.connections()].reduce((all, facts) => all + facts[figure], 0);
  await until(() => sum('requests') === 16 && server.figure('requests_total') === 16);
  expect(sum('bytesIn')).toBeGreaterThan(large.length);
  expect(sum('bytesOut')).toBeGreaterThan(4 * large.length);
  expect(server.figure('requests_fdpass_total')).toBe(5);
  expect(server.figure('pool_active{pool="fdpass"}')).toBe(2);
  expect(server.defects).toEqual([]);
});

it('an object that was put in one thread is never handed out in its old state by another', async () => {
  const server = await threaded({}, { terms: { writable: true } });
  const [writer, reader] = [await server.client(), await server.client(true)];
  for (let round = 0; round < 30; round++) {
    await writer.put('a', `version ${round}`);
    for (const mode of MODES)
      expect((await reader.get('a', { mode })).content.toString()).toBe(`version ${round}`);
    if (round % 10 !== 9) continue;
    await writer.delete('a');
    for (const mode of MODES)
      await expect(reader.get('a', { mode })).rejects.toMatchObject({ status: 'not_found' });
  }
  expect(server.groups().fdpass).toMatchObject({ threads: 2, connections: 2 });
});

it('kill, drain, rules and the cache commands reach all threads', async () => {
  const server = await threaded();
  server.put('a', 'hello');
  const [one, other] = [await server.client(), await server.client()];
  for (const client of [one, other]) await client.get('a');
  expect(await server.engine.cached()).toEqual([{ uri: 'a', sizeBytes: 5, hits: 0, pinned: false }]);
  expect(await server.engine.pin('a', true)).toBe(true);
  for (const client of [one, other]) await client.get('a');
  expect(await server.engine.cached()).toEqual([{ uri: 'a', sizeBytes: 5, hits: 2, pinned: true }]);
  // Pinned ones stay.
  expect(await server.engine.clearCache()).toBe(0);
  expect(await server.engine.pin('a', false)).toBe(true);
  expect(await server.engine.pin('a', false)).toBe(false);
  expect(await server.engine.clearCache()).toBe(2);
  server.engine.configure({
    ...server.settings,
    access: [{ prefix: '', read: ['uid:4294967294'], write: [] }],
  });
  for (const client of [one, other])
    await expect(client.get('a')).rejects.toMatchObject({ status: 'not_found' });
  expect(server.refused).toEqual(['may not read a', 'may not read a']);
  const [first] = server.clients();
  server.engine.kill(first!);
  await until(() => server.closed.length === 1);
  expect(server.closed).toEqual([first]);
  server.engine.drain();
  await until(() => server.closed.length === 2);
  expect(server.clients()).toEqual([]);
  server.engine.resume();
  server.engine.configure(server.settings);
  expect((await (await server.client()).get('a')).content.toString()).toBe('hello');
});

it('thread-per-connection: each connection has a thread; one too many is told so and closed', async () => {
  const most = 2;
  const server = await threaded(
    { model: 'thread-per-connection' },
    { planOf: (pools) => ({ ...concurrencyPlan(pools), mostConnections: most }) },
  );
  server.put('a', 'hello');
  const clients = [await server.client(), await server.client()];
  for (const client of clients) expect((await client.get('a')).content.toString()).toBe('hello');
  expect(server.groups().fdpass).toMatchObject({ threads: 2, connections: 2 });
  const refused = await server.connect();
  refused.write(Buffer.concat([requestV1('2', 'a'), requestV1('2', 'a')]));
  const answer = await readAll(refused);
  expect(answer[0]).toBe(0x14);
  expect(answer.toString()).toContain(`serves at most ${most} connections at once`);
  expect(answer.length).toBe(11 + answer.readUInt16BE(9));
  expect(server.refused).toEqual([expect.stringContaining('thread-per-connection serves at most 2')]);
  expect(server.figure('pool_rejected_total{pool="fdpass"}')).toBe(1);
  // A thread ends with its connection, and its place is free.
  clients[0]!.destroy();
  await until(() => server.groups().fdpass!.threads === 1);
  expect((await (await server.client()).get('a')).content.toString()).toBe('hello');
});

it('a thread that dies ends its connections, and no others; another takes its place', async () => {
  const terms = { listener: 'test' };
  const module = new URL('test-fixtures/crashing-thread.ts', import.meta.url);
  const server = await threaded({}, { terms, module });
  server.put('a', 'hello');
  const clients = [await server.client(), await server.client()];
  for (const client of clients) await client.get('a');
  terms.listener = 'crash';
  const victim = await server.connect();
  expect(await readAll(victim)).toEqual(Buffer.alloc(0));
  await until(() => server.closed.length === 2);
  terms.listener = 'test';
  const lost = server.said.filter((line) => line.startsWith('thread_lost'));
  expect(lost).toEqual([expect.stringMatching(/ended, and with it 2 connections; another .*out of luck/s)]);
  const kept = server.clients();
  expect(kept).toHaveLength(1);
  expect((await clients[kept[0]! - 1]!.get('a')).content.toString()).toBe('hello');
  const another = await server.client();
  expect((await another.get('a')).content.toString()).toBe('hello');
  expect(server.groups().fdpass).toMatchObject({ threads: 2, connections: 2 });
  expect(server.figure('pool_lost_total{pool="fdpass"}')).toBe(1);
  // What the dead thread has answered stays counted.
  await until(() => server.figure('requests_total') === 4);
});

it('pools and model change while connections are open, and none is lost', async () => {
  const server = await threaded({ fdpassThreads: 1 });
  server.put('a', 'hello');
  const clients: ObjectsClient[] = [];
  const all = async () => {
    for (const client of clients) expect((await client.get('a')).content.toString()).toBe('hello');
  };
  const add = async () => {
    clients.push(await server.client());
    await all();
  };
  await add();
  await add();
  expect(server.groups().fdpass).toMatchObject({ threads: 1, connections: 2 });
  server.change({ fdpassThreads: 2 });
  await add();
  expect(server.groups().fdpass).toMatchObject({ threads: 2, setting: 2, connections: 3 });
  server.change({ fdpassThreads: 1, spliceThreads: 2 });
  await add();
  // The thread that is too many has its connection to the end, and gets no other.
  expect(server.groups()).toMatchObject({ fdpass: { threads: 2, connections: 4 }, splice: { threads: 2 } });
  server.change({ model: 'async' });
  await add();
  expect(server.groups()).toMatchObject({ fdpass: { connections: 4 }, daemon: { connections: 1 } });
  expect(server.closed).toEqual([]);
  for (const client of clients.slice(0, 4)) client.destroy();
  await until(() => server.groups().fdpass === undefined);
  await clients[4]!.get('a');
  expect(server.said.filter((line) => line.startsWith('threads_planned'))).toHaveLength(4);
  expect(server.defects).toEqual([]);
});

it('what a client has sent before its thread took it over is answered', async () => {
  const server = await threaded({ fdpassThreads: 1 });
  server.put('a', 'hello');
  const socket = await server.connect();
  socket.write(requestV1('2', 'a'));
  const head = await readBytes(socket, 11);
  expect(head[0]).toBe(0);
});

it('thread-per-request: each request has a thread that ends with it; what is asked is answered in order', async () => {
  const most = 2;
  const server = await threaded(
    { model: 'thread-per-request' },
    { planOf: (pools) => ({ ...concurrencyPlan(pools), mostConnections: most }) },
  );
  server.put('a', 'hello');
  server.putSparse('large', 200_000);
  const client = await server.client(true);
  for (const mode of MODES) {
    expect((await client.get('a', { mode })).content.toString()).toBe('hello');
    await expect(client.get('none', { mode })).rejects.toMatchObject({ status: 'not_found' });
  }
  expect((await client.get('large', { mode: 'copy' })).content.length).toBe(200_000);
  expect(server.figure('pool_completed_total{pool="requests"}')).toBe(7);
  expect(server.groups()).toMatchObject({ requests: { threads: 0 }, daemon: { connections: 1 } });
  const other = await server.connect();
  other.write(Buffer.concat([requestV1('2', 'none'), requestV1('2', 'a'), requestV1('3', 'a')]));
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) {
    const head = await readBytes(other, 11);
    statuses.push(head[0]!);
    await readBytes(other, head.readUInt16BE(9) + Number(head.readBigUInt64BE(1)));
  }
  expect(statuses).toEqual([1, 0, 0]);
  const refused = await server.connect();
  refused.write(requestV1('2', 'a'));
  expect((await readAll(refused))[0]).toBe(0x14);
  expect(server.refused).toEqual([expect.stringContaining('thread-per-request serves at most 2')]);
  // Neither the requests nor their threads leave anything open.
  await until(() => server.openObjects().length === 0);
  expect(server.defects).toEqual([]);
});

it('work-stealing: threads open objects for each other, and every request gets its own answer', async () => {
  const server = await threaded({ model: 'work-stealing' });
  const uris = Array.from({ length: 40 }, (_, i) => `o${i}`);
  for (const uri of uris) server.put(uri, `content of ${uri}`);
  const [one, other] = [await server.client(true), await server.client()];
  for (let round = 0; round < 5; round++) {
    const texts = await Promise.all([
      ...uris.map((uri) => one.get(uri, { mode: 'fdpass' })),
      ...uris.map((uri) => other.get(uri, { mode: 'copy' })),
      ...uris.map((uri) => one.get(uri, { mode: 'splice' })),
    ]);
    expect(texts.map(({ content }) => content.toString())).toEqual(
      [...uris, ...uris, ...uris].map((uri) => `content of ${uri}`),
    );
  }
  await expect(one.get('none', { mode: 'fdpass' })).rejects.toMatchObject({ status: 'not_found' });
  await expect(other.get('none', { mode: 'copy' })).rejects.toMatchObject({ status: 'not_found' });
  expect(server.groups().fdpass!.why).toMatch(/of \d+ pieces of store work \d+ were done by a thread/);
  // FDPASS opens at every request; COPY and SPLICE keep what they have once, as far as there is room.
  const pieces = () => Number(/of (\d+) pieces/.exec(server.groups().fdpass!.why)?.[1]);
  await until(() => pieces() >= 5 * uris.length + 2);
  expect(server.defects).toEqual([]);
});

it('auto: begins with a thread, and says why it takes another', async () => {
  const server = await threaded(
    { model: 'auto', fdpassThreads: 2 },
    { planOf: (pools) => concurrencyPlan(pools, 2) },
  );
  server.put('a', 'hello');
  const clients = [await server.client(), await server.client()];
  for (const client of clients) await client.get('a');
  expect(server.groups().fdpass).toMatchObject({ threads: 1, connections: 2 });
  expect(server.said.at(0)).toMatch(/^threads_planned: .*at most 2, because fdpass_threads is 2/);
  // Fewer are allowed than are offered: that is decided at the next look.
  server.engine.configure({ ...server.settings, limits: { ...server.settings.limits, max_queue_depth: 10 } });
  server.registry.rotate();
  expect(server.said.at(-1)).toMatch(/^threads_tuned: max_queue_depth is 10 instead of 1000, because /);
});

it('shows how long work takes beside waiting, and how much a connection and an object are', async () => {
  const server = await threaded();
  server.put('a', 'hello');
  server.put('b', 'hello objects');
  const clients = [await server.client(), await server.client()];
  for (const client of clients) for (const uri of ['a', 'b', 'b']) await client.get(uri);
  await expect(clients[0]!.get('none')).rejects.toThrow();
  await until(() => server.figure('requests_copy_total') === 7 && server.figure('requests_total') === 7);
  server.registry.rotate();
  server.registry.sample();
  server.registry.rotate();
  expect(server.figure('requests_per_connection')).toBe(3.5);
  expect(server.figure('mean_object_bytes')).toBeCloseTo((5 * 2 + 13 * 4) / 6);
  expect(server.figure('work_ratio')).toBeGreaterThan(0);
  expect(server.figure('work_ratio')).toBeLessThanOrEqual(1);
  expect(server.figure('disk_pending')).toBe(0);
});
