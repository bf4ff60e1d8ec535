import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import type { SlowReaderPolicy } from '../config.ts';
import { manifest } from '../manifest.ts';
import { RelayMetrics } from '../metrics.ts';
import { Frame } from '../protocol/frame.ts';
import type { ConnectionClass } from './connection-classes.ts';
import type { ConnectionServices } from './connection-services.ts';
import { HeldMemory } from './held-memory.ts';
import { Outbox } from './outbox.ts';
import { TickFlusher } from './tick-flusher.ts';

/** A socket that keeps whatever it is given until the test says that the kernel took it. */
class StalledSocket {
  destroyed = false;
  writableLength = 0;
  readonly #done: (() => void)[] = [];

  write(bytes: Buffer, done: () => void): boolean {
    this.writableLength += bytes.length;
    this.#done.push(done);
    return false;
  }

  /** The kernel takes all of it. */
  drain(): void {
    this.writableLength = 0;
    for (const done of this.#done.splice(0)) done();
  }
}

let socket: StalledSocket;
let flusher: TickFlusher;
let slow: Outbox[];

beforeEach(() => {
  socket = new StalledSocket();
  flusher = new TickFlusher();
  slow = [];
});

function open(send_queue_bytes: number, send_queue_frames: number, slowReader: SlowReaderPolicy): Outbox {
  const metrics = new RelayMetrics(new MetricRegistry('relay', manifest.metrics));
  const memory = new HeldMemory();
  const memoryWatch = { grew() {} };
  const services = { metrics, flusher, memory, memoryWatch } as unknown as ConnectionServices;
  const limits = { send_queue_bytes, send_queue_frames };
  const connectionClass = { slowReader, limits } as unknown as ConnectionClass;
  const outbox: Outbox = new Outbox(socket as unknown as Socket, false, connectionClass, services, {
    onSlow: () => slow.push(outbox),
    onSent() {},
    onEmpty() {},
  });
  return outbox;
}

const frame = (bytes: number, control = false) => new Frame(Buffer.alloc(bytes), 0, bytes, control, 0);

describe('what a client that does not read may have waiting', () => {
  it('counts the write that the kernel has not finished', () => {
    const outbox = open(1_000, 100, 'disconnect');
    expect(outbox.push(frame(900))).toBe(true);
    outbox.flush(flusher.batcher, performance.now());
    expect([outbox.queuedFrames, outbox.queuedBytes, socket.writableLength]).toEqual([0, 900, 900]);
    expect(outbox.push(frame(100))).toBe(true);
    expect(outbox.push(frame(1))).toBe(false);
    expect(outbox.queuedBytes).toBe(1_000);
  });

  it('counts what waits behind it', () => {
    const outbox = open(1_000, 100, 'disconnect');
    outbox.push(frame(100));
    outbox.flush(flusher.batcher, performance.now());
    const taken = Array.from({ length: 20 }, () => outbox.push(frame(100)));
    expect(taken.filter((one) => one)).toHaveLength(9);
    expect(outbox.queuedBytes).toBe(1_000);
  });

  it('is as many frames as its class allows, however small', () => {
    const outbox = open(1_000, 5, 'disconnect');
    outbox.push(frame(1));
    outbox.flush(flusher.batcher, performance.now());
    const taken = Array.from({ length: 10 }, () => outbox.push(frame(1)));
    expect(taken.filter((one) => one)).toHaveLength(5);
    expect(outbox.queuedFrames).toBe(5);
  });

  it('is free again once the kernel has taken it', () => {
    const outbox = open(1_000, 100, 'disconnect');
    outbox.push(frame(1_000));
    outbox.flush(flusher.batcher, performance.now());
    socket.drain();
    expect(outbox.queuedBytes).toBe(0);
    expect(outbox.push(frame(1_000))).toBe(true);
  });

  it('gives way, the oldest first, where the class drops', () => {
    const outbox = open(1_000, 100, 'drop-oldest');
    outbox.push(frame(500));
    outbox.flush(flusher.batcher, performance.now());
    outbox.push(frame(200));
    outbox.push(frame(300));
    expect(outbox.push(frame(150))).toBe(true);
    expect([outbox.droppedFrames, outbox.queuedFrames, outbox.queuedBytes]).toEqual([1, 2, 950]);
    // One that cannot fit beside the unfinished write is dropped itself, and everything before it.
    expect(outbox.push(frame(501))).toBe(false);
    expect([outbox.droppedFrames, outbox.queuedFrames, outbox.queuedBytes]).toEqual([4, 0, 500]);
  });

  it('says once that a client is too slow, when the tick ends', async () => {
    const outbox = open(1_000, 100, 'disconnect');
    outbox.push(frame(900));
    outbox.flush(flusher.batcher, performance.now());
    outbox.push(frame(200));
    outbox.push(frame(200));
    expect(slow).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    // Those of other tests may be told in the same turn.
    expect(slow.filter((one) => one === outbox)).toHaveLength(1);
  });

  it('lets a control frame in only where data can give way', () => {
    const outbox = open(1_000, 100, 'drop-oldest');
    outbox.push(frame(500));
    outbox.flush(flusher.batcher, performance.now());
    outbox.push(frame(400));
    expect(outbox.push(frame(300, true))).toBe(true);
    expect(outbox.push(frame(300, true))).toBe(false);
    expect(outbox.queuedBytes).toBe(800);
  });
});
