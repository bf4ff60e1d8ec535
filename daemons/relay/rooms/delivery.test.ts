/** Data frames of clients that said hello: bytes in, bytes out, acks, refusals, and what each costs its sender. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { ENDLESS, type MemoryClient, MemoryRelay } from '../test-model/memory-relay.ts';
import { dataPayload } from '../test-relay.ts';
import { fanOutNs } from './fan-out.ts';

let relay: MemoryRelay;
let ann: MemoryClient;
let bob: MemoryClient;
let cyd: MemoryClient;

beforeEach(() => {
  relay = new MemoryRelay();
  [ann, bob, cyd] = ['ann', 'bob', 'cyd'].map((id) => relay.greet('rooms', id)) as [
    MemoryClient,
    MemoryClient,
    MemoryClient,
  ];
  for (const one of [ann, bob]) one.ask({ type: 'join', room: 'den' });
});

const error = (code: string, id: number | null) => [{ type: 'error', id, code, message: expect.any(String) }];
const hex = (payloads: readonly Buffer[]) => payloads.map((payload) => payload.toString('latin1'));

describe('a frame to a room', () => {
  it('reaches the others with room and sender, and its sender hears how many took it', () => {
    ann.send(dataPayload(2, ['den'], 'hi', 0xffff_ffff));
    expect(hex(bob.payloads())).toEqual(['\x02\x03den\x03annhi']);
    expect(ann.messages()).toEqual([{ type: 'ack', id: 0xffff_ffff, delivered: 1 }]);
    expect(cyd.payloads()).toEqual([]);
    expect(relay.relay.rooms.get('den')?.frames).toBe(1);
  });

  it('is not acknowledged where it has no id, and may be empty', () => {
    ann.send(dataPayload(2, ['den'], ''));
    expect(hex(bob.payloads())).toEqual(['\x02\x03den\x03ann']);
    expect(ann.payloads()).toEqual([]);
  });

  it('does not count whom it did not fit', () => {
    cyd.ask({ type: 'join', room: 'den' });
    bob.full = true;
    ann.send(dataPayload(2, ['den'], 'hi', 0));
    expect(ann.messages()).toEqual([{ type: 'ack', id: 0, delivered: 1 }]);
  });

  it('is as old as what its sender sent', () => {
    ann.lastReceivedAt = 1_234;
    ann.send(dataPayload(2, ['den'], 'hi'));
    expect(bob.frames[0]).toMatchObject({ receivedAt: 1_234, control: false });
  });

  it('names a room that there is, and that its sender is in', () => {
    ann.send(dataPayload(2, ['attic'], 'hi', 5));
    expect(ann.messages()).toEqual(error('unknown_room', 5));
    cyd.send(dataPayload(2, ['den'], 'hi', 6));
    expect(cyd.messages()).toEqual(error('not_member', 6));
    expect(relay.relay.rooms.get('den')?.frames).toBe(0);
    expect(bob.payloads()).toEqual([]);
  });
});

describe('a frame to one client', () => {
  it('reaches it with its sender, who hears that it was taken', () => {
    ann.send(dataPayload(3, ['cyd'], 'psst', 1));
    expect(hex(cyd.payloads())).toEqual(['\x03\x03annpsst']);
    expect(ann.messages()).toEqual([{ type: 'ack', id: 1, delivered: 1 }]);
  });

  it('reaches those in the modes rooms and direct, and nobody else', () => {
    const dan = relay.greet('direct', 'dan');
    ann.send(dataPayload(3, ['dan'], 'psst'));
    dan.send(dataPayload(3, ['ann'], 'yes?'));
    expect([hex(dan.payloads()), hex(ann.payloads())]).toEqual([['\x03\x03annpsst'], ['\x03\x03danyes?']]);
    relay.greet('echo', 'eve');
    relay.greet('broadcast', 'fay');
    const plain = relay.connect('rooms');
    for (const nobody of ['eve', 'fay', 'zoe', plain.peer.id]) {
      ann.send(dataPayload(3, [nobody], 'psst', 2));
      expect(ann.messages()).toEqual(error('unknown_peer', 2));
    }
  });

  it('is refused where it was not taken', () => {
    cyd.full = true;
    ann.send(dataPayload(3, ['cyd'], 'psst', 3));
    expect(ann.messages()).toEqual(error('not_taken', 3));
  });
});

describe('an echo', () => {
  it('comes back as it was sent, in the memory that it came in, which is kept', () => {
    const eve = relay.greet('echo', 'eve');
    eve.intake.keeps = false;
    eve.send(dataPayload(1, [], 'one'));
    expect(eve.intake.keeps).toBe(true);
    expect(hex(eve.payloads())).toEqual(['\x01one']);
    eve.send(dataPayload(1, [], 'two', 9));
    expect(hex(eve.payloads())).toEqual(['\x01two', '\0{"type":"ack","id":9,"delivered":1}']);
  });

  it('that does not fit is acknowledged as delivered to nobody', () => {
    const eve = relay.greet('echo', 'eve');
    const take = eve.push.bind(eve);
    eve.push = (frame) => frame.control && take(frame);
    eve.send(dataPayload(1, [], 'two', 9));
    expect(eve.messages()).toEqual([{ type: 'ack', id: 9, delivered: 0 }]);
  });
});

describe('a broadcast', () => {
  it('reaches everybody else, bare without hello and with its sender with one', () => {
    const [gus, hal] = [relay.greet('broadcast', 'gus'), relay.greet('broadcast', 'hal')];
    const [plain, other] = [relay.connect('broadcast'), relay.connect('broadcast')];
    gus.send(dataPayload(4, [], 'all', 4));
    expect(hex(hal.payloads())).toEqual(['\x04\x03gusall']);
    expect([hex(plain.payloads()), hex(other.payloads())]).toEqual([['all'], ['all']]);
    expect(gus.messages()).toEqual([{ type: 'ack', id: 4, delivered: 3 }]);
    plain.intake.keeps = false;
    plain.send('bare');
    expect(plain.intake.keeps).toBe(true);
    const expected = Buffer.concat([
      Buffer.from([4, plain.peer.id.length]),
      Buffer.from(`${plain.peer.id}bare`),
    ]).toString('latin1');
    expect([hex(gus.payloads()), hex(hal.payloads())]).toEqual([[expected], [expected]]);
    expect([hex(other.payloads()), hex(plain.payloads())]).toEqual([['bare'], []]);
    expect(ann.payloads()).toEqual([]);
  });

  it('is as old as what its sender sent, in both forms, and written once for all', () => {
    const gus = relay.greet('broadcast', 'gus');
    const others = ['h', 'i'].map((id) => relay.greet('broadcast', id));
    const plain = [relay.connect('broadcast'), relay.connect('broadcast')];
    gus.lastReceivedAt = 99;
    gus.send(dataPayload(4, [], 'all'));
    for (const [one, two] of [others, plain]) {
      expect(one!.frames[0]).toBe(two!.frames[0]);
      expect(one!.frames[0]).toMatchObject({ receivedAt: 99, control: false });
    }
  });
});

it.each([
  ['an empty one', '', null],
  ['an unknown kind', '\x09what', null],
  ['an unknown kind with an id', '\x19\0\0\0\x07what', 7],
  ['a control kind with an id', '\x10\0\0\0\x07{}', 7],
  ['an id that is cut off', '\x12\0\0\0', null],
  ['no name', '\x02', null],
  ['no name behind an id', '\x12\0\0\0\x05', 5],
  ['an empty name', '\x02\0den', null],
  ['a name that is cut off', '\x02\x04den', null],
  ['a name that is cut off, to one client', '\x03\x04bob', null],
] as const)('refuses %s', (_, payload, id) => {
  ann.send(payload);
  expect(ann.messages()).toEqual(error('bad_data', id));
  expect([bob.payloads(), relay.counted.errors]).toEqual([[], 1]);
});

it.each([
  ['rooms', 1],
  ['rooms', 4],
  ['direct', 1],
  ['direct', 2],
  ['direct', 4],
  ['echo', 2],
  ['echo', 3],
  ['echo', 4],
  ['broadcast', 1],
  ['broadcast', 2],
  ['broadcast', 3],
] as const)('has in the mode %s no frames of kind %i', (mode, kind) => {
  const client = relay.greet(mode, 'mo');
  client.send(dataPayload(kind, [['', 'echo', 'den', 'bob', ''][kind]!].filter(Boolean), 'x', 8));
  expect(client.messages()).toEqual(error('wrong_mode', 8));
  expect(bob.payloads()).toEqual([]);
});

it('names an unknown kind in two digits', () => {
  ann.send('\x09');
  expect(ann.messages()[0]?.message).toContain('0x09');
});

describe('what a frame to a room costs its sender', () => {
  it('is a price for every receiver and byte, and for each connection that has to be written to', () => {
    expect(fanOutNs(10, 100, 0)).toBe(10 * (60 + 100 * 0.3));
    expect(fanOutNs(10, 100, 2)).toBe(10 * (60 + 100 * 0.3) + 2 * 6_000);
    expect(fanOutNs(10, 100, -5)).toBe(10 * (60 + 100 * 0.3));
  });

  it('is charged for small rooms at once and for others in pieces', () => {
    const spend = vi.spyOn(WorkTurns.prototype, 'spend');
    const costOf = (members: number) => {
      const small = new MemoryRelay();
      const guests = Array.from({ length: members }, (_, i) => small.greet('rooms', `m${i}`));
      for (const one of guests) one.ask({ type: 'join', room: 'den' });
      spend.mockClear();
      guests[0]!.send(dataPayload(2, ['den'], 'x'));
      return spend.mock.calls.map(([ns]) => ns);
    };
    // The frame: length, kind, two names behind their lengths, one byte.
    const bytes = 4 + 1 + 4 + 3 + 1;
    const price = (receivers: number) => receivers * (60 + bytes * 0.3);
    expect(costOf(32)).toEqual([price(32)]);
    expect(costOf(33)).toEqual([price(32), price(1)]);
    spend.mockRestore();
  });
});

it('reaches everybody in a large room over many turns, once, and acknowledges when all had it', () => {
  const due: (() => void)[] = [];
  const slow = new MemoryRelay({}, undefined, {
    turnMs: 0,
    sliceMs: 0,
    schedule: (callback) => due.push(callback),
  });
  const guests = Array.from({ length: 120 }, (_, i) => slow.greet('rooms', `m${i}`));
  for (const one of guests) slow.relay.rooms.enter(one.peer, 'den', 'either');
  guests[0]!.send(dataPayload(2, ['den'], 'x', 1));
  expect(guests[0]!.frames).toEqual([]);
  for (let turns = 0; slow.turns.busy && turns < 1_000; turns++)
    for (const callback of due.splice(0)) callback();
  expect(guests[0]!.messages()).toEqual([{ type: 'ack', id: 1, delivered: 119 }]);
  expect(guests.slice(1).every((one) => one.frames.length === 1)).toBe(true);
});

it('tells nobody of a departure who sees the same id in the room again', () => {
  const due: (() => void)[] = [];
  const slow = new MemoryRelay({}, undefined, { ...ENDLESS, schedule: (callback) => due.push(callback) });
  const watcher = slow.greet('rooms', 'watcher', ['presence']);
  const first = slow.greet('rooms', 'ann');
  for (const one of [watcher, first]) one.ask({ type: 'join', room: 'den' });
  watcher.messages();
  // Another message to the room is on its way, so the notice waits.
  const { gate } = slow.relay.rooms.get('den')!.audience;
  const holder = slow.greet('rooms', 'other').account;
  gate.holder = holder;
  first.end('gone', null);
  const second = slow.greet('rooms', 'ann');
  second.ask({ type: 'join', room: 'den' });
  slow.turns.run(holder, {
    step: () => {
      slow.turns.leave(gate);
      return 'done';
    },
  });
  for (let turns = 0; turns < 20; turns++) for (const callback of due.splice(0)) callback();
  expect(watcher.messages()).toEqual([
    { type: 'presence', room: 'den', peer: 'ann', event: 'joined', members: 2 },
  ]);
});
