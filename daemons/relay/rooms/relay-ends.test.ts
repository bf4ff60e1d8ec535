/** How clients come and go: what they are told last, what is counted, and what stays behind of them. */
import { describe, expect, it } from 'vitest';
import { MemoryRelay } from '../test-model/memory-relay.ts';
import { framed } from '../test-relay.ts';

describe('a client that is ended', () => {
  it.each([
    [
      'frame_too_large',
      'send',
      (relay: MemoryRelay, client: never) => relay.relay.onOversized(client, 99),
      0,
      0,
    ],
    ['slow_reader', 'discard', (relay: MemoryRelay, client: never) => relay.relay.onSlowReader(client), 1, 0],
    [
      'too_much_unfinished',
      'send',
      (relay: MemoryRelay, client: never) => relay.relay.onUnfinished(client),
      0,
      1,
    ],
    ['slow_reader', 'discard', (relay: MemoryRelay, client: never) => relay.relay.onUnread(client), 1, 1],
  ] as const)('by %s is told so, with its queue: %s', (code, queue, end, slowReaders, memoryDisconnects) => {
    const relay = new MemoryRelay();
    const client = relay.greet('rooms', 'ann');
    end(relay, client.connection as never);
    expect(client.messages()).toEqual([{ type: 'error', id: null, code, message: expect.any(String) }]);
    expect(client.ended).toBe(`${code} ${queue}`);
    expect(relay.counted).toEqual({ errors: 1, slowReaders, memoryDisconnects });
    expect(relay.ends).toEqual([`ann ${code}`]);
    // Whoever is gone is not ended twice.
    end(relay, client.connection as never);
    expect(relay.counted.errors).toBe(1);
    expect(relay.counted.slowReaders).toBe(slowReaders);
    expect(relay.relay.size).toBe(0);
  });

  it('is closed at once where the memory of all is used up, and is not where data could be dropped', () => {
    const relay = new MemoryRelay();
    const [first, second, third] = ['a', 'b', 'c'].map((id) => relay.greet('rooms', id));
    relay.relay.onUnread(first!.connection);
    expect(first!.destroyed).toBe(true);
    second!.connectionClass.slowReader = 'drop-oldest';
    second!.droppable = 3;
    relay.relay.onUnread(second!.connection);
    expect([second!.ended, second!.destroyed]).toEqual([null, false]);
    second!.droppable = 0;
    relay.relay.onUnread(second!.connection);
    expect([second!.ended, second!.destroyed]).toEqual(['slow_reader discard', true]);
    third!.droppable = 3;
    relay.relay.onUnread(third!.connection);
    expect(third!.ended).toBe('slow_reader discard');
    expect(relay.counted).toEqual({ errors: 3, slowReaders: 3, memoryDisconnects: 3 });
  });

  it('by a frame too large is told by how much, without a kind byte where it never said hello', () => {
    const relay = new MemoryRelay({ max_frame_bytes: 700 });
    const client = relay.connect();
    relay.relay.onOversized(client.connection, 900);
    const [payload] = client.payloads();
    expect(JSON.parse(String(payload))).toMatchObject({
      message: 'A frame of 900 bytes was announced; at most 700 are allowed.',
    });
  });

  it('leaves its rooms, its id and the crowd, and says nothing any more', () => {
    const relay = new MemoryRelay();
    const ann = relay.greet('rooms', 'ann');
    const bob = relay.greet('rooms', 'bob', ['presence']);
    for (const one of [ann, bob]) for (const room of ['x', 'y']) one.ask({ type: 'join', room });
    bob.messages();
    ann.end('gone', null);
    expect(bob.messages()).toEqual(
      ['x', 'y'].map((room) => ({ type: 'presence', room, peer: 'ann', event: 'left', members: 1 })),
    );
    expect([relay.relay.peer('ann'), relay.relay.rooms.memberships]).toEqual([undefined, 2]);
    const late = framed('\0{"type":"join","room":"x"}');
    relay.relay.onFrame(ann.connection, late, 0, late.length);
    expect([relay.relay.rooms.memberships, ann.frames]).toEqual([2, []]);
    relay.relay.onEnd(ann.connection, 'again');
    expect(relay.ends).toEqual(['ann gone']);
    relay.relay.onGone(ann.connection);
    expect(relay.gone).toEqual([ann]);
  });
});

it('tells of presence only those who asked for it, and of themselves nobody', () => {
  const relay = new MemoryRelay();
  const [quiet, curious, guest] = [
    relay.greet('rooms', 'quiet'),
    relay.greet('rooms', 'curious', ['presence']),
    relay.greet('rooms', 'guest', ['presence']),
  ];
  for (const one of [quiet, curious, guest]) one.ask({ type: 'join', room: 'den' });
  guest.ask({ type: 'leave', room: 'den' });
  expect(quiet.payloads()).toEqual([]);
  expect(curious.messages().map(({ peer, event, members }) => [peer, event, members])).toEqual([
    ['guest', 'joined', 3],
    ['guest', 'left', 2],
  ]);
});

