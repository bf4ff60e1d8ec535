/** Models that open objects elsewhere or follow the load, and figures of all threads: threads of `worker_threads` are started here. */
import { expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { requestV1 } from '../protocol/test-requests.ts';
import { concurrencyPlan } from './concurrency-plan.ts';
import { readAll, readBytes } from './test-engine.ts';
import { MODES, threaded } from './test-threads.ts';

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

it('auto: begins with a thread, and says in the log what it decides and why', async () => {
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
  // Of the last second in which anything was asked or worked on.
  let workRatio = 0;
  await until(() => {
    // A second after the other, as the process has them.
    server.registry.sample();
    server.registry.rotate();
    workRatio = Math.max(workRatio, server.figure('work_ratio'));
    const isCounted = server.figure('requests_copy_total') === 7;
    return isCounted && server.figure('requests_per_connection') === 3.5 && workRatio > 0;
  });
  expect(server.figure('mean_object_bytes')).toBeCloseTo((5 * 2 + 13 * 4) / 6);
  expect(workRatio).toBeLessThanOrEqual(1);
  expect(server.figure('disk_pending')).toBe(0);
});
