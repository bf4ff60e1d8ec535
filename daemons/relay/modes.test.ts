/** What clients in each mode see, over real sockets. */
import { afterEach, expect, it } from 'vitest';
import { until } from '../runtime/test-fixtures/until.ts';
import { dataPayload, framed, type TestClient, TestRelay } from './test-relay.ts';

let relay: TestRelay;
afterEach(() => relay.close());

it('echoes frames of a client that never says hello, byte for byte, empty ones included', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  for (const payload of ['hello', '', '\0{"type":"greeting"}', '\x01\x02', '{"type":"hello"}']) {
    client.send(payload);
    expect(await client.text()).toBe(payload);
  }
});

it('echoes a frame that arrives one byte at a time', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  for (const byte of framed('split')) {
    client.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await client.text()).toBe('split');
});

it('delivers all of 100 clients x 10 messages, in order', async () => {
  relay = await TestRelay.start();
  const clients = await Promise.all(Array.from({ length: 100 }, () => relay.connect()));
  for (let message = 0; message < 10; message++)
    for (const [index, client] of clients.entries()) client.send(`${index}:${message}`);
  await Promise.all(
    clients.map(async (client, index) => {
      for (let message = 0; message < 10; message++) expect(await client.text()).toBe(`${index}:${message}`);
    }),
  );
  expect(relay.metrics.framesIn.value).toBe(1_000);
  expect(relay.metrics.framesOut.value).toBe(1_000);
  relay.registry.rotate();
  relay.registry.sample();
  expect(relay.registry.values[relay.registry.layout.slot('signalbox_relay_frame_latency_seconds')]).toBe(
    1_000,
  );
});

it('broadcasts to everybody else: untouched to plain clients, with the sender to the others', async () => {
  relay = await TestRelay.start({ mode: 'broadcast' });
  const [a, b] = [await relay.connect(), await relay.connect()];
  const greeted = await relay.greet('broadcast', 'carol');
  await until(() => relay.server.relay.broadcast.size === 3);
  a.send('\0plain');
  expect(await b.text()).toBe('\0plain');
  const assigned = [...relay.server.relay.peers()].find(
    (peer) => peer.connection.port === a.socket.localPort,
  );
  expect(await greeted.text()).toBe(dataPayload(4, [assigned!.id], '\0plain').toString('latin1'));
  greeted.send(dataPayload(4, [], 'tagged', 7));
  expect(await a.text()).toBe('tagged');
  expect(await b.text()).toBe('tagged');
  expect(await greeted.message()).toEqual({ type: 'ack', id: 7, delivered: 2 });
  expect(a.buffered + b.buffered + greeted.buffered).toBe(0);
});

it('welcomes a client, assigns an id where it names none, and tells it the limits', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  const welcome = await client.ask({
    type: 'hello',
    id: 'x1',
    mode: 'direct',
    features: ['presence', 'future'],
  });
  expect(welcome).toMatchObject({
    type: 'welcome',
    id: 'x1',
    protocol: 1,
    mode: 'direct',
    features: ['presence'],
  });
  expect(welcome?.peer).toMatch(/^peer-[0-9a-f]{12}$/);
  expect(welcome?.limits).toMatchObject({ max_frame_bytes: 1 << 20, ping_seconds: 30 });
  expect(await client.ask({ type: 'ping', id: 3 })).toEqual({ type: 'pong', id: 3 });
  expect(await client.ask({ type: 'hello' })).toMatchObject({ type: 'error', code: 'already_greeted' });
});

it('refuses a hello with a reason and lets the client try again', async () => {
  relay = await TestRelay.start({ modes: ['rooms', 'echo'] });
  await relay.greet('rooms', 'alice');
  const client = await relay.connect();
  const ask = (more: object) => client.ask({ type: 'hello', id: 1, ...more });
  expect(await ask({ mode: 'rooms', peer: 'alice' })).toMatchObject({ code: 'peer_taken', id: 1 });
  expect(await ask({ mode: 'direct' })).toMatchObject({ code: 'mode_not_allowed' });
  expect(await ask({ mode: 'rooms', peer: 'no spaces' })).toMatchObject({ code: 'bad_peer_id' });
  expect(await ask({ mode: 'rooms', peer: 'x'.repeat(65) })).toMatchObject({ code: 'bad_peer_id' });
  expect(await ask({ mode: 5 })).toMatchObject({ code: 'bad_hello' });
  expect(await ask({ mode: 'rooms', peer: 'bob' })).toMatchObject({ type: 'welcome', peer: 'bob' });
});

it('wants a hello where the listener says so', async () => {
  relay = await TestRelay.start({ listen: [{ host: '127.0.0.1', port: 0, mode: 'rooms' }] });
  const client = await relay.connect();
  client.send('plain');
  expect(await client.message()).toMatchObject({ type: 'error', code: 'hello_required' });
  expect(await client.next()).toBeNull();
});