it('says closing to those who said hello, waits for their queues, and tells nobody of the others', () => {
  const relay = new MemoryRelay();
  const ann = relay.greet('rooms', 'ann', ['presence']);
  const bob = relay.greet('rooms', 'bob', ['presence']);
  const refused = relay.connect();
  refused.ask({ type: 'hello', mode: 'x' });
  const plain = relay.connect();
  for (const one of [ann, bob]) one.ask({ type: 'join', room: 'den' });
  ann.messages();
  relay.relay.close('moving');
  for (const one of [ann, bob, refused])
    expect(one.messages()).toEqual([{ type: 'closing', reason: 'moving' }]);
  expect(plain.payloads()).toEqual([]);
  for (const one of [ann, bob, refused, plain]) expect(one.ended).toBe('relay is closing wait');
  expect([relay.relay.size, relay.relay.rooms.size, relay.relay.rooms.memberships]).toEqual([0, 0, 0]);
});

it('gives every client an id of its own, and a crowd those in broadcast mode', () => {
  const relay = new MemoryRelay();
  const clients = (['echo', 'broadcast', 'rooms'] as const).map((mode) => relay.connect(mode));
  expect(new Set(clients.map(({ peer }) => peer.id)).size).toBe(3);
  expect([relay.relay.size, [...relay.relay.peers()].length, relay.relay.broadcast.size]).toEqual([3, 3, 1]);
  relay.relay.rename(clients[1]!.peer, 'bea', 'direct');
  expect([relay.relay.broadcast.size, relay.relay.peer('bea')]).toEqual([0, clients[1]!.peer]);
  expect(clients[1]!.peer.idBytes.toString()).toBe('bea');
});

it('says nothing to a client without hello, but counts what it did wrong', () => {
  const relay = new MemoryRelay();
  const client = relay.connect();
  relay.relay.tell(client.peer, { type: 'ping' });
  relay.relay.complain(client.peer, null, 'bad_data', 'x');
  expect([client.frames, relay.counted.errors]).toEqual([[], 1]);
});

describe('the name of a room', () => {
  const relay = new MemoryRelay({ room_name_bytes: 8 });
  const ann = relay.greet('rooms', 'ann');
  it.each(['a', 'eight by', 'öööö', 'a b', '#x!'])('may be %j', (room) => {
    expect(ann.ask({ type: 'join', room })).toMatchObject([{ type: 'joined', room }]);
  });
  it.each(['', 'nine byte', 'ööööö', ' a', 'a ', 'a\tb', 'a\0', 'a\u200bb', '\u0085x'])(
    'may not be %j',
    (room) => {
      expect(ann.ask({ type: 'join', room })).toMatchObject([{ code: 'bad_room_name' }]);
    },
  );
  it('is refused with its size', () => {
    expect(ann.ask({ type: 'join', room: 'ööööö' })[0]?.message).toBe(
      'A room name may have 8 bytes; this one has 10.',
    );
  });
});

it('keeps of a room who made it, when, and how many came', () => {
  const before = Date.now();
  const relay = new MemoryRelay({ members_per_room: 2, rooms_per_peer: 1, max_rooms: 2 });
  const [ann, bob, cyd, dan] = ['ann', 'bob', 'cyd', 'dan'].map((id) => relay.greet('rooms', id));
  const join = (client: typeof ann, room: string) => client!.ask({ type: 'join', room })[0];
  expect(join(ann, 'x')).toMatchObject({ members: 1 });
  expect(join(bob, 'x')).toMatchObject({ members: 2 });
  expect(join(cyd, 'x')).toMatchObject({ code: 'room_full' });
  expect(join(bob, 'y')).toMatchObject({ code: 'too_many_joined' });
  expect(join(cyd, 'y')).toMatchObject({ members: 1 });
  expect(join(dan, 'z')).toMatchObject({ code: 'too_many_rooms' });
  const room = relay.relay.rooms.get('x')!;
  expect([room.createdBy, room.frames]).toEqual(['ann', 0]);
  expect(room.createdAt).toBeGreaterThanOrEqual(before);
  ann!.ask({ type: 'leave', room: 'x' });
  expect(relay.relay.rooms.leave(ann!.peer, room)).toBe(false);
  expect([relay.relay.rooms.memberships, relay.relay.rooms.size]).toEqual([2, 2]);
  bob!.ask({ type: 'leave', room: 'x' });
  expect(relay.relay.rooms.all().map(({ name }) => name)).toEqual(['y']);
});
