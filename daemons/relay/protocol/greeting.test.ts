/** Hello and welcome: what counts as a hello, who is let in as whom, and what a client is told. */
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryRelay } from '../test-model/memory-relay.ts';
import { helloIn } from './greeting.ts';

const HELLO = '\0{"type":"hello"}';
const error = (code: string, id: unknown = null) => [
  { type: 'error', id, code, message: expect.any(String) },
];

describe('a payload', () => {
  const found = (payload: string, most = 100) => {
    // Something stands before and behind it, as in a read of several frames.
    const bytes = Buffer.from(`..${payload}}}`);
    return helloIn(bytes, 2, bytes.length - 2, most);
  };

  it('is a hello where it is a zero byte and an object of that type', () => {
    expect(found(HELLO)).toEqual({ type: 'hello' });
    expect(found('\0{"id":1,"type":"hello","mode":5}')).toEqual({ id: 1, type: 'hello', mode: 5 });
  });

  it.each([
    '',
    '\0',
    '\0{',
    '{"type":"hello"}',
    '\x01{"type":"hello"}',
    '\0 {"type":"hello"}',
    '\0{"type":"hello"',
    '\0{"type":"ping"}',
    '\0{}',
    '\0["hello"]',
    '\0null',
  ])('like %j is none', (payload) => {
    expect(found(payload)).toBeNull();
  });

  it('is a hello up to the size of a control frame', () => {
    expect(found(HELLO, HELLO.length)).toEqual({ type: 'hello' });
    expect(found(HELLO, HELLO.length - 1)).toBeNull();
  });
});

