/** Sealed sessions over real sockets: who gets one, who does not and why, and what nobody on the way can do. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RelayRefusedError } from '../client/errors.ts';
import { CipherState } from '../noise/cipher-state.ts';
import { identityText } from '../noise/identity.ts';
import { PREAMBLE, PREAMBLE_FRAME } from '../noise/preamble.ts';
import { framed, TEST_SUITE, TestRelay } from '../test-relay.ts';
import { SealedClient } from './test-sealed-client.ts';

let relay: TestRelay;
const clients: SealedClient[] = [];

async function start(config: Record<string, unknown> = {}) {
  relay = await TestRelay.start(config);
}

async function sealed(seed?: number, options?: Parameters<typeof SealedClient.connect>[2]) {
  const client = await SealedClient.connect(relay.port, seed, options);
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await relay.close();
});

const identityOf = (seed: number) =>
  identityText(TEST_SUITE.signingKey(new Uint8Array(32).fill(seed)).publicKey);
const RELAY = identityOf(17);

it('echoes to a sealed client and to a plain one beside it, and shows each as what it is', async () => {
  await start();
  const begun = performance.now();
  const client = await sealed(3);
  expect(client.relay).toBe(RELAY);
  const big = Buffer.alloc(1 << 20, 'abcdefg');
  for (const payload of ['', 'x', 'hello', big]) {
    client.send(payload);
    expect((await client.next())?.equals(Buffer.from(payload))).toBe(true);
  }
  const plain = await relay.connect();
  plain.send('plain');
  expect(await plain.text()).toBe('plain');
  const { rows } = (await relay.commands.clients.run({ text: '', limit: 10 }, undefined as never)) as {
    rows: Record<string, unknown>[];
  };
  const passedSeconds = (performance.now() - begun) / 1_000;
  expect(rows.map(({ security, identity, cipher }) => [security, identity, cipher])).toEqual([
    ['noise', identityOf(3), 'ChaCha20-Poly1305'],
    ['plain', '', ''],
  ]);
  const [sealedAge, plainAge] = rows.map(({ keyAge }) => keyAge);
  expect(sealedAge).toBeGreaterThanOrEqual(0);
  // The table has whole seconds.
  expect(sealedAge).toBeLessThanOrEqual(Math.round(passedSeconds));
  expect(plainAge).toBeNull();
  relay.registry.sample();
  expect(relay.metrics.sealedClients.value).toBe(1);
});

it('says in the welcome what protects a connection', async () => {
  await start();
  const client = await sealed(3);
  const welcome = await client.ask({ type: 'hello', mode: 'rooms', peer: 'ann' });
  expect(welcome?.security).toEqual({
    mode: 'noise',
    tls: null,
    cipher: 'ChaCha20-Poly1305',
    identity: identityOf(3),
    relay: RELAY,
  });
  const plain = await relay.connect();
  expect((await plain.ask({ type: 'hello', mode: 'rooms', peer: 'bob' }))?.security).toEqual({
    mode: 'plain',
    tls: null,
  });
  expect(await client.ask({ type: 'join', room: 'den' })).toMatchObject({ type: 'joined' });
  expect(await plain.ask({ type: 'join', room: 'den' })).toMatchObject({ type: 'joined' });
  plain.send(Buffer.concat([Buffer.from([2, 3]), Buffer.from('denhello')]));
  expect((await client.next())?.toString('latin1')).toBe('\x02\x03den\x03bobhello');
  client.send(Buffer.concat([Buffer.from([2, 3]), Buffer.from('denback')]));
  expect(await plain.text()).toBe('\x02\x03den\x03annback');
});

it('takes the handshake in any split, and a first frame that is not quite it as data', async () => {
  await start();
  const probe = await relay.connect();
  const almost = Buffer.from(PREAMBLE_FRAME);
  almost[almost.length - 1]! ^= 1;
  for (const byte of almost.subarray(4)) expect(byte).toBeGreaterThan(0);
  const other = framed('signalbox relay is not asked for a session');
  for (const byte of other) probe.socket.write(Buffer.from([byte]));
  expect(await probe.text()).toBe('signalbox relay is not asked for a session');
});

it('keeps a session over many keys, both ways', async () => {
  await start({ rekey_frames: 2 });
  const client = await sealed(3, { rekey: { rekey_frames: 3, rekey_bytes: 1e9, rekey_seconds: 1e9 } });
  for (let i = 0; i < 20; i++) {
    client.send(`message ${i}`);
    expect((await client.next())?.toString()).toBe(`message ${i}`);
  }
  relay.registry.sample();
  expect(relay.metrics.rekeys.value).toBe(10);
});

describe('whom the relay does not take is told why, and nothing else', () => {
  const refusal = async (seed = 3) => (await sealed(seed)).failure as RelayRefusedError;

  it('where sealed sessions are not made', async () => {
    await start({ security: { mode: 'plain' } });
    expect((await refusal()).code).toBe('noise_not_offered');
    const plain = await relay.connect();
    plain.send('x');
    expect(await plain.text()).toBe('x');
  });

  it('where only sealed sessions are', async () => {
    await start({ security: { mode: 'noise' } });
    const plain = await relay.connect();
    plain.send('x');
    expect(await plain.message()).toMatchObject({ type: 'error', code: 'noise_required' });
    await plain.ended();
    const hello = await relay.connect();
    expect(await hello.ask({ type: 'hello' })).toMatchObject({ code: 'noise_required' });
    const client = await sealed();
    client.send('y');
    expect((await client.next())?.toString()).toBe('y');
  });

  it.each([{ mode: 'noise' }, { allow: [identityOf(3), identityOf(4)] }])(
    'where only sealed sessions are, and others broadcast to those: %j',
    async (security) => {
      await start({ mode: 'broadcast', security });
      const silent = await relay.connect();
      const [sender, member] = [await sealed(3), await sealed(4)];
      while (relay.server.relay.broadcast.size < 2) await new Promise((resolve) => setImmediate(resolve));
      sender.send('for members');
      expect((await member.next())?.toString()).toBe('for members');
      silent.send('x');
      // The first frame that comes is the last.
      expect(await silent.message()).toMatchObject({ code: 'noise_required' });
      expect(await silent.next()).toBeNull();
    },
  );

  it('where an identity is claimed and not proved, which the client library tells as the relay does', async () => {
    await start();
    const thief = await sealed(3, { forged: true });
    expect(await thief.next()).toBeNull();
    expect(thief.failure).toMatchObject({ name: 'RelayRefusedError', code: 'bad_identity' });
    expect(relay.server.relay.connectionsOf(identityOf(3))).toBe(0);
  });

  it('where another version is asked for', async () => {
    await start();
    const client = await relay.connect();
    client.send('signalbox-relay/2 Noise_XX_448_ChaChaPoly_SHA512');
    expect(await client.message()).toMatchObject({ code: 'unsupported_version' });
  });

  it('where others are let in', async () => {
    await start({ security: { allow: [identityOf(5)] } });
    const stranger = await sealed(3);
    expect(await stranger.message()).toMatchObject({ code: 'not_allowed' });
    const guest = await sealed(5);
    guest.send('in');
    expect((await guest.next())?.toString()).toBe('in');
    const plain = await relay.connect();
    plain.send('x');
    expect(await plain.message()).toMatchObject({ code: 'noise_required' });
  });

  it('where its identity is banned, or has connections enough', async () => {
    await start({ connections_per_identity: 1 });
    const ban = { kind: 'identity' as const, value: identityOf(4), reason: 'noise', by: 'me' };
    await relay.bans.add({ ...ban, createdAt: Date.now(), expiresAt: null });
    expect(await (await sealed(4)).message()).toMatchObject({ code: 'banned' });
    const first = await sealed(3);
    expect(await (await sealed(3)).message()).toMatchObject({ code: 'too_many_sessions' });
    first.send('still here');
    expect((await first.next())?.toString()).toBe('still here');
    first.close();
  });
});

describe('a peer id', () => {
  const hello = (client: { ask: SealedClient['ask'] }, peer: string) =>
    client.ask({ type: 'hello', mode: 'rooms', peer });
  const run = <Name extends 'peers' | 'forget-peer' | 'identity' | 'rotate-identity'>(
    name: Name,
    args: object,
  ) => relay.commands[name].run(args as never, undefined as never) as Promise<Record<string, unknown>>;

  it('is from then on of the identity that takes it first, until an operator has that forgotten', async () => {
    await start();
    const first = await sealed(3);
    expect(await hello(first, 'ann')).toMatchObject({ type: 'welcome', peer: 'ann' });
    first.close();
    const plain = await relay.connect();
    expect(await hello(plain, 'ann')).toMatchObject({ type: 'error', code: 'identity_required' });
    expect(await hello(plain, 'bob')).toMatchObject({ type: 'welcome' });
    const other = await sealed(4);
    expect(await hello(other, 'ann')).toMatchObject({ type: 'error', code: 'identity_changed' });
    expect(relay.metrics.identityChanges.value).toBe(1);
    const { rows } = (await run('peers', { text: 'an', limit: 9 })) as { rows: object[] };
    expect(rows).toEqual([
      {
        peer: 'ann',
        identity: identityOf(3),
        connections: expect.any(Number),
        firstSeen: expect.any(Number),
        lastSeen: expect.any(Number),
      },
    ]);
    expect(await run('forget-peer', { peer: 'ann' })).toEqual({ peer: 'ann', identity: identityOf(3) });
    await expect(async () => run('forget-peer', { peer: 'ann' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await hello(other, 'ann')).toMatchObject({ type: 'welcome' });
  });

  it('goes to another identity with a warning where the operator likes that better', async () => {
    await start({ security: { changed_identity: 'warn' } });
    const first = await sealed(3);
    await hello(first, 'ann');
    first.close();
    await first.ended();
    const other = await sealed(4);
    let answer = await hello(other, 'ann');
    // The place of the first may not be free at once.
    while (answer?.code === 'peer_taken') answer = await hello(other, 'ann');
    expect(answer).toMatchObject({ type: 'welcome' });
    expect(relay.known.get('ann')?.identity).toBe(identityOf(4));
  });

  it('is one of as many as an identity may have', async () => {
    await start({ peer_ids_per_identity: 1 });
    expect(await hello(await sealed(3), 'ann')).toMatchObject({ type: 'welcome' });
    const again = await sealed(3);
    expect(await hello(again, 'bob')).toMatchObject({ code: 'too_many_peer_ids' });
    expect(await again.ask({ type: 'hello', mode: 'rooms' })).toMatchObject({ type: 'welcome' });
    expect(relay.known.size).toBe(1);
  });

  it('may be banned by the identity of whoever has it, whatever it is called', async () => {
    await start();
    const client = await sealed(3);
    await hello(client, 'ann');
    const ban = { kind: 'identity' as const, mask: identityOf(3), minutes: 0, reason: 'spam' };
    const call = { actor: { kind: 'local' }, signal: new AbortController().signal } as never;
    expect(await relay.commands['add-ban'].impact?.(ban)).toBe('disconnects 1 client');
    expect(await relay.commands['add-ban'].run(ban, call)).toMatchObject({ disconnected: 1 });
    expect(await client.message()).toMatchObject({ type: 'error', code: 'banned' });
    expect(await (await sealed(3)).message()).toMatchObject({ code: 'banned' });
    await relay.commands['remove-ban'].run({ kind: 'identity', mask: identityOf(3) }, call);
    expect(await hello(await sealed(3), 'ann')).toMatchObject({ type: 'welcome' });
    expect(() => relay.commands['add-ban'].check?.({ ...ban, mask: 'ann' })).toThrow('is no identity');
  });

  it('is told to a relay that has another identity from then on, while sessions go on', async () => {
    await start();
    const before = await sealed(3);
    expect(await run('identity', {})).toMatchObject({ identity: RELAY, security: 'both' });
    expect(await run('rotate-identity', {})).toMatchObject({ identity: identityOf(18), before: RELAY });
    before.send('still');
    expect((await before.next())?.toString()).toBe('still');
    expect((await sealed(3)).relay).toBe(identityOf(18));
  });
});

describe('a session ends with a reason', () => {
  /** Sends raw bytes in place of the next sealed frame. */
  const raw = async (bytes: (record: Buffer) => Buffer | readonly Buffer[]) => {
    await start();
    const client = await sealed(3);
    const write = client.socket.write.bind(client.socket);
    client.socket.write = ((record: Buffer) => {
      for (const one of [bytes(Buffer.from(record))].flat()) write(one as Buffer);
      return true;
    }) as typeof client.socket.write;
    client.send('hello');
    return client;
  };

  it('when a record comes twice', async () => {
    const client = await raw((record) => [record, record]);
    expect((await client.next())?.toString()).toBe('hello');
    expect(await client.message()).toMatchObject({ type: 'error', code: 'bad_record' });
    await client.ended();
    expect(relay.metrics.badRecords.value).toBe(1);
  });

  it('when one bit of a record is another', async () => {
    const client = await raw((record) => {
      record[record.length - 1]! ^= 1;
      return record;
    });
    expect(await client.message()).toMatchObject({ code: 'bad_record' });
    await client.ended();
  });

  it('when a record is longer than one can be', async () => {
    const client = await raw(() => Buffer.from([0, 1, 0, 0]));
    expect(await client.message()).toMatchObject({ code: 'bad_record' });
  });

  it('when somebody else sends with the wrong key', async () => {
    const client = await raw(() => {
      const out = Buffer.alloc(17);
      new CipherState(TEST_SUITE.aead, new Uint8Array(32)).seal(out, Uint8Array.of(0));
      return framed(out);
    });
    expect(await client.message()).toMatchObject({ code: 'bad_record' });
  });

  it.each([
    ['a short first message', [Buffer.alloc(31)]],
    ['a first message with a payload', [Buffer.alloc(40, 9)]],
    ['a key of low order', [Buffer.alloc(32)]],
    ['a message that is far too long', [Buffer.alloc(1_025)]],
    ['a last message that is not genuine', [TEST_SUITE.dhPair().publicKey, Buffer.alloc(160)]],
  ])('for %s in the handshake', async (_, messages) => {
    await start();
    const client = await relay.connect();
    client.send(PREAMBLE);
    for (const message of messages) client.send(message);
    if (messages.length > 1) expect((await client.next())?.length).toBe(192);
    expect(await client.message()).toMatchObject({ code: 'handshake_failed' });
    await client.ended();
    relay.registry.sample();
    expect([relay.metrics.handshakes.value, relay.metrics.handshakeFailures.value]).toEqual([1, 1]);
    expect(relay.server.door.open).toBe(0);
  });
});

