/** What leaves over a connection that speaks in lines, and how it ends. */
import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { FakeLineSocket } from '../test-fixtures/fake-line-socket.ts';
import { LineWriter } from './line-writer.ts';

let socket: FakeLineSocket;
let clock: FakeClock;
let writer: LineWriter;

beforeEach(() => {
  socket = new FakeLineSocket();
  clock = new FakeClock();
  writer = new LineWriter(socket.asSocket, {
    clock,
    mostBytes: 100,
    onOverflow: () => {
      socket.done.push('overflow');
      writer.end();
    },
  });
});

const poll = () => new Promise((resolve) => setImmediate(resolve));
/** One that says something, and the one behind it that says nothing more. */
const turn = () => poll().then(poll);

it('what is said in a turn leaves in one write, with one byte for each character', async () => {
  writer.send('one');
  writer.send('gr\xfc\xdf');
  socket.writableLength = 7;
  expect([socket.written, writer.queuedBytes]).toEqual([[], 18]);
  await turn();
  expect(writer.queuedBytes).toBe(7);
  writer.send('two');
  await turn();
  await turn();
  expect([socket.written, socket.done]).toEqual([
    ['one\r\ngr\xfc\xdf\r\n', 'two\r\n'],
    ['write latin1', 'write latin1'],
  ]);
});

it('what the next turns say shares its write, while they keep saying something, for two milliseconds at most', async () => {
  let nowMs = 50;
  const patient = new LineWriter(socket.asSocket, {
    clock,
    mostBytes: 1_000_000,
    onOverflow: () => {},
    now: () => nowMs,
  });
  // Nothing was sent for a while.
  patient.send('zero');
  await poll();
  expect(socket.written).toEqual(['zero\r\n']);
  patient.send('one');
  await poll();
  nowMs += 1.9;
  patient.send('two');
  await poll();
  expect(socket.written).toHaveLength(1);
  nowMs += 0.1;
  patient.send('three');
  await poll();
  expect(socket.written.slice(1)).toEqual(['one\r\ntwo\r\nthree\r\n']);
  patient.send('x'.repeat(65_534));
  await poll();
  expect(socket.written).toHaveLength(3);
  for (let line = 0; line < 1_024; line++) patient.send('x');
  await poll();
  expect(socket.written).toHaveLength(4);
});

it('says why it has written, and lets a line wait as long as it is told', async () => {
  let nowMs = 50;
  const reasons: string[] = [];
  const told = new LineWriter(socket.asSocket, {
    clock,
    mostBytes: 1_000_000,
    onOverflow: () => {},
    onWritten: (reason) => reasons.push(reason),
    now: () => nowMs,
  });
  told.batchMs = 5;
  told.send('first');
  await poll();
  told.send('one');
  await poll();
  nowMs += 4.9;
  told.send('two');
  await poll();
  expect(reasons).toEqual(['idle']);
  nowMs += 0.1;
  told.send('three');
  await poll();
  told.send('alone');
  await turn();
  told.send('x'.repeat(65_534));
  await poll();
  for (let line = 0; line < 1_024; line++) told.send('x');
  await poll();
  expect(reasons).toEqual(['idle', 'time', 'idle', 'bytes', 'size']);
  told.batchMs = 0;
  told.send('now');
  await poll();
  expect([reasons.at(-1), socket.written.at(-1)]).toEqual(['time', 'now\r\n']);
  // The last words are written at once, and nothing is left for the end of the turn.
  told.send('last');
  told.end();
  await turn();
  expect(reasons).toHaveLength(6);
});

it('whoever falls behind too far hears nothing more, behind the turn in which that happened', async () => {
  socket.writableLength = 95;
  writer.send('one');
  writer.send('two');
  writer.send('three');
  expect([writer.ended, socket.done]).toEqual([false, []]);
  await turn();
  expect([writer.ended, socket.written, socket.done]).toEqual([true, [], ['overflow', 'destroy']]);
  writer.send('four');
  await turn();
  expect(socket.written).toEqual([]);
});

it('waits for nothing more of whoever has fallen behind, also while more would share the write', async () => {
  writer.send('one');
  await poll();
  expect(socket.written).toEqual(['one\r\n']);
  writer.send('two');
  socket.writableLength = 95;
  writer.send('three');
  await poll();
  expect([writer.ended, socket.written, socket.done.slice(1)]).toEqual([
    true,
    ['one\r\n'],
    ['overflow', 'destroy'],
  ]);
});

it('may be behind as far as the limit', async () => {
  socket.writableLength = 95;
  writer.send('one');
  await turn();
  expect([writer.ended, socket.written]).toEqual([false, ['one\r\n']]);
});

it('ends with the last words, and some time later whatever the other end does', async () => {
  writer.send('last');
  writer.end();
  writer.end();
  writer.send('later');
  await turn();
  expect([writer.ended, socket.written, socket.done]).toEqual([
    true,
    ['last\r\n'],
    ['write latin1', 'end', 'resume'],
  ]);
  await clock.advance(limits.closeFlushMs.default - 1);
  expect(socket.destroyed).toBe(false);
  await clock.advance(1);
  expect(socket.destroyed).toBe(true);
});

it('waits for nothing more when the socket is closed, and writes nothing to one that is', async () => {
  writer.send('lost');
  socket.destroyed = true;
  await turn();
  writer.end();
  expect(clock.pendingTimers).toBe(1);
  writer.closed();
  expect([clock.pendingTimers, socket.written]).toEqual([0, []]);
  const other = new LineWriter(socket.asSocket, { clock, mostBytes: 100, onOverflow: () => {} });
  other.closed();
  other.send('lost');
  await turn();
  expect([other.ended, socket.written]).toEqual([true, []]);
});
