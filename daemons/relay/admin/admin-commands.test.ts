/** Admin commands, bans, reload and drain, seen from clients on real sockets. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { manifest } from '../manifest.ts';
import { BanList } from '../net/ban-list.ts';
import { runAs } from '../test-admin.ts';
import { TestRelay } from '../test-relay.ts';
import { relayTables } from './tables.ts';

let relay: TestRelay;
const quiet = { info() {}, error() {} };
afterEach(() => relay.close());

type Commands = TestRelay['commands'];

const run = (name: keyof Commands, args: Record<string, unknown> = {}) => runAs(relay, name, args);

function impact(name: keyof Commands, args: Record<string, unknown>): string | null | undefined {
  const handler = relay.commands[name] as { impact?(args: unknown): string | null };
  return handler.impact?.(manifest.commands[name].args.parse(args));
}

it('refuses before anybody is asked what would be refused afterwards', async () => {
  relay = await TestRelay.start({ max_bans: 1 });
  const check = (name: keyof Commands, args: Record<string, unknown>) => () =>
    (relay.commands[name] as { check?(args: unknown): void }).check?.(
      manifest.commands[name].args.parse(args),
    );
  expect(check('kill', { client: 'nobody' })).toThrow('No client is connected as nobody.');
  expect(check('close-room', { room: 'none' })).toThrow('There is no room none.');
  expect(check('add-ban', {})).toThrow('kind');
  expect(check('add-ban', { kind: 'cidr', mask: 'nowhere' })).toThrow('is not an address or a range');
  expect(check('add-ban', { kind: 'peer', mask: 'alice' })).not.toThrow();
  await run('add-ban', { kind: 'peer', mask: 'alice' });
  expect(check('add-ban', { kind: 'peer', mask: 'bob' })).toThrow('The list holds its limit of 1 ban.');
});

it('kills a greeted and a plain client with a reason, and says who is not there', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice');
  const plain = await relay.connect();
  await until(() => relay.server.relay.size === 2);
  const plainId = [...relay.server.relay.peers()].find((peer) => !peer.tagged)!.id;
  expect(impact('kill', { client: 'alice' })).toBe('disconnects 1 client');
  expect(impact('kill', { client: 'nobody' })).toBeNull();
  expect(await run('kill', { client: 'alice', reason: 'be nice' })).toMatchObject({ client: 'alice' });
  expect(await alice.message()).toMatchObject({ type: 'error', code: 'kicked', message: 'be nice' });
  expect(await alice.next()).toBeNull();
  await run('kill', { client: plainId });
  expect(await plain.message()).toMatchObject({ code: 'kicked' });
  expect(await run('kill', { client: 'alice' })).toMatchObject({ code: 'not_found' });
});

it('lists and finds clients and rooms, in the columns of the manifest', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice');
  await relay.greet('direct', 'bob');
  await alice.ask({ type: 'join', room: 'den' });
  const { rows } = (await run('clients', { text: 'ali' })) as { rows: Record<string, unknown>[] };
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ peer: 'alice', mode: 'rooms', rooms: 1, class: 'default', framesIn: 2 });
  const columns = manifest.tables!.connections!.columns.map((column) => column.key);
  expect(Object.keys(rows[0]!)).toEqual(columns);
  expect(await run('client', { client: 'alice' })).toMatchObject({ rooms: ['den'], stage: 'greeted' });
  expect(await run('rooms')).toMatchObject({ rows: [{ room: 'den', members: 1, createdBy: 'alice' }] });
  expect(await run('room', { room: 'den' })).toMatchObject({ rows: [{ peer: 'alice' }] });
  expect(await run('room', { room: 'attic' })).toMatchObject({ code: 'not_found' });
  const tables = relayTables(relay.server.relay);
  expect(tables.connections.total()).toBe(2);
  expect([...tables.connections.rows()].map((row) => row[0])).toEqual(['alice', 'bob']);
  expect([...tables.rooms.rows()][0]).toHaveLength(manifest.tables!.rooms!.columns.length);
});

it('closes a room and tells its members', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice');
  const bob = await relay.greet('rooms', 'bob');
  for (const client of [alice, bob]) await client.ask({ type: 'join', room: 'den' });
  expect(impact('close-room', { room: 'den' })).toBe('takes 2 members out of the room');
  expect(await run('close-room', { room: 'den', reason: 'quiet hours' })).toEqual({
    closed: 'den',
    members: 2,
  });
  for (const client of [alice, bob])
    expect(await client.message()).toEqual({ type: 'room-closed', room: 'den', reason: 'quiet hours' });
  expect(relay.server.relay.rooms.size).toBe(0);
  expect(await alice.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
});

it('sends notices to greeted clients, to a room, and as bare payloads where asked', async () => {
  relay = await TestRelay.start({ mode: 'broadcast' });
  const alice = await relay.greet('rooms', 'alice');
  const bob = await relay.greet('direct', 'bob');
  const plain = await relay.connect();
  await until(() => relay.server.relay.size === 3);
  expect(impact('broadcast', { text: 'tea' })).toBe('sends a notice to 3 clients');
  expect(impact('broadcast', { text: 'tea', room: 'nowhere' })).toBeNull();
  expect(await run('broadcast', { text: 'tea', room: 'nowhere' })).toMatchObject({ code: 'not_found' });
  expect(await run('broadcast', { text: 'tea' })).toEqual({ delivered: 2, skipped: 1 });
  for (const client of [alice, bob])
    expect(await client.message()).toEqual({ type: 'notice', text: 'tea', room: null });
  expect(await run('broadcast', { text: 'cake', plain: true })).toEqual({ delivered: 3, skipped: 0 });
  expect(await plain.text()).toBe('cake');
  await alice.message();
  await alice.ask({ type: 'join', room: 'den' });
  expect(await run('broadcast', { text: 'den only', room: 'den' })).toEqual({ delivered: 1, skipped: 0 });
  expect(await alice.message()).toEqual({ type: 'notice', text: 'den only', room: 'den' });
});

it('bans by peer id and by range, keeps bans over a restart, and lifts them', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice');
  await run('add-ban', { kind: 'peer', mask: 'alice', reason: 'spam' });
  expect(await alice.message()).toMatchObject({ code: 'banned' });
  const again = await relay.connect();
  expect(await again.ask({ type: 'hello', peer: 'alice' })).toMatchObject({ code: 'banned' });
  expect(await again.next()).toBeNull();
  const bob = await relay.greet('rooms', 'bob');
  expect(impact('add-ban', { kind: 'cidr', mask: '127.0.0.0/8' })).toBe('disconnects 1 client');
  expect(await run('add-ban', { kind: 'cidr', mask: '127.0.0.1', minutes: 5 })).toEqual({
    kind: 'cidr',
    mask: '127.0.0.1/32',
    disconnected: 1,
    saved: true,
  });
  expect(await bob.message()).toMatchObject({ code: 'banned' });
  expect(await (await relay.connect()).message()).toMatchObject({ code: 'banned' });

  const reopened = await BanList.open(relay.dataDir, quiet);
  expect(reopened.all(Date.now())).toEqual(relay.bans.all(Date.now()));
  expect(reopened.ofAddress('127.0.0.1', Date.now())?.by).toBe('root');
  expect(reopened.ofAddress('127.0.0.1', Date.now() + 5 * 60_000)).toBeNull();
  expect(await run('bans')).toMatchObject({ rows: [{ mask: 'alice' }, { mask: '127.0.0.1/32' }] });

  expect(await run('remove-ban', { kind: 'cidr', mask: '127.0.0.1' })).toEqual({
    kind: 'cidr',
    mask: '127.0.0.1',
    saved: true,
  });
  expect(await run('remove-ban', { kind: 'cidr', mask: '127.0.0.1' })).toMatchObject({ code: 'not_found' });
  expect(await run('add-ban', { kind: 'cidr', mask: '2001:DB8::5/32' })).toMatchObject({
    mask: '2001:db8::/32',
  });
  expect(await run('add-ban', { kind: 'cidr', mask: '2001:db8:0:0::/32' })).toMatchObject({
    mask: '2001:db8::/32',
  });
  expect(await run('remove-ban', { kind: 'cidr', mask: '2001:db8:1::/32' })).toMatchObject({ saved: true });
  await run('remove-ban', { kind: 'peer', mask: 'alice' });
  await relay.greet('rooms', 'alice');
  expect(JSON.parse(await readFile(join(relay.dataDir, 'bans.json'), 'utf8'))).toEqual({
    version: 1,
    bans: [],
  });
  for (const ban of [
    { kind: 'cidr', mask: 'x' },
    { kind: 'peer', mask: 'a!b' },
  ])
    expect(await run('add-ban', ban)).toMatchObject({ code: 'bad_request' });
  await run('add-ban', { kind: 'cidr', mask: '192.0.2.0/24' });
  expect(await run('remove-ban', { kind: 'peer', mask: '192.0.2.0/24' })).toMatchObject({
    code: 'not_found',
  });
});

it('says of a ban that is not on disk that it holds only until the restart, and who it covers is gone', async () => {
  relay = await TestRelay.start();
  const bob = await relay.greet('rooms', 'bob');
  await rm(relay.dataDir, { recursive: true });
  expect(await run('add-ban', { kind: 'peer', mask: 'bob' })).toEqual({
    kind: 'peer',
    mask: 'bob',
    disconnected: 1,
    saved: false,
    warning: { code: 'not_saved', message: expect.stringMatching(/ENOENT.*holds only until the restart/) },
  });
  expect(await bob.message()).toMatchObject({ code: 'banned' });
  expect(await run('remove-ban', { kind: 'peer', mask: 'bob' })).toMatchObject({
    mask: 'bob',
    warning: { code: 'not_saved' },
  });
  await mkdir(relay.dataDir);
  expect(await run('add-ban', { kind: 'peer', mask: 'carol' })).toMatchObject({ saved: true });
});

it('starts with the last good bans when their file is damaged, and without a good copy not at all', async () => {
  relay = await TestRelay.start();
  await run('add-ban', { kind: 'cidr', mask: '192.0.2.0/24' });
  const file = join(relay.dataDir, 'bans.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('192.0.2.0/24', '192.0.2.0/240'));
  const damages: string[] = [];
  const reopened = await BanList.open(relay.dataDir, {
    info() {},
    error: (_, message) => damages.push(message),
  });
  expect(reopened.ofAddress('192.0.2.7', Date.now())).toMatchObject({ value: '192.0.2.0/24' });
  expect(damages[0]).toContain('bans.0.value: not an address range');
  for (const name of ['bans.json', 'bans.last-good.json']) await writeFile(join(relay.dataDir, name), '{');
  await expect(BanList.open(relay.dataDir, quiet)).rejects.toMatchObject({ code: 'init_failed' });
});

it('changes limits for clients that are there already', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  expect(await run('set-limits', { max_frame_bytes: 600, max_control_bytes: 600 })).toEqual({
    before: { max_frame_bytes: 1 << 20, max_control_bytes: 8 << 10 },
    after: { max_frame_bytes: 600, max_control_bytes: 600 },
  });
  client.send('x'.repeat(601));
  expect(await client.message()).toMatchObject({ code: 'frame_too_large' });
  expect(await run('set-limits')).toMatchObject({ code: 'bad_request' });
  expect(await run('set-limits', { max_frame_bytes: 8 << 20 })).toMatchObject({ code: 'refused' });
  expect(await run('set-limits', { max_control_bytes: 601 })).toMatchObject({ code: 'refused' });
  const { rows } = (await run('limits')) as { rows: { limit: string; value: number }[] };
  expect(rows.find((row) => row.limit === 'max_frame_bytes')?.value).toBe(600);
});

it('reloads without dropping anyone, also when its listener goes', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  const oldPort = relay.port;
  const outcome = await relay.reload({
    mode: 'broadcast',
    listen: [{ host: '127.0.0.1', port: 0, mode: 'echo' }],
  });
  expect(outcome).toMatchObject({ applied: ['listen', 'mode'], restartRequired: [] });
  expect(relay.port).not.toBe(oldPort);
  client.send('still echo');
  expect(await client.text()).toBe('still echo');
  const newer = await relay.connect();
  newer.send('echo here');
  expect(await newer.text()).toBe('echo here');
});

it('changes nothing when a new listener cannot be opened', async () => {
  relay = await TestRelay.start();
  const { port } = relay;
  const listen = [
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port },
  ];
  await expect(relay.reload({ listen, max_rooms: 3 })).rejects.toMatchObject({ code: 'address_in_use' });
  expect(relay.port).toBe(port);
  expect(relay.server.limits.max_rooms).not.toBe(3);
  await relay.connect();
});

it('drains: accepts nobody, says closing, sends what waits, and closes', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice');
  const plain = await relay.connect();
  plain.send(Buffer.alloc(900_000));
  await until(() => relay.metrics.framesIn.value === 2);
  const { port } = relay;
  await relay.server.drain('moving house', AbortSignal.timeout(5_000));
  expect((await plain.next())?.length).toBe(900_000);
  expect(await plain.next()).toBeNull();
  expect(await alice.message()).toEqual({ type: 'closing', reason: 'moving house' });
  expect(await alice.next()).toBeNull();
  await expect(relay.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('waits for a slow client longer than close_flush_ms, up to the deadline', async () => {
  relay = await TestRelay.start({ close_flush_ms: 50 });
  const payload = Buffer.alloc(1 << 20, 'd');
  const slowOne = async () => {
    const client = await relay.connect();
    client.socket.pause();
    for (let i = 0; i < 12; i++) client.send(payload);
    return client;
  };
  const slow = await slowOne();
  const peers = () => [...relay.server.relay.peers()];
  await until(() => peers()[0]?.connection.intake.choked === true);
  const echoed = relay.metrics.framesIn.value;
  await slowOne();
  await until(() => peers()[1]?.connection.intake.choked === true);
  // This one is given that time, and shows when it is over.
  peers()[1]?.connection.end('not drained', null);
  const drained = relay.server.drain('bye', AbortSignal.timeout(10_000));
  await until(() => relay.server.openSockets < 2);
  slow.socket.resume();
  for (let i = 0; i < echoed; i++) expect((await slow.next())?.equals(payload)).toBe(true);
  expect(await slow.next()).toBeNull();
  await drained;
});

it('does not wait longer than the deadline for a client that does not read', async () => {
  relay = await TestRelay.start({ close_flush_ms: 60_000 });
  const stuck = await relay.connect();
  stuck.socket.pause();
  for (let i = 0; i < 12; i++) stuck.send(Buffer.alloc(1 << 20));
  await until(() => [...relay.server.relay.peers()].some((peer) => peer.connection.outbox.queuedBytes > 0));
  await relay.server.drain('bye', AbortSignal.timeout(100));
  await until(() => relay.server.openSockets === 0);
});

it('shows who connects too fast, and lets them in again', async () => {
  relay = await TestRelay.start({ connect_burst: 2, connects_per_second: 1 });
  await relay.connect();
  await relay.connect();
  expect(await (await relay.connect()).message()).toMatchObject({ code: 'connect_throttled' });
  expect(await run('throttle')).toMatchObject({ rows: [{ network: '127.0.0.1', open: 2, recovers: 2 }] });
  expect(await run('reset-throttle', { address: '127.0.0.1' })).toEqual({ forgotten: 1 });
  expect(await run('throttle')).toEqual({ rows: [] });
  await relay.greet('rooms', 'alice');
});