describe('handshakes that are under way', () => {
  /** Asks for a session, sends what comes first, and nothing else: the answer has come when this resolves. */
  async function halfway(address?: string) {
    const client = await relay.connect(relay.port, address);
    client.send(PREAMBLE);
    client.send(TEST_SUITE.dhPair().publicKey);
    return client;
  }

  it('are as many as an address may have; one that is done or gone makes room', async () => {
    await start({ handshakes_per_ip: 1 });
    const first = await halfway();
    expect((await first.next())?.length).toBe(192);
    const second = await halfway();
    expect(await second.message()).toMatchObject({ type: 'error', code: 'too_many_handshakes' });
    await second.ended();
    expect((await (await halfway('127.0.0.2')).next())?.length).toBe(192);
    expect(relay.server.door.instrument()).toEqual({ depth: 2, completed: 0, rejected: 1 });
    first.send('no handshake');
    expect(await first.message()).toMatchObject({ code: 'handshake_failed' });
    for (const seed of [3, 4]) {
      const client = await sealed(seed);
      client.send('in');
      expect((await client.next())?.toString()).toBe('in');
    }
    relay.registry.sample();
    expect(relay.metrics.handshakesRefused.value).toBe(1);
    expect(relay.server.door.open).toBe(1);
  });

  it('are as many as a class says', async () => {
    await start({
      handshakes_per_ip: 1,
      class: [{ name: 'home', match: ['127.0.0.0/8'], handshakes_per_ip: 2 }],
    });
    for (let i = 0; i < 2; i++) expect((await (await halfway()).next())?.length).toBe(192);
    expect(await (await halfway()).message()).toMatchObject({ code: 'too_many_handshakes' });
  });

  it('give way where all together are too many, those first of which an address has most', async () => {
    await start({ max_handshakes: 3 });
    const crowd = [await halfway('127.0.0.2'), await halfway('127.0.0.2'), await halfway('127.0.0.2')];
    for (const one of crowd) expect((await one.next())?.length).toBe(192);
    const more = await halfway('127.0.0.2');
    expect(await more.message()).toMatchObject({ code: 'too_many_handshakes' });
    const client = await sealed(3);
    client.send('in');
    expect((await client.next())?.toString()).toBe('in');
    expect(await crowd[0]!.message()).toMatchObject({ code: 'too_many_handshakes' });
    await crowd[0]!.ended();
    expect(crowd[1]!.closed).toBe(false);
    expect(relay.server.door.open).toBe(2);
  });

  it('are charged to their address, whatever comes of them', async () => {
    await start();
    const charged: number[] = [];
    const { turns } = relay.server.relay;
    const spend = turns.spend.bind(turns);
    turns.spend = (ns) => {
      charged.push(ns);
      return spend(ns);
    };
    const client = await halfway();
    await client.next();
    client.send(Buffer.alloc(160));
    expect(await client.message()).toMatchObject({ code: 'handshake_failed' });
    // Two messages, each of them some hundreds of microseconds.
    expect(charged.filter((ns) => ns >= 100_000)).toHaveLength(2);
  });

  it('end with a message that is announced longer than any can be, before it is there', async () => {
    await start();
    const client = await relay.connect();
    client.send(PREAMBLE);
    client.socket.write(Buffer.from([0, 0, 4, 1]));
    expect(await client.message()).toMatchObject({
      code: 'handshake_failed',
      message: 'A sealed frame of 1025 bytes was announced; at most 1024 are allowed.',
    });
    await client.ended();
  });
});
