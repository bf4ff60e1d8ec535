/** The end of a thread's socket that the state has: what it tells the thread, and what it says once it is gone. */
import { expect, test } from 'vitest';
import type { RangeList } from '../tick-writer.ts';
import type { IoShard } from './io-shard.ts';
import { toThread } from './records.ts';
import { RemoteSocket } from './remote-socket.ts';

function remote() {
  const told: unknown[] = [];
  const shard = {
    tell: (sort: number, slot: number) => told.push([sort, slot]),
    sendBytes: (slot: number, bytes: Uint8Array) => told.push([slot, Buffer.from(bytes).toString()]),
    sendRanges: (slot: number, ranges: RangeList) => told.push([slot, ranges]),
  } as unknown as IoShard;
  const socket = new RemoteSocket(shard, 7, { remotePort: 4711, localPort: 6667 });
  const events: string[] = [];
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(`error ${error.code}`));
  socket.on('close', () => events.push('close'));
  return { socket, told, events };
}

const RANGES = { bounds: new Int32Array(2), length: 2 } as unknown as RangeList;

test('what it is asked for goes to the thread under its number, in order', () => {
  const { socket, told } = remote();
  expect([socket.remotePort, socket.localPort, socket.connecting]).toEqual([4711, 6667, false]);
  expect(socket.write(Buffer.from('one'))).toBe(true);
  socket.sendRanges(RANGES);
  socket.pause().resume().end('last');
  socket.end(Buffer.from('bytes'));
  socket.end();
  socket.destroy();
  expect(told).toEqual([
    [7, 'one'],
    [7, RANGES],
    [toThread.pause, 7],
    [toThread.resume, 7],
    [7, 'last'],
    [toThread.end, 7],
    [7, 'bytes'],
    [toThread.end, 7],
    [toThread.end, 7],
    [toThread.destroy, 7],
  ]);
});

test('a write is taken in a later turn', async () => {
  const { socket } = remote();
  let taken = false;
  socket.write(Buffer.from('x'), () => {
    taken = true;
  });
  expect(taken).toBe(false);
  await new Promise(setImmediate);
  expect(taken).toBe(true);
});

test('what the thread holds is told until it is destroyed, and is nothing from then on', () => {
  const { socket, told } = remote();
  const held: number[] = [];
  socket.onHeld = (bytes) => held.push(bytes);
  socket.held(500);
  expect([socket.writableLength, held]).toEqual([500, [500]]);
  socket.destroy();
  expect([socket.destroyed, socket.writableLength, socket.onHeld]).toEqual([true, 0, null]);
  socket.held(400);
  socket.destroy();
  socket.write(Buffer.from('x'));
  socket.sendRanges(RANGES);
  socket.pause().resume().end('x');
  expect([socket.writableLength, held, told]).toEqual([0, [500], [[toThread.destroy, 7]]]);
});

test('what is on its way for it alone counts beside what the thread holds', () => {
  const { socket } = remote();
  const held: unknown[] = [];
  socket.onHeld = (bytes, inTick) => held.push([bytes, inTick]);
  socket.held(500);
  socket.onWay(30, true);
  socket.onWay(4, true);
  socket.held(400);
  socket.onWay(-34, false);
  expect(held).toEqual([
    [500, false],
    [530, true],
    [534, true],
    [434, false],
    [400, false],
  ]);
  socket.onWay(7, true);
  socket.destroy();
  socket.onWay(-7, false);
  expect([socket.writableLength, held.length]).toEqual([0, 6]);
});

test('it closes with the error that it had, or without', () => {
  const quiet = remote();
  quiet.socket.onHeld = () => {};
  quiet.socket.closed('');
  expect([quiet.events, quiet.socket.destroyed, quiet.socket.onHeld]).toEqual([['close'], true, null]);
  const reset = remote();
  reset.socket.closed('ECONNRESET');
  expect(reset.events).toEqual(['error ECONNRESET', 'close']);
  reset.socket.write(Buffer.from('x'));
  expect(reset.told).toEqual([]);
});