describe('a client that says hello', () => {
  let relay: MemoryRelay;
  beforeEach(() => {
    relay = new MemoryRelay({ max_frame_bytes: 5_000, max_control_bytes: 900, peer_id_bytes: 20 });
  });

  it('is told what holds for it', () => {
    const client = relay.connect();
    expect(
      client.ask({ type: 'hello', id: 3, mode: 'rooms', peer: 'ann', features: ['future', 'presence'] }),
    ).toEqual([
      {
        type: 'welcome',
        security: { mode: 'plain', tls: null },
        id: 3,
        protocol: 1,
        peer: 'ann',
        mode: 'rooms',
        features: ['presence'],
        limits: {
          max_frame_bytes: 5_000,
          max_control_bytes: 900,
          rooms_per_peer: 64,
          members_per_room: 10_000,
          room_name_bytes: 64,
          peer_id_bytes: 20,
          ping_seconds: 11,
          idle_seconds: 22,
        },
      },
    ]);
    expect([client.peer.stage, client.peer.presence]).toEqual(['greeted', true]);
    expect(relay.relay.peer('ann')).toBe(client.peer);
  });

  it('keeps the mode of the listener and gets an id and no features where it names none', () => {
    const client = relay.connect('broadcast');
    const [welcome] = client.ask({ type: 'hello' });
    expect(welcome).toMatchObject({ id: null, mode: 'broadcast', features: [] });
    expect(welcome?.peer).toMatch(/^peer-[0-9a-f]{12}$/);
    expect(relay.relay.broadcast.has(client.peer)).toBe(true);
    expect(client.peer.presence).toBe(false);
  });

  it('is not sent what a crowd is sent before it is welcome', () => {
    const client = relay.connect('broadcast');
    expect(relay.relay.broadcast.size).toBe(1);
    client.ask({ type: 'hello', mode: 'nonsense' });
    expect([relay.relay.broadcast.size, client.peer.stage]).toEqual([0, 'greeting']);
    client.ask({ type: 'hello', peer: 'ann' });
    expect(relay.relay.broadcast.size).toBe(1);
    expect(relay.relay.size).toBe(1);
  });

  it.each([
    [{ mode: 'nonsense' }, 'bad_hello'],
    [{ id: -1 }, 'bad_hello'],
    [{ id: 'x'.repeat(65) }, 'bad_hello'],
    [{ peer: 5 }, 'bad_hello'],
    [{ features: 'presence' }, 'bad_hello'],
    [{ features: ['x'.repeat(65)] }, 'bad_hello'],
    [{ features: new Array(33).fill('x') }, 'bad_hello'],
  ])('is refused for %j, without its id, because that may be what is wrong', (more, code) => {
    expect(relay.connect().ask({ type: 'hello', ...more })).toEqual(error(code));
  });

  it('may name as many features as there is room for', () => {
    relay.limits.max_control_bytes = 8_192;
    const features = [...new Array(31).fill('x'.repeat(64)), 'presence'];
    expect(relay.connect().ask({ type: 'hello', features })).toMatchObject([{ features: ['presence'] }]);
  });

  it.each([
    ['', 'bad_peer_id'],
    ['x'.repeat(21), 'bad_peer_id'],
    ['-x', 'bad_peer_id'],
    ['.x', 'bad_peer_id'],
    ['a b', 'bad_peer_id'],
    ['a/b', 'bad_peer_id'],
    ['aé', 'bad_peer_id'],
    ['a\n', 'bad_peer_id'],
  ])('may not be called %j', (peer, code) => {
    const client = relay.connect();
    expect(client.ask({ type: 'hello', id: 4, peer })).toEqual(error(code, 4));
    expect(client.peer.stage).toBe('greeting');
  });

  it.each(['x', '7', 'x'.repeat(20), 'A.b_c:d@e-f', '0123456789abcdef'])('may be called %s', (peer) => {
    expect(relay.connect().ask({ type: 'hello', peer })).toMatchObject([{ type: 'welcome', peer }]);
  });

  it('may not take the id of another, or come with one that is banned', () => {
    relay.greet('rooms', 'ann');
    const client = relay.connect();
    expect(client.ask({ type: 'hello', id: 1, peer: 'ann' })).toEqual(error('peer_taken', 1));
    relay.bans.set('eve', 'spam');
    expect(client.ask({ type: 'hello', id: 1, peer: 'eve' })).toEqual([
      { type: 'error', id: null, code: 'banned', message: 'The peer eve is banned: spam' },
    ]);
    expect([client.ended, relay.relay.size]).toEqual(['banned send', 1]);
  });

  it('may keep the id that it was given', () => {
    const client = relay.connect();
    const { id } = client.peer;
    expect(client.ask({ type: 'hello', peer: id })).toMatchObject([{ type: 'welcome', peer: id }]);
  });

  it('may have the modes that are offered, and is told which those are', () => {
    const few = new MemoryRelay({}, ['rooms', 'direct']);
    const client = few.connect();
    expect(client.ask({ type: 'hello', id: 2 })).toEqual([
      {
        type: 'error',
        id: 2,
        code: 'mode_not_allowed',
        message: 'The mode echo is not offered here; these are: rooms, direct.',
      },
    ]);
    expect(client.ask({ type: 'hello', mode: 'direct' })).toMatchObject([{ type: 'welcome' }]);
  });
});

describe('a client that does not', () => {
  it('is sent away where it must, with what it is told in the words of its frames', () => {
    const relay = new MemoryRelay();
    const client = relay.connect('rooms');
    client.send('plain');
    expect(client.payloads().map((payload) => payload[0])).toEqual(['{'.charCodeAt(0)]);
    expect(client.ended).toBe('hello_required send');
    const refused = relay.connect('echo');
    refused.ask({ type: 'hello', mode: 'x' });
    refused.send('plain');
    expect(refused.payloads().map((payload) => payload[0])).toEqual([0]);
    expect(refused.ended).toBe('hello_required send');
    expect(relay.ends).toHaveLength(2);
  });

  it('is plain from its first frame on, and no later hello is one', () => {
    const relay = new MemoryRelay();
    const client = relay.connect();
    client.send('first');
    client.send(HELLO);
    expect(client.payloads().map(String)).toEqual(['first', HELLO]);
    expect(client.peer.stage).toBe('plain');
  });

  it('says nothing that is too long for a hello', () => {
    const relay = new MemoryRelay({ max_control_bytes: 512 });
    const client = relay.connect();
    const long = `\0${JSON.stringify({ type: 'hello', pad: 'x'.repeat(600) })}`;
    client.send(long);
    expect(client.payloads().map(String)).toEqual([long]);
  });
});
