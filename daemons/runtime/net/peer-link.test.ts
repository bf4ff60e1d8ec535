/** Two daemons of an instance over loopback: how they recognise each other, what they ask, and what becomes of it when one goes. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { endpointOf } from '../../../contract/link/endpoint.ts';
import { portOf } from '../../../contract/listen-place.ts';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import type { DuplexChannel } from '../async/duplex-channel.ts';
import { PeerDirectory } from '../host/peer-directory.ts';
import { limits } from '../limits.ts';
import { PeerDoor } from './peer-door.ts';
import { PeerLink } from './peer-link.ts';
import { type Answerers, answerQuestions, PeerQuestions } from './peer-questions.ts';

const SECRET = new Uint8Array(32).fill(7);
const OTHER = new Uint8Array(32).fill(8);
const QUESTIONS = {
  double: { args: z.strictObject({ number: z.number() }), result: z.strictObject({ number: z.number() }) },
  wait: { args: z.strictObject({}), result: z.strictObject({}) },
  lie: { args: z.strictObject({}), result: z.strictObject({ number: z.number() }) },
};

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0).reverse()) one.close();
});

/** Values as they come. */
class Arrivals<Value> {
  readonly #values: Value[] = [];
  #wake = () => {};

  readonly put = (value: Value): void => {
    this.#values.push(value);
    this.#wake();
  };

  async next(): Promise<Value> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) return value;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const answerers: Answerers<typeof QUESTIONS> = {
  double: ({ number }) => {
    if (number < 0) throw new SignalboxError('refused', 'It is negative.');
    return { number: 2 * number };
  },
  wait: () => new Promise(() => {}),
  lie: () => ({}) as never,
};

async function openDoor(secret = SECRET): Promise<{
  door: PeerDoor;
  port: number;
  refused: Arrivals<string>;
  peers: Arrivals<DuplexChannel<string>>;
}> {
  const refused = new Arrivals<string>();
  const peers = new Arrivals<DuplexChannel<string>>();
  const door = new PeerDoor({
    protocol: 'sums',
    secret,
    lineChars: 1_000,
    onRefused: refused.put,
    onPeer: (channel) => {
      peers.put(channel);
      return answerQuestions(channel, QUESTIONS, answerers);
    },
  });
  await door.open();
  open.push(door);
  return { door, port: portOf(door.infos[0]), refused, peers };
}

function openLink(secret: Uint8Array | null = SECRET, clock: Clock = systemClock) {
  const directory = new PeerDirectory();
  if (secret !== null) directory.introduce([], secret);
  const questions = new PeerQuestions(QUESTIONS, systemClock);
  const up = new Arrivals<true>();
  const news = new Arrivals<unknown>();
  const broken = new Arrivals<string>();
  const link = new PeerLink({
    peers: directory,
    clock,
    protocol: 'sums',
    lineChars: 1_000,
    onPeer: (channel) => {
      const ended = questions.use(channel, news.put);
      up.put(true);
      return ended;
    },
    onBroken: broken.put,
  });
  open.push(link);
  const listens = (port: number | null) =>
    directory.update(
      port === null
        ? [{ id: 'x', endpoints: [] }]
        : [{ id: 'x', endpoints: [endpointOf({ protocol: 'sums', host: '127.0.0.1', port, tls: false })] }],
    );
  return { questions, up, news, broken, listens };
}

it('answers questions of a daemon that knows the secret, and tells it what it refuses', async () => {
  const { port } = await openDoor();
  const { questions, up, listens } = openLink();
  await expect(questions.ask('double', { number: 2 })).rejects.toMatchObject({ code: 'unavailable' });
  listens(port);
  await up.next();
  expect(await questions.ask('double', { number: 21 })).toEqual({ number: 42 });
  await expect(questions.ask('double', { number: -1 })).rejects.toMatchObject({
    code: 'refused',
    message: 'It is negative.',
  });
  await expect(questions.ask('double', { number: 'x' as never })).rejects.toMatchObject({
    code: 'bad_request',
  });
  await expect(questions.ask('lie', {})).rejects.toMatchObject({ code: 'internal' });
});

it('tells news, and answers what was asked before', async () => {
  const { port, peers } = await openDoor();
  const { questions, up, news, listens } = openLink();
  listens(port);
  await up.next();
  (await peers.next()).tryWrite('{"news":{"kind":"changed"}}');
  expect(await news.next()).toEqual({ kind: 'changed' });
  expect(await questions.ask('double', { number: 1 })).toEqual({ number: 2 });
});

it('what waits for an answer is rejected when the other one goes, and asked of the next that listens', async () => {
  const first = await openDoor();
  const { questions, up, listens } = openLink();
  listens(first.port);
  await up.next();
  const answer = questions.ask('wait', {});
  first.door.close();
  await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
  const second = await openDoor();
  listens(second.port);
  await up.next();
  expect(await questions.ask('double', { number: 4 })).toEqual({ number: 8 });
  listens(null);
  await expect(questions.ask('double', { number: 4 })).rejects.toMatchObject({ code: 'unavailable' });
});

