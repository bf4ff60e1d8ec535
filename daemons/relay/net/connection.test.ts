/** One client's socket without a network: what is read when, how an end goes, and that each of its steps happens once. */
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueTally } from '../../../kit/queue-tally.ts';
import { WorkGroups } from '../../runtime/async/work-account.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { Seat } from '../../runtime/net/admission.ts';
import { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { RelayMetrics, relayMetrics } from '../metrics.ts';
import { Frame } from '../protocol/frame.ts';
import { framed } from '../test-relay.ts';
import { Connection, type ConnectionHandler } from './connection.ts';
import type { ConnectionClass } from './connection-classes.ts';
import type { ConnectionServices } from './connection-services.ts';
import { HeldMemory } from './held-memory.ts';
import { FakeSocket } from './test-socket.ts';
import { Batcher, type Flushable } from './tick-flusher.ts';

let socket: FakeSocket;
let due: (() => void)[];
let line: Flushable[];
let heard: string[];
let onFrame: (payload: string) => void;
let connection: Connection;
let memory: HeldMemory;
let metrics: RelayMetrics;
let groups: WorkGroups;
let grew: number;
let paused: QueueTally;
let turns: WorkTurns;
const limits = { max_frame_bytes: 100, close_flush_ms: 700 };
const perClass = {
  send_queue_bytes: 400_000,
  send_queue_frames: 1_000,
  receive_bytes_per_second: 1_000,
  receive_frames_per_second: 0,
};
const frameOf = (text: string) => {
  const bytes = framed(text);
  return new Frame(bytes, 0, bytes.length, false, 0);
};

function open(flood = false, tls: string | null = null): void {
  socket = new FakeSocket();
  [due, line, heard, grew] = [[], [], [], 0];
  memory = new HeldMemory();
  metrics = new RelayMetrics(new MetricRegistry('relay', relayMetrics));
  groups = new WorkGroups();
  paused = new QueueTally();
  onFrame = () => {};
  const handler: ConnectionHandler = {
    onFrame: (_, source, start, end) => {
      const text = source.toString('latin1', start + 4, end);
      heard.push(text);
      onFrame(text);
    },
    onPreamble: () => null,
    onAnswer: () => heard.push('answer'),
    onSecured: () => heard.push('secured'),
    onInsecure: (_, code) => heard.push(code),
    onOversized: (_, length) => heard.push(`oversized ${length}`),
    onSlowReader: () => heard.push('slow'),
    onEnd: (_, reason) => heard.push(`end: ${reason}`),
    onGone: () => heard.push('gone'),
  };
  turns = new WorkTurns({ turnMs: 1e9, sliceMs: 1e9, schedule: (callback) => due.push(callback) });
  const rounds = new Set<object>();
  const services = {
    limits,
    paused,
    metrics,
    groups,
    memory,
    memoryWatch: { grew: () => grew++ },
    turns,
    readRounds: {
      enter: (_: object, reader: object) => rounds.add(reader),
      leave: (_: object, reader: object) => rounds.delete(reader) || heard.push('left twice'),
      late: (_: object, bytes: number) => heard.push(`late ${bytes}`),
    },
    flusher: {
      batcher: new Batcher(),
      crowdBytes: 0,
      schedule: (one: Flushable) => line.push(one),
      scheduleAnswer: (one: Flushable) => line.push(one),
      later: (chore: () => void) => due.push(chore),
    },
  };
  const connectionClass = { slowReader: 'disconnect', flood, limits: perClass };
  const seat = { address: '2001:db8::7', connectionClass };
  connection = new Connection(
    socket as unknown as Socket,
    seat as unknown as Seat<ConnectionClass>,
    tls,
    services as unknown as ConnectionServices,
    handler,
  );
  connection.open();
}

/** The turn ends. */
function turn(): void {
  for (const callback of due.splice(0)) callback();
  for (const one of line.splice(0)) one.flush(new Batcher(), performance.now());
}
const receive = (...payloads: readonly string[]) =>
  socket.emit('data', Buffer.concat(payloads.map((payload) => framed(payload))));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  open();
});
afterEach(() => {
  vi.useRealTimers();
});

it('is known by its address, network, port and TLS', () => {
  expect([connection.address, connection.network, connection.port, connection.tls]).toEqual([
    '2001:db8::7',
    expect.stringContaining('2001:db8:'),
    4_711,
    null,
  ]);
  expect(groups.membersOf('2001:db8::8')).toBe(1);
  open(false, 'TLSv1.3');
  expect(connection.tls).toBe('TLSv1.3');
});

