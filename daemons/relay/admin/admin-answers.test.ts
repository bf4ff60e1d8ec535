/** Admin commands word for word: what each answers, refuses and does to those it concerns, with nothing said and with everything said. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Refused, runAs } from '../test-admin.ts';
import { type TestClient, TestRelay } from '../test-relay.ts';
import { connectionRow, relayInnerTables, relayTables } from './tables.ts';

let relay: TestRelay;
let ann: TestClient;
beforeEach(async () => {
  relay = await TestRelay.start({ mode: 'broadcast' });
  ann = await relay.greet('rooms', 'ann', ['presence']);
});
afterEach(() => relay.close());

const run = (name: Parameters<typeof runAs>[1], args: Record<string, unknown> = {}) =>
  runAs(relay, name, args);
const impact = (name: keyof TestRelay['commands'], args: object) =>
  (relay.commands[name] as { impact?(args: object): string | null }).impact?.(args);

async function others(...ids: readonly string[]): Promise<TestClient[]> {
  return await Promise.all(ids.map((id) => relay.greet('rooms', id)));
}

describe('lists', () => {
  it('have what matches, by id and by address, and no more rows than asked for', async () => {
    await others('bob', 'bea');
    const names = async (args: object) =>
      ((await run('clients', { ...args })) as { rows: { peer: string }[] }).rows
        .map(({ peer }) => peer)
        .sort();
    expect(await names({})).toEqual(['ann', 'bea', 'bob']);
    expect(await names({ text: 'b' })).toEqual(['bea', 'bob']);
    expect(await names({ text: '127.0' })).toEqual(['ann', 'bea', 'bob']);
    expect(await names({ text: 'nobody' })).toEqual([]);
    expect(await names({ limit: 2 })).toHaveLength(2);
    expect(await names({ text: 'b', limit: 2 })).toEqual(['bea', 'bob']);
    for (const room of ['den', 'attic', 'deck']) await ann.ask({ type: 'join', room });
    const rooms = async (args: object) =>
      ((await run('rooms', { ...args })) as { rows: { room: string }[] }).rows.map(({ room }) => room).sort();
    expect(await rooms({ text: 'de' })).toEqual(['deck', 'den']);
    expect(await rooms({ limit: 1 })).toHaveLength(1);
    for (const bob of await others('bo2', 'be2')) await bob.ask({ type: 'join', room: 'den' });
    const members = (await run('room', { room: 'den', limit: 2 })) as { rows: { peer: string }[] };
    expect(members.rows.map(({ peer }) => peer)).toEqual(['ann', 'bo2']);
    expect(((await run('room', { room: 'den' })) as { rows: object[] }).rows).toHaveLength(3);
  });

  it('say of one client all there is', async () => {
    await ann.ask({ type: 'join', room: 'den' });
    const [peer] = relay.server.relay.peers();
    expect(await run('client', { client: 'ann' })).toEqual({
      ...connectionRow(peer!, performance.now()),
      rooms: ['den'],
      port: ann.socket.localPort,
      stage: 'greeted',
      presence: true,
    });
    expect(await run('client', { client: 'bob' })).toMatchObject({
      code: 'not_found',
      message: 'No client is connected as bob.',
    });
  });
});

it('streams the same rows to windows that watch, with how many there are', async () => {
  await ann.ask({ type: 'join', room: 'den' });
  const { connections, rooms } = relayTables(relay.server.relay);
  const [peer] = relay.server.relay.peers();
  const row = Object.values(connectionRow(peer!, performance.now()));
  expect([[...connections.rows()], connections.total()]).toEqual([[row], 1]);
  expect([[...rooms.rows()], rooms.total()]).toEqual([[['den', 1, 0, expect.any(Number), 'ann']], 1]);
  const { members } = relayInnerTables(relay.server.relay);
  const den = members.about('den');
  expect([[...den!.rows()], den?.total()]).toEqual([[row], 1]);
  expect(members.about('attic')).toBeNull();
});

describe('what harms', () => {
  it('is answered with whom it met, and they hear why', async () => {
    expect(await run('kill', { client: 'ann' })).toEqual({ client: 'ann', address: '127.0.0.1', reason: '' });
    expect(await ann.message()).toEqual({
      type: 'error',
      id: null,
      code: 'kicked',
      message: 'An operator closed your connection.',
    });
    const [bob, bea] = await others('bob', 'bea');
    for (const one of [bob!, bea!]) await one.ask({ type: 'join', room: 'den' });
    expect(await run('close-room', { room: 'den' })).toEqual({ closed: 'den', members: 2 });
    expect(await bob!.message()).toEqual({
      type: 'room-closed',
      room: 'den',
      reason: 'An operator closed the room.',
    });
    expect(await run('close-room', { room: 'den' })).toMatchObject({
      code: 'not_found',
      message: 'There is no room den.',
    });
  });

  it('says beforehand whom it will meet', async () => {
    const [bob] = await others('bob');
    expect([impact('kill', { client: 'ann' }), impact('kill', { client: 'zoe' })]).toEqual([
      'disconnects 1 client',
      null,
    ]);
    expect(impact('close-room', { room: 'den' })).toBeNull();
    await bob!.ask({ type: 'join', room: 'den' });
    expect(impact('close-room', { room: 'den' })).toBe('takes 1 member out of the room');
    expect(impact('broadcast', { text: 'x', room: 'den' })).toBe('sends a notice to 1 client');
    expect(impact('broadcast', { text: 'x', room: '' })).toBe('sends a notice to 2 clients');
    expect(impact('add-ban', { kind: 'peer', mask: 'ann' })).toBe('disconnects 1 client');
    expect(impact('add-ban', { kind: 'peer', mask: 'zoe' })).toBeNull();
    expect(impact('add-ban', { kind: 'cidr', mask: '127.0.0.1' })).toBe('disconnects 2 clients');
    expect(impact('add-ban', { kind: 'cidr', mask: '192.0.2.0/24' })).toBeNull();
    expect(impact('add-ban', { kind: 'cidr', mask: 'nonsense' })).toBeNull();
  });

  it('is a notice to a room, or to all, which skips those who do not take it', async () => {
    const [bob] = await others('bob');
    const plain = await relay.connect();
    await vi.waitFor(() => expect(relay.server.relay.size).toBe(3));
    expect(await run('broadcast', { text: 'x', room: 'den' })).toMatchObject({ code: 'not_found' });
    await bob!.ask({ type: 'join', room: 'den' });
    expect(await run('broadcast', { text: 'x', room: 'den', plain: true })).toEqual({
      delivered: 1,
      skipped: 0,
    });
    expect(await run('broadcast', { text: 'y' })).toEqual({ delivered: 2, skipped: 1 });
    expect(await run('broadcast', { text: 'é', plain: true })).toEqual({ delivered: 3, skipped: 0 });
    expect(await plain.next()).toEqual(Buffer.from('é'));
    expect(await bob!.message()).toEqual({ type: 'notice', text: 'x', room: 'den' });
    expect(await ann.message()).toEqual({ type: 'notice', text: 'y', room: null });
    // Who says no hello and echoes is not in the crowd.
    const [first] = [...relay.server.relay.peers()].filter((peer) => !peer.tagged);
    relay.server.relay.broadcast.remove(first!);
    expect(await run('broadcast', { text: 'z', plain: true })).toEqual({ delivered: 2, skipped: 1 });
  });
});

describe('bans', () => {
  it('say who set them, why, and for how long', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    expect(await run('add-ban', { kind: 'peer', mask: 'eve' })).toEqual({
      kind: 'peer',
      mask: 'eve',
      disconnected: 0,
      saved: true,
    });
    await run('add-ban', { kind: 'cidr', mask: '192.0.2.7/24', minutes: 2, reason: 'spam' });
    expect(await run('bans')).toEqual({
      rows: [
        {
          kind: 'peer',
          mask: 'eve',
          reason: 'no reason given',
          by: 'root',
          createdAt: 1_000_000,
          expiresAt: null,
        },
        {
          kind: 'cidr',
          mask: '192.0.2.0/24',
          reason: 'spam',
          by: 'root',
          createdAt: 1_000_000,
          expiresAt: 1_120_000,
        },
      ],
    });
    vi.mocked(Date.now).mockReturnValue(1_120_000);
    expect(((await run('bans')) as { rows: object[] }).rows).toHaveLength(1);
    vi.restoreAllMocks();
    const refused = (await run('remove-ban', { kind: 'cidr', mask: 'eve' })) as Refused;
    expect([refused.code, refused.message]).toEqual([
      'not_found',
      'There is no cidr ban on eve; list them with bans.',
    ]);
    expect(await run('remove-ban', { kind: 'peer', mask: 'eve' })).toEqual({
      kind: 'peer',
      mask: 'eve',
      saved: true,
    });
  });

  it('tell those whom they cover, and them alone', async () => {
    const [bob] = await others('bob');
    expect(await run('add-ban', { kind: 'peer', mask: 'bob', reason: 'spam' })).toMatchObject({
      disconnected: 1,
    });
    expect(await bob!.message()).toMatchObject({ code: 'banned', message: 'You are banned: spam' });
    expect(await ann.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expect(await run('add-ban', { kind: 'cidr', mask: '128.0.0.0/8' })).toMatchObject({ disconnected: 0 });
    expect(await run('add-ban', { kind: 'cidr', mask: '127.0.0.1' })).toMatchObject({ disconnected: 1 });
    expect(await ann.message()).toMatchObject({ message: 'You are banned: no reason given' });
    const stranger = await relay.connect();
    expect(await stranger.message()).toMatchObject({
      code: 'banned',
      message: expect.stringContaining('no reason'),
    });
  });

  it('are as many as the limit says, and ids no longer than theirs', async () => {
    await run('set-limits', { max_bans: 2, peer_id_bytes: 20 });
    await run('add-ban', { kind: 'peer', mask: 'a' });
    await run('add-ban', { kind: 'peer', mask: 'b' });
    expect(await run('add-ban', { kind: 'peer', mask: 'c' })).toMatchObject({
      code: 'limit_reached',
      message: 'The list holds its limit of 2 bans.',
    });
    expect(await run('add-ban', { kind: 'peer', mask: 'x'.repeat(21) })).toMatchObject({
      code: 'bad_request',
      message: 'A peer id may have 20 bytes; this one has 21.',
    });
  });
});

describe('limits', () => {
  it('are shown with what they are by default, and say what they were before a change', async () => {
    expect(await run('set-limits', { max_rooms: 5 })).toEqual({
      before: { max_rooms: 10_000 },
      after: { max_rooms: 5 },
    });
    expect(await run('set-limits', { max_rooms: 6, page_entries: 10 })).toEqual({
      before: { max_rooms: 5, page_entries: 500 },
      after: { max_rooms: 6, page_entries: 10 },
    });
    const { rows } = (await run('limits')) as { rows: { limit: string }[] };
    expect(rows.find(({ limit }) => limit === 'max_rooms')).toMatchObject({
      value: 6,
      default: 10_000,
      unit: 'count',
    });
    expect(await run('set-limits', { idle_seconds: 30 })).toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/^idle_seconds: expected more than 30/),
    });
    expect(relay.server.limits.idle_seconds).toBe(90);
  });

  it('hold for clients that are connected, by their class', async () => {
    await run('set-limits', { ping_seconds: 7 });
    const [peer] = relay.server.relay.peers();
    expect(peer!.connection.connectionClass.limits.ping_seconds).toBe(7);
    await relay.reload({ mode: 'broadcast' });
    expect([relay.server.limits.ping_seconds, peer!.connection.connectionClass.limits.ping_seconds]).toEqual([
      30, 30,
    ]);
  });
});

it('shows and forgets who connects too fast, one address or all', async () => {
  await run('set-limits', { connect_burst: 5, connects_per_second: 1 });
  const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
  for (const address of addresses) await relay.greet('rooms', undefined, [], address);
  const shown = async (args = {}) =>
    ((await run('throttle', args)) as { rows: { network: string; open: number; recovers: number }[] }).rows;
  const known = (await shown()).filter(({ network }) => addresses.includes(network));
  expect(known.map(({ network, open, recovers }) => [network, open, recovers]).sort()).toEqual(
    addresses.map((address) => [address, 1, 1]),
  );
  expect(await shown({ limit: 2 })).toHaveLength(2);
  expect(await run('reset-throttle', { address: '127.0.0.3' })).toEqual({ forgotten: 1 });
  expect((await shown()).map(({ network }) => network)).not.toContain('127.0.0.3');
  await run('reset-throttle');
  expect(await shown()).toEqual([]);
});
