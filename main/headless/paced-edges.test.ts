/** One paced connection beside its rounds: turns, timeouts, errors and ends. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { QueueTally } from '../../kit/queue-tally.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { PacedSocket } from './paced-socket.ts';
import { Requesters, RequestRounds } from './request-rounds.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.useRealTimers();
});

/** A connection and its other end; `turn` runs what the rounds have scheduled. */
async function pair() {
  let due: (() => void)[] = [];
  const clock = { now: () => 0, schedule: (callback: () => void) => void due.push(callback) };
  const rounds = new RequestRounds({ ...CONTROL_LIMITS, httpPieceBytes: 4, httpAcceptTurns: 1_000 }, clock);
  const server = createServer({ allowHalfOpen: true });
  closing.push(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  client.on('error', () => {});
  const [raw] = await accepted;
  const paced = new PacedSocket(raw, rounds);
  closing.push(
    () => client.destroy(),
    () => raw.destroy(),
  );
  const turn = () => {
    const now = due;
    due = [];
    for (const callback of now) callback();
  };
  return { rounds, raw, client, paced, turn, scheduled: () => due.length };
}

/** What has come through so far. */
function reading(paced: PacedSocket): () => string {
  let text = '';
  paced.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  return () => text;
}

test('a stranger’s bytes wait for their turn, piece by piece; nothing is lost when somebody logs in meanwhile', async () => {
  const { client, paced, turn, scheduled, raw, rounds } = await pair();
  turn();
  expect(paced.fresh).toBe(true);
  const text = reading(paced);
  client.write('0123456789');
  await expect.poll(scheduled).toBeGreaterThan(0);
  await expect.poll(() => raw.bytesRead).toBe(10);
  turn();
  expect(text()).toBe('0123');
  expect(paced.fresh).toBe(false);
  // It asks for the next one as soon as it has handed that on.
  await new Promise(setImmediate);
  const strangers = rounds.enter('127.0.0.1');
  expect([strangers.waiting, rounds.operators.waiting]).toEqual([1, 0]);
  paced.known(true);
  paced.known(true);
  expect([strangers.waiting, rounds.operators.waiting]).toEqual([0, 1]);
  const pieces: number[] = [];
  paced.on('data', (bytes: Buffer) => pieces.push(bytes.length));
  await expect
    .poll(() => {
      turn();
      return text();
    })
    .toBe('0123456789');
  expect(pieces).toEqual([4, 2]);
  paced.known(false);
});

test('its address is that of the connection, and it ends with it', async () => {
  const { paced, raw, client } = await pair();
  expect(paced.remoteAddress).toBe('127.0.0.1');
  const closed = once(paced, 'close');
  raw.destroy();
  await closed;
  expect(paced.destroyed).toBe(true);
  expect(client.destroyed).toBe(false);
});

test('an error of the connection is its own', async () => {
  const { paced, raw } = await pair();
  const failed = once(paced, 'error');
  raw.destroy(new Error('ECONNRESET'));
  expect(await failed).toMatchObject([{ message: 'ECONNRESET' }]);
});

test('a timeout of the connection is told, once to whoever set it', async () => {
  const { paced, raw } = await pair();
  const [once, always] = [vi.fn(), vi.fn()];
  expect(paced.setTimeout(5_000, once)).toBe(paced);
  expect(raw.timeout).toBe(5_000);
  paced.on('timeout', always);
  raw.emit('timeout');
  raw.emit('timeout');
  expect([once, always].map((heard) => heard.mock.calls.length)).toEqual([1, 2]);
  paced.setTimeout(0);
  expect(raw.timeout).toBe(0);
});

test('what was written goes out whole before it ends', async () => {
  const { paced, client } = await pair();
  let text = '';
  client.setEncoding('utf8').on('data', (piece) => (text += piece));
  const ended = once(client, 'end');
  paced.cork();
  for (const piece of ['one ', 'two ', 'three']) paced.write(piece);
  paced.uncork();
  paced.destroySoon();
  await ended;
  expect(text).toBe('one two three');
  await expect.poll(() => paced.destroyed).toBe(true);
});

test('one that has ended already is destroyed at once', async () => {
  const { paced } = await pair();
  paced.end();
  await once(paced, 'finish');
  paced.destroySoon();
  expect(paced.destroyed).toBe(true);
});

test('one that is refused is closed after its time, whatever it sends, and only once', async () => {
  const { paced, raw, client, turn } = await pair();
  const text = reading(paced);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  paced.refuse(1_000);
  paced.refuse(5_000);
  vi.advanceTimersByTime(999);
  expect(paced.destroyed).toBe(false);
  client.write('more');
  turn();
  vi.advanceTimersByTime(1);
  expect(paced.destroyed).toBe(true);
  expect(raw.destroyed).toBe(true);
  expect(text()).toBe('');
  expect(vi.getTimerCount()).toBe(0);
});

test('who takes the connection over gets what was handed on and not read, and what was not', async () => {
  const { client, paced, turn, raw } = await pair();
  // Somebody wants to read, and has not read yet.
  paced.read(0);
  client.write('0123456789');
  await expect.poll(() => raw.bytesRead).toBe(10);
  const handedOn = () => {
    turn();
    return paced.readableLength;
  };
  await expect.poll(handedOn).toBe(4);
  const heard = vi.fn();
  paced.on('timeout', heard);
  const listeners = () => ['data', 'end', 'error', 'timeout'].map((event) => raw.listenerCount(event));
  const before = listeners();
  const { socket, rest } = paced.release();
  expect([socket === raw, rest.toString()]).toEqual([true, '0123456789']);
  // What happens to it from here on is not the business of who had it.
  expect(listeners()).toEqual(before.map((count) => count - 1));
  raw.emit('timeout');
  expect(heard).not.toHaveBeenCalled();
});

test('one whose other end has sent all may still be answered', async () => {
  const { client, paced } = await pair();
  let text = '';
  client.setEncoding('utf8').on('data', (piece) => (text += piece));
  client.end();
  await once(paced.resume(), 'end');
  // Whoever answers takes a moment.
  await new Promise(setImmediate);
  expect(paced.writable).toBe(true);
  const ended = once(client, 'end');
  paced.end('late');
  await ended;
  expect(text).toBe('late');
});

test('one that is refused and gone before its time leaves no timer', async () => {
  const { paced } = await pair();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  paced.refuse(1_000);
  expect(vi.getTimerCount()).toBe(1);
  paced.destroy();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that is destroyed takes no turn any more', async () => {
  const { paced, client, turn, raw, rounds } = await pair();
  const text = reading(paced);
  turn();
  client.write('0123456789');
  await expect.poll(() => raw.bytesRead).toBe(10);
  paced.destroy();
  turn();
  turn();
  expect(text()).toBe('');
  expect(rounds.enter('127.0.0.1').waiting).toBe(0);
  expect(paced.letThrough()).toBe(false);
});

const waiting = (fresh: boolean) => ({ fresh, letThrough: () => false });

test('of those who wait, one that is new and one that is not come by turns, and who leaves is not met', () => {
  const requesters = new Requesters(new QueueTally());
  expect(requesters.shift()).toBeNull();
  const [old1, old2, new1, new2] = [waiting(false), waiting(false), waiting(true), waiting(true)];
  for (const one of [old1, old2, new1, new2]) requesters.add(one);
  requesters.add(old1);
  expect(requesters.waiting).toBe(4);
  expect([requesters.shift(), requesters.shift(), requesters.shift(), requesters.shift()]).toEqual([
    new1,
    old1,
    new2,
    old2,
  ]);
  expect(requesters.waiting).toBe(0);
  requesters.add(new1);
  requesters.add(old1);
  requesters.remove(new1);
  expect([requesters.shift(), requesters.shift()]).toEqual([old1, null]);
});

test('a network is forgotten with its last connection, and not before', () => {
  const rounds = new RequestRounds(CONTROL_LIMITS, { now: () => 0, schedule: () => {} });
  const first = rounds.enter('a');
  expect(rounds.enter('a')).toBe(first);
  expect(rounds.enter('b')).not.toBe(first);
  rounds.leave('a');
  expect(rounds.enter('a')).toBe(first);
  rounds.leave('a');
  rounds.leave('a');
  rounds.leave('a');
  rounds.leave('nobody');
  expect(rounds.enter('a')).not.toBe(first);
});

test('the work of a piece is counted, its result given back, and the share is exactly what may be used', () => {
  let now = 0;
  const due: (() => void)[] = [];
  const rounds = new RequestRounds(
    { ...CONTROL_LIMITS, httpShareMs: 3 },
    { now: () => now, schedule: (callback) => void due.push(callback) },
  );
  const one = rounds.enter('a');
  const turn = () => due.shift()?.();
  turn();
  // One has come in the turn before: a piece each, however quick it was.
  expect(rounds.mayGo(one)).toBe(true);
  rounds.run(one, () => 0);
  expect(rounds.mayGo(one)).toBe(false);
  turn();
  expect(rounds.run(one, () => (now += 2))).toBe(2);
  expect(one.spentMs).toBe(2);
  expect(rounds.mayGo(one)).toBe(true);
  rounds.run(one, () => (now += 1));
  expect(one.spentMs).toBe(3);
  expect(rounds.mayGo(one)).toBe(false);
  turn();
  expect(one.spentMs).toBe(0);
  expect(rounds.mayGo(one)).toBe(true);
  expect(rounds.pieceBytes).toBe(CONTROL_LIMITS.httpPieceBytes);
});