describe('what is received', () => {
  it('is handed on frame by frame and counted', () => {
    vi.advanceTimersByTime(50);
    receive('one', 'two');
    expect(heard).toEqual(['one', 'two']);
    expect([connection.intake.framesIn, connection.intake.bytesIn, connection.intake.heldBytes]).toEqual([
      2, 14, 0,
    ]);
    expect([metrics.framesIn.value, metrics.bytesIn.value]).toEqual([2, 14]);
    expect(connection.lastReceivedAt).toBe(performance.now());
    expect([connection.intake.busy, connection.intake.choked, socket.reading]).toEqual([false, false, true]);
  });

  it('and is incomplete is held, and dates from when it began', () => {
    const half = framed('a frame').subarray(0, 6);
    vi.advanceTimersByTime(10);
    socket.emit('data', Buffer.from(half));
    const begun = performance.now();
    expect([connection.intake.frameBegunAt, memory.receiveBytes, grew]).toEqual([begun, 11, 1]);
    vi.advanceTimersByTime(10);
    socket.emit('data', Buffer.from(framed('a frame').subarray(6, 8)));
    expect(connection.intake.frameBegunAt).toBe(begun);
    socket.emit('data', Buffer.concat([framed('a frame').subarray(8), framed('next').subarray(0, 5)]));
    expect(heard).toEqual(['a frame']);
    // Of another frame.
    expect(connection.intake.frameBegunAt).toBe(performance.now());
    socket.emit('data', Buffer.from(framed('next').subarray(5)));
    expect([connection.intake.frameBegunAt, memory.receiveBytes]).toEqual([0, 0]);
  });

  it('and is too long ends with its length', () => {
    socket.emit('data', Buffer.from([0, 0, 0, 101]));
    expect([heard, metrics.oversized.value]).toEqual([['oversized 101'], 1]);
  });

  it('faster than the class allows is followed by a pause of its own length', () => {
    open(true);
    // Two seconds' worth may come at once.
    for (let sent = 0; sent < 2_000; sent += 100) receive('x'.repeat(96));
    expect([socket.reading, metrics.receivePauses.value]).toEqual([true, 0]);
    receive('x'.repeat(96));
    receive('x'.repeat(96));
    expect([socket.reading, metrics.receivePauses.value]).toEqual([false, 1]);
    expect(paused.depth).toBe(1);
    vi.advanceTimersByTime(99);
    expect(socket.reading).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.reading).toBe(true);
    expect(paused).toEqual({ depth: 0, highWater: 1, submitted: 1 });
    // At least ten milliseconds, because shorter ones cost more than they limit.
    vi.advanceTimersByTime(101);
    receive('');
    expect(socket.reading).toBe(false);
    vi.advanceTimersByTime(9);
    expect(socket.reading).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.reading).toBe(true);
  });

  it('is read no more while too much waits to be sent, and then goes on where it was', () => {
    socket.kernelTakes = false;
    onFrame = () => connection.push(frameOf('y'.repeat(250_000)));
    receive('one', 'two', 'three');
    turn();
    expect([heard, connection.intake.choked, socket.reading]).toEqual([['one'], true, false]);
    onFrame = () => {};
    socket.kernelTakes = true;
    socket.drain();
    expect(heard).toEqual(['one']);
    turn();
    expect([heard, connection.intake.choked, socket.reading]).toEqual([['one', 'two', 'three'], false, true]);
  });

  it('when the turn is used up counts by its bytes, and without end where it is part of a frame', () => {
    receive('in time');
    onFrame = () => turns.spend(1e15);
    receive('late');
    // What waits for the next turn is bytes as well.
    receive('later');
    expect(heard).toEqual(['in time', 'late', 'late 8', 'late 9']);
    onFrame = () => {};
    while (due.length > 0) turn();
    const part = framed('part');
    socket.emit('data', Buffer.from(part.subarray(0, 6)));
    turns.begin(connection.intake.account);
    turns.spend(1e15);
    turns.end();
    socket.emit('data', Buffer.from(part.subarray(6, 7)));
    expect(heard.slice(4)).toEqual(['later', 'late Infinity']);
  });

  it('rests in its round, and is read again after that', () => {
    connection.intake.rest();
    expect(socket.reading).toBe(false);
    connection.intake.readOn();
    expect(socket.reading).toBe(true);
  });
});