it('comes back to one that broke the connection and still listens', async () => {
  const { port, peers } = await openDoor();
  const { questions, up, listens } = openLink();
  listens(port);
  await up.next();
  (await peers.next()).close();
  await up.next();
  expect(await questions.ask('double', { number: 5 })).toEqual({ number: 10 });
});

it('comes back later each time to one that breaks it at once, and soon to one with which it lasted', async () => {
  const waits: number[] = [];
  let lasts = () => {};
  /** Waits are over at once, but for the one that says that a link has lasted. */
  const clock: Clock = {
    ...systemClock,
    after(ms, callback) {
      if (ms === limits.peerRetryMostMs.default) {
        lasts = callback;
        return { cancel: () => (lasts = () => {}) };
      }
      waits.push(ms);
      return systemClock.after(0, callback);
    },
  };
  const { port, peers } = await openDoor();
  const { up, listens } = openLink(SECRET, clock);
  listens(port);
  const broken = async (after = () => {}) => {
    await up.next();
    after();
    (await peers.next()).close();
  };
  for (let times = 0; times < 3; times++) await broken();
  await broken(() => lasts());
  await broken();
  await up.next();
  const first = limits.peerRetryMs.default;
  expect(waits).toEqual([first, 2 * first, 4 * first, first, 2 * first]);
});

it('a client that does not know the secret is shown out before it is asked anything', async () => {
  const { port, refused } = await openDoor();
  const { up, broken, listens } = openLink(OTHER);
  listens(port);
  expect(await refused.next()).toContain('does not belong to this run');
  expect(await broken.next()).not.toBe('');
  void up;
});

it('nothing is told to a server that does not know the secret', async () => {
  const heard = new Arrivals<string>();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heard.put(bytes.toString());
      socket.write(`${JSON.stringify({ proof: '0'.repeat(64) })}\n`);
    });
    socket.write(`${JSON.stringify({ nonce: '0'.repeat(64) })}\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const { questions, broken, listens } = openLink();
  listens((server.address() as { port: number }).port);
  expect(Object.keys(JSON.parse(await heard.next()))).toEqual(['nonce', 'proof']);
  expect(await broken.next()).toContain('does not belong to this run');
  await expect(questions.ask('double', { number: 1 })).rejects.toMatchObject({ code: 'unavailable' });
});

it('a daemon that stands alone, without a secret, connects to nobody', async () => {
  const { door, port } = await openDoor();
  const { listens } = openLink(null);
  listens(port);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  expect(door.admission.counts.accepted).toBe(1);
  socket.destroy();
});

it.each([
  ['garbage', 'GET / HTTP/1.1\r\n\r\n'],
  ['a proof of nothing', `${JSON.stringify({ nonce: '0'.repeat(64), proof: '0'.repeat(64) })}\n`],
  ['a line without end', 'x'.repeat(2_000)],
])('a stranger who sends %s is shown out', async (_what, text) => {
  const { port, refused } = await openDoor();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.resume();
  socket.write(text);
  expect(await refused.next()).not.toBe('');
  await closed;
});

it('a peer that sends what is no question, or asks for what there is not, harms itself alone', async () => {
  const { port, peers, refused } = await openDoor();
  const good = openLink();
  good.listens(port);
  await good.up.next();
  await peers.next();
  const directory = new PeerDirectory();
  directory.introduce(
    [{ id: 'x', endpoints: [endpointOf({ protocol: 'sums', host: '127.0.0.1', port, tls: false })] }],
    SECRET,
  );
  const lines = new Arrivals<string | null>();
  const bad = new PeerLink({
    peers: directory,
    clock: systemClock,
    protocol: 'sums',
    lineChars: 1_000,
    onBroken: () => {},
    onPeer: async (channel) => {
      await channel.write('{"id":1,"ask":"toString","args":{}}');
      lines.put(await channel.read());
      await channel.write('not json');
      await channel.closed;
    },
  });
  open.push(bad);
  expect(JSON.parse((await lines.next())!)).toMatchObject({
    id: 1,
    ok: false,
    error: { code: 'unknown_request' },
  });
  expect(await refused.next()).toContain('no question');
  expect(await good.questions.ask('double', { number: 3 })).toEqual({ number: 6 });
});

it('more questions at once than may wait are refused, and the others are not lost', async () => {
  const { port } = await openDoor();
  const { questions, up, listens } = openLink();
  listens(port);
  await up.next();
  const most = limits.peerQuestions.default;
  const waiting = Array.from({ length: most }, () => questions.ask('wait', {}).catch(() => {}));
  await expect(questions.ask('double', { number: 1 })).rejects.toMatchObject({ code: 'limit_reached' });
  listens(null);
  await Promise.all(waiting);
});
