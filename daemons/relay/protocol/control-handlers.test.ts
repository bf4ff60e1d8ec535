/** Control frames of clients that said hello: every answer whole, and every refusal at its edge. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryClient, MemoryRelay } from '../test-model/memory-relay.ts';

let relay: MemoryRelay;
let ann: MemoryClient;
let bob: MemoryClient;

beforeEach(() => {
  relay = new MemoryRelay({ page_entries: 3 });
  ann = relay.greet('rooms', 'ann');
  bob = relay.greet('rooms', 'bob', ['presence']);
});

const error = (code: string, id: unknown = null) => [
  { type: 'error', id, code, message: expect.any(String) },
];

describe('rooms', () => {
  it('are created, joined and left, and each step is answered in full', () => {
    expect(bob.ask({ type: 'create', id: 'c', room: 'den' })).toEqual([
      { type: 'joined', id: 'c', room: 'den', created: true, members: 1 },
    ]);
    expect(ann.ask({ type: 'join', id: 2, room: 'den' })).toEqual([
      { type: 'joined', id: 2, room: 'den', created: false, members: 2 },
    ]);
    expect(bob.messages()).toEqual([
      { type: 'presence', room: 'den', peer: 'ann', event: 'joined', members: 2 },
    ]);
    expect(ann.ask({ type: 'leave', id: 3, room: 'den' })).toEqual([{ type: 'left', id: 3, room: 'den' }]);
    expect(bob.messages()).toEqual([
      { type: 'presence', room: 'den', peer: 'ann', event: 'left', members: 1 },
    ]);
    expect(ann.ask({ type: 'join', room: 'attic' })).toEqual([
      { type: 'joined', id: null, room: 'attic', created: true, members: 1 },
    ]);
  });

  it('are not created by a join that says so, nor twice', () => {
    expect(ann.ask({ type: 'join', id: 1, room: 'den', create: false })).toEqual(error('unknown_room', 1));
    expect(relay.relay.rooms.size).toBe(0);
    ann.ask({ type: 'create', room: 'den' });
    expect(bob.ask({ type: 'create', id: 4, room: 'den' })).toEqual(error('room_exists', 4));
    expect(bob.ask({ type: 'join', room: 'den', create: false })).toMatchObject([{ type: 'joined' }]);
  });

  it('cannot be left or listed by name where they are not, nor left by who is not in', () => {
    expect(ann.ask({ type: 'leave', id: 1, room: 'den' })).toEqual(error('not_member', 1));
    expect(ann.ask({ type: 'members', id: 2, room: 'den' })).toEqual(error('unknown_room', 2));
    bob.ask({ type: 'join', room: 'den' });
    expect(ann.ask({ type: 'leave', id: 3, room: 'den' })).toEqual(error('not_member', 3));
    expect(ann.ask({ type: 'members', id: 4, room: 'den' })).toEqual([
      { type: 'members', id: 4, room: 'den', total: 1, members: ['bob'], next: null },
    ]);
  });
});

describe('pages', () => {
  it.each<[object, number, string[], number | null]>([
    [{}, 3, ['r0', 'r1', 'r2'], null],
    [{}, 4, ['r0', 'r1', 'r2'], 3],
    [{ offset: 3 }, 4, ['r3'], null],
    [{ offset: 1, limit: 2 }, 4, ['r1', 'r2'], 3],
    [{ offset: 2, limit: 2 }, 4, ['r2', 'r3'], null],
    // No more than a page, whatever is asked for.
    [{ limit: 100 }, 4, ['r0', 'r1', 'r2'], 3],
    [{ offset: 4 }, 4, [], null],
  ])('of %j among the first of %i rooms are these', (page, rooms, names, next) => {
    for (let i = 0; i < rooms; i++) ann.ask({ type: 'create', room: `r${i}` });
    expect(ann.ask({ type: 'list', id: 9, ...page })).toEqual([
      { type: 'rooms', id: 9, total: rooms, rooms: names.map((room) => ({ room, members: 1 })), next },
    ]);
  });

  it('of members have the same edges', () => {
    const guests = ['c', 'd', 'e'].map((id) => relay.greet('rooms', id));
    for (const one of [ann, bob, ...guests]) one.ask({ type: 'join', room: 'den' });
    ann.messages();
    expect(ann.ask({ type: 'members', room: 'den' })).toEqual([
      { type: 'members', id: null, room: 'den', total: 5, members: ['ann', 'bob', 'c'], next: 3 },
    ]);
    expect(ann.ask({ type: 'members', room: 'den', offset: 3, limit: 1 })).toMatchObject([
      { members: ['d'], next: 4 },
    ]);
    expect(ann.ask({ type: 'members', room: 'den', offset: 4, limit: 1 })).toMatchObject([
      { members: ['e'], next: null },
    ]);
  });

  it.each([{ offset: -1 }, { offset: 0.5 }, { limit: 0 }, { limit: 1.5 }, { offset: 'x' }])(
    'of %j are refused',
    (page) => {
      for (const request of [{ type: 'list' }, { type: 'members', room: 'den' }])
        expect(ann.ask({ ...request, ...page })).toEqual(error('bad_control'));
    },
  );
});

describe('the id of a request', () => {
  const most = 0xffff_ffff;
  it.each([
    [0, 0],
    [most, most],
    ['', ''],
    ['x'.repeat(64), 'x'.repeat(64)],
    [undefined, null],
  ])('%j comes back with the answer', (id, back) => {
    expect(ann.ask({ type: 'ping', id })).toEqual([{ type: 'pong', id: back }]);
  });

  it.each([
    [-1, -1],
    [most + 1, most + 1],
    [1.5, 1.5],
    ['x'.repeat(65), null],
    [null, null],
    [true, null],
    [{}, null],
  ])('%j is refused', (id, back) => {
    expect(ann.ask({ type: 'ping', id })).toEqual(error('bad_control', back));
  });

  it('comes back with every refusal, and none where it is no id', () => {
    expect(ann.ask({ type: 'hello', id: 5 })).toEqual(error('already_greeted', 5));
    expect(ann.ask({ type: 'dance', id: 'd' })).toEqual(error('bad_control', 'd'));
    expect(ann.ask({ type: 7, id: 6 })).toEqual(error('bad_control', 6));
    expect(ann.ask({ id: 6 })).toEqual(error('bad_control', 6));
    expect(relay.greet('direct', 'dan').ask({ type: 'list', id: 1 })).toEqual(error('wrong_mode', 1));
  });
});

it('has a sign of life answered, and says nothing to one', () => {
  expect(ann.ask({ type: 'ping' })).toEqual([{ type: 'pong', id: null }]);
  expect(ann.ask({ type: 'pong', id: 3 })).toEqual([]);
});

it.each(['create', 'join', 'leave', 'list', 'members'])('has %s in the mode rooms alone', (type) => {
  for (const mode of ['direct', 'broadcast', 'echo'] as const) {
    const client = relay.greet(mode, mode);
    expect(client.ask({ type, room: 'den' })).toEqual(error('wrong_mode'));
    expect(client.ask({ type: 'ping' })).toMatchObject([{ type: 'pong' }]);
  }
  expect(relay.relay.rooms.size).toBe(0);
  const [answer] = ann.ask({ type, room: 'den' });
  expect(answer?.code).not.toBe('wrong_mode');
});

it('counts the kind byte in the size of a control frame, and takes the largest', () => {
  const small = new MemoryRelay({ max_control_bytes: 100 });
  const client = small.greet('rooms', 'al');
  const sized = (bytes: number) => {
    const text = '\0{"type":"ping","id":""}';
    return `${text.slice(0, -2)}${'x'.repeat(bytes - text.length)}"}`;
  };
  client.send(sized(86));
  client.send(`\0${JSON.stringify({ type: 'ping', pad: 'x'.repeat(75) })}`);
  client.send(`\0${JSON.stringify({ type: 'ping', pad: 'x'.repeat(76) })}`);
  const answers = client.messages();
  expect(answers.map(({ type }) => type)).toEqual(['pong', 'pong', 'error']);
  expect(answers[2]).toMatchObject({
    id: null,
    code: 'control_too_large',
    message: 'A control frame may have 100 bytes; this one has 101.',
  });
});

it.each(['not json', '[1]', 'null', '"ping"', '7', '', '{"type":"ping"'])(
  'refuses %j as a control frame',
  (text) => {
    ann.messages();
    ann.send(`\0${text}`);
    expect(ann.messages()).toEqual(error('bad_control'));
    expect(relay.counted.errors).toBe(1);
  },
);

it.each([
  { type: 'join' },
  { type: 'join', room: 5 },
  { type: 'create' },
  { type: 'leave' },
  { type: 'members' },
  { type: 'join', room: 'den', create: 'yes' },
  { type: 'constructor' },
])('refuses %j', (message) => {
  expect(ann.ask(message)).toEqual(error('bad_control'));
  expect(relay.relay.rooms.size).toBe(0);
});