it('runs rooms: create, join, list, members, messages with sender and ack, presence, leave', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice', ['presence']);
  const bob = await relay.greet('rooms', 'bob');
  expect(await alice.ask({ type: 'create', id: 1, room: 'den' })).toEqual({
    type: 'joined',
    id: 1,
    room: 'den',
    created: true,
    members: 1,
  });
  expect(await bob.ask({ type: 'create', id: 2, room: 'den' })).toMatchObject({ code: 'room_exists', id: 2 });
  expect(await bob.ask({ type: 'join', id: 3, room: 'nowhere', create: false })).toMatchObject({
    code: 'unknown_room',
  });
  bob.send(dataPayload(2, ['den'], 'too early', 9));
  expect(await bob.message()).toMatchObject({ code: 'not_member', id: 9 });
  expect(await bob.ask({ type: 'join', id: 4, room: 'den' })).toMatchObject({ created: false, members: 2 });
  expect(await alice.message()).toEqual({
    type: 'presence',
    room: 'den',
    peer: 'bob',
    event: 'joined',
    members: 2,
  });
  expect(await bob.ask({ type: 'join', id: 5, room: 'den' })).toMatchObject({ code: 'already_member' });
  expect(await bob.ask({ type: 'list' })).toMatchObject({ total: 1, rooms: [{ room: 'den', members: 2 }] });
  expect(await bob.ask({ type: 'members', room: 'den', limit: 1 })).toMatchObject({
    total: 2,
    members: ['alice'],
    next: 1,
  });
  expect(await bob.ask({ type: 'members', room: 'den', offset: 1 })).toMatchObject({
    members: ['bob'],
    next: null,
  });

  bob.send(dataPayload(2, ['den'], 'hi all', 77));
  expect(await alice.text()).toBe(dataPayload(2, ['den', 'bob'], 'hi all').toString('latin1'));
  expect(await bob.message()).toEqual({ type: 'ack', id: 77, delivered: 1 });
  bob.send(dataPayload(2, ['den'], ''));
  expect(await alice.text()).toBe(dataPayload(2, ['den', 'bob'], '').toString('latin1'));

  expect(await bob.ask({ type: 'leave', id: 6, room: 'den' })).toEqual({ type: 'left', id: 6, room: 'den' });
  expect(await alice.message()).toMatchObject({ type: 'presence', peer: 'bob', event: 'left', members: 1 });
  expect(await bob.ask({ type: 'leave', room: 'den' })).toMatchObject({ code: 'not_member' });
  alice.close();
  await until(() => relay.server.relay.rooms.size === 0);
});

it('tells the others when a member loses its connection', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('rooms', 'alice', ['presence']);
  const bob = await relay.greet('rooms', 'bob');
  await alice.ask({ type: 'join', room: 'den' });
  await bob.ask({ type: 'join', room: 'den' });
  await alice.message();
  bob.close();
  expect(await alice.message()).toMatchObject({ type: 'presence', peer: 'bob', event: 'left' });
});

it('keeps to the limits of rooms and members', async () => {
  relay = await TestRelay.start({ max_rooms: 2, rooms_per_peer: 1, members_per_room: 1, room_name_bytes: 8 });
  const clients: TestClient[] = [];
  for (let i = 0; i < 3; i++) clients.push(await relay.greet('rooms'));
  const join = (index: number, room: string) => clients[index]!.ask({ type: 'join', room });
  expect(await join(0, 'a')).toMatchObject({ type: 'joined' });
  expect(await join(0, 'b')).toMatchObject({ code: 'too_many_joined' });
  expect(await join(1, 'a')).toMatchObject({ code: 'room_full' });
  expect(await join(1, 'b')).toMatchObject({ type: 'joined' });
  expect(await join(2, 'c')).toMatchObject({ code: 'too_many_rooms' });
  expect(await join(2, 'line\nbreak')).toMatchObject({ code: 'bad_room_name' });
  expect(await join(2, 'ninebytes')).toMatchObject({ code: 'bad_room_name' });
});

it('delivers direct messages by peer id and names the request when nobody has that id', async () => {
  relay = await TestRelay.start();
  const alice = await relay.greet('direct', 'alice');
  const bob = await relay.greet('rooms', 'bob');
  await relay.greet('echo', 'echoer');
  alice.send(dataPayload(3, ['bob'], 'psst', 5));
  expect(await bob.text()).toBe(dataPayload(3, ['alice'], 'psst').toString('latin1'));
  expect(await alice.message()).toEqual({ type: 'ack', id: 5, delivered: 1 });
  for (const nobody of ['zoe', 'echoer']) {
    alice.send(dataPayload(3, [nobody], 'psst', 6));
    expect(await alice.message()).toMatchObject({ type: 'error', id: 6, code: 'unknown_peer' });
  }
  expect(await alice.ask({ type: 'join', id: 8, room: 'den' })).toMatchObject({ code: 'wrong_mode', id: 8 });
});

it('echoes tagged frames as they came, and without the id where there is one', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('echo');
  client.send(dataPayload(1, [], 'one'));
  expect(await client.text()).toBe('\x01one');
  client.send(dataPayload(1, [], 'two', 12));
  expect(await client.text()).toBe('\x01two');
  expect(await client.message()).toEqual({ type: 'ack', id: 12, delivered: 1 });
});

it('tells a greeted client what was wrong with a frame and goes on', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('rooms', 'alice');
  const bad: [Buffer | string, string][] = [
    ['', 'bad_data'],
    ['\x09what', 'bad_data'],
    ['\x12\0\0', 'bad_data'],
    ['\x02', 'bad_data'],
    ['\x02\x09short', 'bad_data'],
    [dataPayload(2, ['none'], 'x'), 'unknown_room'],
    [dataPayload(1, [], 'x'), 'wrong_mode'],
    [dataPayload(4, [], 'x'), 'wrong_mode'],
    ['\0not json', 'bad_control'],
    ['\0[1]', 'bad_control'],
    ['\0{"type":"toString"}', 'bad_control'],
    ['\0{"type":"join"}', 'bad_control'],
    [`\0{"type":"join","room":"${'x'.repeat(9_000)}"}`, 'control_too_large'],
  ];
  for (const [payload, code] of bad) {
    client.send(payload);
    expect(await client.message()).toMatchObject({ type: 'error', code });
  }
  expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong', id: null });
});
