/** What a connection is worth when there is no room, and what becomes of one that asks too much. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { type Connection, ConnectionRoom } from './connection-room.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;
  refuse = vi.fn();
  readonly remoteAddress: string | undefined;

  constructor(remoteAddress: string | undefined) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

let room: ConnectionRoom;
let now: number;

beforeEach(() => {
  now = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  room = new ConnectionRoom({
    ...CONTROL_LIMITS,
    httpConnections: 3,
    silentGraceMs: 100,
    httpPipelined: 2,
    httpRefusedMs: 7,
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A connection that has come at `at`. */
function enter(address: string | undefined, at = now): FakeSocket {
  now = at;
  const socket = new FakeSocket(address);
  room.enter(socket as unknown as Connection);
  return socket;
}

/** A request on it; answers whether it is to be answered, and what ends it. */
function ask(socket: FakeSocket) {
  const response = new EventEmitter();
  const begun = room.begin({ socket } as unknown as IncomingMessage, response as unknown as ServerResponse);
  return { begun, answered: () => response.emit('close') };
}

/** Which of them are gone. */
const gone = (...sockets: FakeSocket[]) => sockets.map(({ destroyed }) => destroyed);

test('nobody has to go while there is room', () => {
  const three = [enter('192.0.2.1'), enter('192.0.2.2'), enter('192.0.2.3')];
  expect(gone(...three)).toEqual([false, false, false]);
});

test('of addresses that hold as many, the one that is silent goes before the idle, the idle before the asking', () => {
  const [asking, idle, silent] = [enter('192.0.2.1', 0), enter('192.0.2.2', 0), enter('192.0.2.3', 0)];
  ask(asking);
  ask(idle).answered();
  const first = enter('192.0.2.4', 100);
  expect(gone(asking, idle, silent, first)).toEqual([false, false, true, false]);
  const second = enter('192.0.2.5', 101);
  expect(gone(asking, idle, first, second)).toEqual([false, true, false, false]);
  // The two that have just come are about to ask.
  const third = enter('192.0.2.6', 102);
  expect(gone(asking, first, second, third)).toEqual([true, false, false, false]);
});

test('one that is silent has a moment to ask, and not longer', () => {
  const idle = enter('192.0.2.1', 0);
  ask(idle).answered();
  const silent = enter('192.0.2.2', 0);
  enter('192.0.2.3', 99);
  enter('192.0.2.4', 99);
  expect(gone(idle, silent)).toEqual([true, false]);
  enter('192.0.2.5', 100);
  expect(silent.destroyed).toBe(true);
});

test('of one address the least worthy goes, and of those the oldest', () => {
  const old = enter('192.0.2.1', 0);
  const young = enter('192.0.2.1', 10);
  const other = enter('192.0.2.2', 0);
  enter('192.0.2.3', 500);
  expect(gone(old, young, other)).toEqual([true, false, false]);
  ask(young);
  const silent = enter('192.0.2.2', 600);
  expect(gone(young, other, silent)).toEqual([false, true, false]);
});

test('of one address that has been answered everywhere, the one that has been idle for longest goes', () => {
  const [first, second] = [enter('192.0.2.1', 0), enter('192.0.2.1', 1)];
  const requests = [ask(first), ask(second)];
  now = 10;
  requests[1]?.answered();
  now = 20;
  requests[0]?.answered();
  const other = enter('192.0.2.2', 30);
  enter('192.0.2.3', 40);
  expect(gone(first, second, other)).toEqual([false, true, false]);
});

test('how many have come, have a place and had to go is counted', () => {
  for (const n of [1, 2, 3, 4]) enter(`192.0.2.${n}`, n * 1_000);
  expect(room.counts).toEqual({ open: 3, entered: 4, refused: 1 });
});

test('the address that holds most pays, also with connections that are worth more', () => {
  const quiet = enter('192.0.2.1', 0);
  const [first, second] = [enter('192.0.2.2', 0), enter('192.0.2.2', 5)];
  ask(first);
  ask(second);
  enter('192.0.2.3', 500);
  expect(gone(quiet, first, second)).toEqual([false, true, false]);
});

test('who is logged in keeps a place in use; where all do there is none, until one is answered', () => {
  const three = [1, 2, 3].map((n) => enter(`192.0.2.${n}`, 0));
  const requests = three.map((socket) => ask(socket));
  for (const socket of three) room.known(socket);
  const late = enter('192.0.2.4', 500);
  expect(gone(...three, late)).toEqual([false, false, false, true]);
  requests[1]?.answered();
  const later = enter('192.0.2.5', 600);
  expect(gone(...three, later)).toEqual([false, true, false, false]);
});

test('an upgrade is asking, and what was handed to a process counts no more', () => {
  const [asking, handed] = [enter('192.0.2.1', 0), enter('192.0.2.2', 0)];
  room.asking(asking);
  room.left(handed);
  const third = enter('192.0.2.3', 500);
  const fourth = enter('192.0.2.4', 500);
  expect(gone(asking, handed, third, fourth)).toEqual([false, false, false, false]);
  const fifth = enter('192.0.2.5', 700);
  expect(gone(asking, third, fourth, fifth)).toEqual([false, true, false, false]);
});

test('a connection that closes leaves its place', () => {
  const three = [1, 2, 3].map((n) => enter(`192.0.2.${n}`, 0));
  three[0]?.destroy();
  const next = enter(undefined, 500);
  expect(gone(...three.slice(1), next)).toEqual([false, false, false]);
});

test('more requests without an answer than allowed are not answered, and the connection is read no more', () => {
  const socket = enter('192.0.2.1');
  const [first, second, third] = [ask(socket), ask(socket), ask(socket)];
  expect([first, second, third].map(({ begun }) => begun)).toEqual([true, true, false]);
  expect(socket.refuse).toHaveBeenCalledExactlyOnceWith(7);
  first.answered();
  expect(ask(socket).begun).toBe(true);
  expect(ask(socket).begun).toBe(false);
});

test('it is idle only when all is answered', () => {
  const [asking, other] = [enter('192.0.2.1', 0), enter('192.0.2.2', 0)];
  const [first] = [ask(asking), ask(asking)];
  ask(other).answered();
  first.answered();
  enter('192.0.2.3', 1);
  enter('192.0.2.4', 2);
  expect(gone(asking, other)).toEqual([false, true]);
});

test('a request of a connection that is gone, or was never let in, is not answered', () => {
  const socket = enter('192.0.2.1');
  socket.destroyed = true;
  expect(ask(socket).begun).toBe(false);
  expect(ask(new FakeSocket('192.0.2.2')).begun).toBe(false);
});
