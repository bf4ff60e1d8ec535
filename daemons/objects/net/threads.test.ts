/** Connections served by threads of their own, end to end in one process: threads of `worker_threads` are really started here. */
import { expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import type { ObjectsClient } from '../client/objects-client.ts';
import { requestV1 } from '../protocol/test-requests.ts';
import { concurrencyPlan } from './concurrency-plan.ts';
import { readAll, readBytes } from './test-engine.ts';
import { MODES, threaded } from './test-threads.ts';

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

it('what no thread has taken when the server ends is closed, and everybody is told', async () => {
  const server = await threaded();
  const sockets = [await server.connect(), await server.connect(), await server.connect()];
  // Threads are just being started.
  await until(() => server.clients().length === 3);
  await server.engine.close();
  for (const socket of sockets) expect(await readAll(socket)).toEqual(Buffer.alloc(0));
  expect(server.closed.sort()).toEqual([1, 2, 3]);
  expect(server.clients()).toEqual([]);
});
