/** The object server as clients and operators see it: copies over a Unix socket, access, commands, reload and drain. */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, lstatSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { until } from '../runtime/test-fixtures/until.ts';
import { FIXED_LIMITS } from './limits.ts';
import { COPY_PREFIX } from './store/copy-folder.ts';
import { TestDaemon } from './test-daemon.ts';

it('hands out objects by COPY over a Unix socket that only its owner may use', async () => {
  const daemon = await TestDaemon.start({}, { 'a.txt': 'hello objects', 'b/empty': '' });
  expect(daemon.places).toEqual([join(daemon.dataDir, 'objects.sock')]);
  expect(lstatSync(daemon.places[0]!).mode & 0o777).toBe(0o600);
  const client = await daemon.client();
  expect(await client.ask('2', 'a.txt')).toMatchObject({
    status: 0,
    content: 'hello objects',
    sizeBytes: 13,
  });
  expect(await client.ask('2', '/a.txt')).toMatchObject({ status: 0, content: 'hello objects' });
  expect(await client.ask('2', 'b/empty')).toMatchObject({ status: 0, content: '', sizeBytes: 0 });
  expect(await client.ask('2', 'none')).toMatchObject({ status: 1, content: '' });
  expect(await client.ask('2', '../bans.json')).toMatchObject({ status: 2 });
});

it('answers pipelined requests in their order, also when nobody reads them for a while', async () => {
  const large = randomBytes(700_000).toString('base64');
  const daemon = await TestDaemon.start({}, { large, small: 'small' });
  const client = await daemon.client();
  client.socket.pause();
  for (let i = 0; i < 3; i++) {
    client.send('2', 'large');
    client.send('2', 'small');
  }
  const other = await daemon.client();
  expect(await other.ask('2', 'small')).toMatchObject({ content: 'small' });
  client.socket.resume();
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  for (let i = 0; i < 3; i++) {
    expect(sha((await client.answer()).content)).toBe(sha(large));
    expect((await client.answer()).content).toBe('small');
  }
});

it('never leaves its root, whatever a link says', async () => {
  const daemon = await TestDaemon.start({}, { 'a.txt': 'inside' });
  writeFileSync(join(daemon.dataDir, 'secret'), 'outside');
  symlinkSync(join(daemon.dataDir, 'secret'), join(daemon.root, 'link'));
  symlinkSync(daemon.dataDir, join(daemon.root, 'folder'));
  const client = await daemon.client();
  for (const uri of ['link', 'folder/secret']) expect((await client.ask('2', uri)).status).toBe(1);
  linkSync(join(daemon.root, 'a.txt'), join(daemon.root, 'same'));
  expect(await client.ask('2', 'same')).toMatchObject({ content: 'inside' });
});

it('does not show whoever may not read an object that it is there, and says so in the log', async () => {
  const access = [
    { prefix: 'private/', read: ['uid:4294967294'] },
    { prefix: 'private/mine/', read: [`uid:${process.getuid!()}`] },
  ];
  const daemon = await TestDaemon.start(
    { access },
    { 'a.txt': 'a', 'private/b': 'b', 'private/mine/c': 'c' },
  );
  const client = await daemon.client();
  expect(await client.ask('2', 'private/mine/c')).toMatchObject({ content: 'c' });
  const hidden = await client.ask('2', '/private/b');
  expect(hidden).toEqual(await client.ask('2', 'private/none'));
  expect(hidden.status).toBe(1);
  await vi.waitFor(() => expect(daemon.said('request_refused')).toHaveLength(2));
  const me = `uid ${process.getuid!()}, gid ${process.getgid!()}, pid ${process.pid}`;
  expect(daemon.said('request_refused')[0]).toBe(`client 1 at unix:: ${me}: may not read private/b`);
});