describe('an end', () => {
  it('sends what waits and the last word, then closes the socket, and tells of each once', () => {
    connection.push(frameOf('waits'));
    connection.end('kicked', frameOf('last'));
    connection.end('again', frameOf('never'));
    expect([heard, connection.ending, connection.push(frameOf('late'))]).toEqual([
      ['end: kicked'],
      true,
      false,
    ]);
    turn();
    expect(Buffer.concat(socket.written).toString('latin1')).toBe('\0\0\0\x05waits\0\0\0\x04last');
    expect([socket.ended, socket.destroyed]).toEqual([1, false]);
    receive('ignored');
    expect(connection.intake.framesIn).toBe(0);
    vi.advanceTimersByTime(699);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect([socket.destroyed, heard]).toEqual([true, ['end: kicked', 'gone']]);
    expect(groups.membersOf('2001:db8::7')).toBe(0);
    socket.emit('close');
    expect(heard).toEqual(['end: kicked', 'gone']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that discards sends the last word alone', () => {
    connection.push(frameOf('waits'));
    connection.end('slow', frameOf('last'), 'discard');
    turn();
    expect(Buffer.concat(socket.written).toString('latin1')).toBe('\0\0\0\x04last');
    expect(metrics.dropped.value).toBe(1);
  });

  it('that waits has no deadline before everything is sent', () => {
    socket.kernelTakes = false;
    connection.push(frameOf('waits'));
    connection.end('closing', null, 'wait');
    turn();
    vi.advanceTimersByTime(60_000);
    expect([socket.ended, socket.destroyed]).toEqual([0, false]);
    socket.drain();
    expect(socket.ended).toBe(1);
    vi.advanceTimersByTime(700);
    expect(socket.destroyed).toBe(true);
  });

  it('of who does not read comes by force', () => {
    socket.kernelTakes = false;
    connection.push(frameOf('waits'));
    turn();
    connection.end('kicked', frameOf('last'));
    vi.advanceTimersByTime(700);
    expect([socket.ended, socket.destroyed, heard]).toEqual([0, true, ['end: kicked', 'gone']]);
    expect([memory.sendBytes, metrics.queueBytes.value, metrics.queueFrames.value]).toEqual([0, 0, 0]);
  });

  it('lets go of half a frame, and stops the clock of a pause', () => {
    open(true);
    receive('x'.repeat(96));
    for (let i = 0; i < 25; i++) receive('x'.repeat(96));
    socket.emit('data', Buffer.from([0, 0, 0, 50, 1]));
    expect([socket.reading, vi.getTimerCount()]).toEqual([false, 1]);
    const held = memory.receiveBytes;
    expect(held).toBeGreaterThan(0);
    heard = [];
    connection.end('kicked', null);
    expect([connection.intake.releasedBytes, memory.receiveBytes, connection.intake.frameBegunAt]).toEqual([
      held,
      0,
      0,
    ]);
    // What still comes is read and thrown away; the only clock is that of the end.
    expect([socket.reading, vi.getTimerCount()]).toEqual([true, 1]);
    expect(paused).toEqual({ depth: 0, highWater: 1, submitted: 1 });
    expect(heard).toEqual(['end: kicked']);
  });

  it.each([
    ['closed by the client', () => socket.emit('end')],
    ['connection lost', () => socket.destroy()],
    ['connection error: broken', () => socket.emit('error', new Error('broken'))],
  ])('may be that the client is gone: %s', (reason, happen) => {
    receive('one');
    happen();
    expect(heard).toEqual(['one', `end: ${reason}`, ...(socket.destroyed ? ['gone'] : [])]);
    turn();
    socket.destroy();
    expect(heard).toEqual(['one', `end: ${reason}`, 'gone']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for what the client sent last', () => {
    socket.kernelTakes = false;
    onFrame = () => connection.push(frameOf('y'.repeat(250_000)));
    receive('one', 'two');
    onFrame = () => {};
    socket.emit('end');
    expect(heard).toEqual(['one']);
    socket.destroy();
    turn();
    expect(heard).toEqual(['one', 'two', 'end: connection lost', 'gone']);
  });
});

it('is told once, when the tick ends, that it is too slow, and not when it is ending', () => {
  socket.kernelTakes = false;
  connection.push(frameOf('y'.repeat(399_000)));
  turn();
  expect(connection.push(frameOf('y'.repeat(2_000)))).toBe(false);
  expect(heard).toEqual([]);
  turn();
  expect(heard).toEqual(['slow']);
  open();
  socket.kernelTakes = false;
  connection.push(frameOf('y'.repeat(399_000)));
  turn();
  connection.push(frameOf('y'.repeat(2_000)));
  connection.end('kicked', null);
  turn();
  expect(heard).toEqual(['end: kicked']);
});