it('lists and kills clients by number, and says who they are', async () => {
  const daemon = await TestDaemon.start({}, { 'a.txt': 'a' });
  const [one, two] = [await daemon.client(), await daemon.client()];
  await one.ask('2', 'a.txt');
  await two.ask('2', 'a.txt');
  expect(await daemon.run('clients')).toMatchObject({
    rows: [
      { client: 1, address: 'unix:', peer: expect.stringContaining(`uid ${process.getuid!()}`), requests: 1 },
      { client: 2, class: 'default' },
    ],
  });
  expect(daemon.impact('kill', { client: 1 })).toBe('disconnects 1 client');
  await daemon.run('kill', { client: 1 });
  await one.closed;
  await expect(daemon.run('client', { client: 1 })).rejects.toThrow(
    'No client is connected with the number 1',
  );
  expect(await daemon.run('client', { client: 2 })).toMatchObject({ client: 2 });
  const { connections } = daemon.host.running!.tables as {
    connections: { rows(): Iterable<unknown[]>; total(): number };
  };
  expect([connections.total(), [...connections.rows()].map(([client]) => client)]).toEqual([1, [2]]);
});

it('shows bans in a live table', async () => {
  const daemon = await TestDaemon.start({}, {});
  await daemon.run('add-ban', { mask: '198.51.100.0/24', reason: 'spam', minutes: 0 });
  const { bans } = daemon.host.running!.tables as {
    bans: { rows(): Iterable<unknown[]>; total(): number };
  };
  expect([bans.total(), [...bans.rows()].map((row) => row.slice(0, 2))]).toEqual([
    1,
    [['198.51.100.0/24', 'spam']],
  ]);
});

it('lets nobody in while it is drained, and answers what was asked before', async () => {
  const daemon = await TestDaemon.start({}, { 'a.txt': 'a' });
  const client = await daemon.client();
  await client.ask('2', 'a.txt');
  expect(daemon.impact('drain')).toBe(
    'closes the connections of 1 client when they are answered, and lets nobody in until resume',
  );
  expect(await daemon.run('drain')).toEqual({ draining: true, clients: 1 });
  await client.closed;
  const refused = await daemon.client();
  await refused.closed;
  expect(daemon.said('client_refused')).toEqual(['unix:: the server is drained']);
  await daemon.run('resume');
  expect(await (await daemon.client()).ask('2', 'a.txt')).toMatchObject({ content: 'a' });
  await expect(daemon.run('resume')).rejects.toThrow('nothing was drained');
});

it('takes a reload over without dropping anyone, and names what needs a restart', async () => {
  const daemon = await TestDaemon.start({}, { 'a.txt': 'a', 'b.txt': 'b' });
  const client = await daemon.client();
  await client.ask('2', 'a.txt');
  const next = {
    listen: [{ path: 'objects.sock' }, { path: 'second.sock', mode: '0666' }],
    access: [{ prefix: 'b', read: [] }],
    root: 'elsewhere',
    concurrency_model: 'async',
  };
  expect(await daemon.host.reload(next)).toMatchObject({
    applied: ['listen', 'access'],
    restartRequired: ['root'],
  });
  expect(daemon.places).toEqual(['objects.sock', 'second.sock'].map((name) => join(daemon.dataDir, name)));
  expect((await client.ask('2', 'b.txt')).status).toBe(1);
  expect(await client.ask('2', 'a.txt')).toMatchObject({ content: 'a' });
  expect(await (await daemon.client(1)).ask('2', 'a.txt')).toMatchObject({ content: 'a' });
  await expect(daemon.host.reload({ listen: [{ path: 'x', group: 'no-such-group' }] })).rejects.toThrow(
    'no group no-such-group',
  );
  expect(daemon.places).toHaveLength(2);
});

it('changes limits and threads until the next reload', async () => {
  const daemon = await TestDaemon.start();
  expect(await daemon.run('set-limits', { max_clients: 1 })).toEqual({
    before: { max_clients: 4_096 },
    after: { max_clients: 1 },
  });
  const client = await daemon.client();
  await client.ask('2', 'none');
  await (await daemon.client()).closed;
  await expect(daemon.run('set-limits')).rejects.toThrow('Name at least one limit');
  expect(await daemon.run('set-threads', { model: 'async', fdpass_threads: 1 })).toMatchObject({
    after: { model: 'async', fdpassThreads: 1, spliceThreads: 0 },
  });
  await expect(daemon.run('set-threads')).rejects.toThrow('Name the model or a number of threads');
  await daemon.host.reload({ idle_seconds: 70, concurrency_model: 'async' });
  expect(await daemon.run('set-threads', { splice_threads: 1 })).toMatchObject({
    before: { model: 'async', fdpassThreads: 0, spliceThreads: 0 },
  });
  expect(await (await daemon.client()).ask('2', 'none')).toMatchObject({ status: 1 });
});

it('says what a stop would do, and drains', async () => {
  const daemon = await TestDaemon.start({}, { 'a.txt': 'a' });
  expect(daemon.host.running?.stopImpact?.()).toBeNull();
  const client = await daemon.client();
  await client.ask('2', 'a.txt');
  expect(daemon.host.running?.stopImpact?.()).toBe('disconnects 1 client');
  await daemon.drain(new AbortController().signal);
  await client.closed;
});

it('bans addresses of TCP, and no Unix socket', async () => {
  const daemon = await TestDaemon.start(
    { listen: [{ host: '127.0.0.1', port: 0 }, { path: 'o.sock' }] },
    { a: 'a' },
  );
  const [tcp, unix] = [await daemon.client(), await daemon.client(1)];
  await tcp.ask('2', 'a');
  await unix.ask('2', 'a');
  expect(daemon.impact('add-ban', { mask: '127.0.0.0/8' })).toBe('disconnects 1 client');
  expect(await daemon.run('add-ban', { mask: '127.0.0.0/8', reason: 'spam' })).toMatchObject({
    mask: '127.0.0.0/8',
    disconnected: 1,
  });
  await tcp.closed;
  await (await daemon.client()).closed;
  expect(await unix.ask('2', 'a')).toMatchObject({ content: 'a' });
  await expect(daemon.run('add-ban', { mask: 'unix:' })).rejects.toThrow('have no address');
  expect(await daemon.run('bans')).toMatchObject({
    rows: [{ mask: '127.0.0.0/8', reason: 'spam', by: 'eve' }],
  });
  await daemon.run('remove-ban', { mask: '127.0.0.1/8' });
  expect(await (await daemon.client()).ask('2', 'a')).toMatchObject({ content: 'a' });
});

it('keeps objects open, most used first, and forgets them on demand but for those that are pinned', async () => {
  const daemon = await TestDaemon.start({}, { a: 'a', b: 'b' });
  const client = await daemon.client();
  for (const uri of ['a', 'b', 'b']) await client.ask('2', uri);
  expect(await daemon.run('cache')).toMatchObject({
    rows: [{ uri: 'b' }, { uri: 'a', size: 1, pinned: false }],
  });
  await daemon.run('cache-pin', { uri: '/a' });
  expect(await daemon.run('cache-clear')).toEqual({ closed: 1 });
  expect(await daemon.run('cache')).toMatchObject({ rows: [{ uri: 'a', pinned: true }] });
  await daemon.run('cache-unpin', { uri: 'a' });
  await expect(daemon.run('cache-unpin', { uri: 'a' })).rejects.toThrow('a is not pinned');
  await expect(daemon.run('cache-pin', { uri: 'none' })).rejects.toThrow('No object has that URI');
  expect(await daemon.run('stat', { uri: 'a' })).toMatchObject({ uri: 'a', size: 1 });
  await expect(daemon.run('stat', { uri: '../a' })).rejects.toThrow('has a segment . or ..');
});

it('copies what is often read into the cache directory, and says where that is no faster', async () => {
  const daemon = await TestDaemon.start({ cache_dir: 'cache' }, { a: 'often', b: 'once' });
  const client = await daemon.client();
  await client.ask('2', 'b');
  for (let i = 0; i < FIXED_LIMITS.copy_requests.default; i++)
    expect(await client.ask('2', 'a')).toMatchObject({ content: 'often' });
  const cache = join(daemon.dataDir, 'cache');
  await until(() =>
    readdirSync(cache).some((name) => name.startsWith(`${COPY_PREFIX}`) && !name.endsWith('new')),
  );
  expect(readdirSync(cache)).toHaveLength(1);
  expect(await client.ask('2', 'a')).toMatchObject({ content: 'often' });
  await until(() => daemon.said('cache_pointless').length === 1);
});
