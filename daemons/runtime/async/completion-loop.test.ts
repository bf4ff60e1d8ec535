import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { shownInstruments } from '../telemetry/test-fixtures/shown-instruments.ts';
import { AsyncWorker } from './async-worker.ts';
import { CompletionLoop, type CompletionLoopOptions, instrumentCompletions } from './completion-loop.ts';
import { CompletionPort } from './completion-port.ts';
import type { PosterJob } from './test-fixtures/completion-poster.ts';

const loops: CompletionLoop[] = [];
const workers: AsyncWorker[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const worker of workers) worker.signalStop();
  await Promise.all(loops.splice(0).map((loop) => loop.close()));
  await Promise.all(workers.splice(0).map((worker) => worker.destroy()));
});

function makeLoop(options: Partial<CompletionLoopOptions> = {}): CompletionLoop {
  const onError = (error: unknown) => {
    throw error;
  };
  const loop = new CompletionLoop({ onError, ...options });
  loops.push(loop);
  return loop;
}

function startPoster(loop: CompletionLoop, key: number, count: PosterJob['count']): AsyncWorker {
  const module = new URL('test-fixtures/completion-poster.ts', import.meta.url);
  const data: PosterJob = { shared: loop.shared, key, count };
  const worker = new AsyncWorker({ name: `poster ${key}`, module, data });
  workers.push(worker);
  return worker;
}

const turn = () => new Promise(setImmediate);

describe('CompletionLoop', () => {
  it('calls the handler of each key, with a number and bytes, in the order of the thread that posted', async () => {
    const loop = makeLoop({ maxBytes: 2 });
    const [seen, other]: [number[], number[]] = [[], []];
    loop.on(7, (value, bytes) => {
      expect([...bytes]).toEqual([7, value % 256]);
      seen.push(value);
    });
    loop.on(8, (value) => other.push(value));
    const posters = [startPoster(loop, 7, 5_000), startPoster(loop, 8, 5_000)];
    await Promise.all(posters.map(({ ended }) => ended));
    await loop.close();
    const all = Array.from({ length: 5_000 }, (_, i) => i);
    expect(seen).toEqual(all);
    expect(other).toEqual(all);
    expect(loop.stats()).toMatchObject({
      size: 0,
      enqueued: 10_000,
      dequeued: 10_000,
      unclaimed: 0,
      rejected: 0,
    });
  });

  it('answers a socket while a thread floods it with completions', async () => {
    const burst = 100;
    const loop = makeLoop({ burst });
    let handled = 0;
    loop.on(1, () => {
      // Slower than the thread, so that there is always more; and not for ever, should nobody else have a turn.
      for (const until = performance.now() + 0.02; performance.now() < until; );
      if (++handled === 20_000) flood.signalStop();
    });
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
    const flood = startPoster(loop, 1, 'flood');
    while (handled === 0) await turn();
    for (let ping = 0; ping < 20; ping++) {
      const before = handled;
      client.write('ping');
      await once(client, 'data');
      // There and back takes some turns of the loop; in each of them no more than a burst is handled.
      expect(handled - before).toBeLessThanOrEqual(20 * burst);
    }
    expect(flood.state).toBe('running');
    client.destroy();
    server.close();
  });

  it('handles so many at once and the rest in the next turns', async () => {
    const loop = makeLoop({ burst: 10, capacity: 64, whenFull: 'fail' });
    let handled = 0;
    loop.on(1, () => handled++);
    const port = new CompletionPort(loop.shared);
    for (let i = 0; i < 25; i++) expect(port.post(1)).toBe('queued');
    const seen: number[] = [];
    while (handled < 25) {
      await turn();
      if (handled !== seen.at(-1)) seen.push(handled);
    }
    for (const [i, count] of seen.entries()) expect(count - (seen[i - 1] ?? 0)).toBeLessThanOrEqual(10);
    expect(seen.at(-1)).toBe(25);
  });

  it('goes on after a handler that throws, and says which key it was', async () => {
    const errors: unknown[] = [];
    const loop = makeLoop({ whenFull: 'fail', onError: (error, key) => errors.push([key, error]) });
    const seen: number[] = [];
    loop.on(-3, (value) => {
      if (value === 0) throw 'bad';
      seen.push(value);
    });
    const port = new CompletionPort(loop.shared);
    for (const value of [0, 1.5]) port.post(-3, value);
    await loop.close();
    expect([errors, seen]).toEqual([[[-3, 'bad']], [1.5]]);
    expect(port.post(-3)).toBe('closed');
  });

  it('counts completions that nobody handles, also after a handler was taken away', async () => {
    const loop = makeLoop({ whenFull: 'fail' });
    let handled = 0;
    const end = loop.on(1, () => handled++);
    expect(() => loop.on(1, () => {})).toThrow(expect.objectContaining({ code: 'conflict' }));
    end();
    const port = new CompletionPort(loop.shared);
    port.post(1);
    port.post(2);
    const again = loop.on(1, () => handled++);
    // It is no longer there to be ended.
    end();
    await turn();
    port.post(1);
    await loop.close();
    again();
    const { unclaimed } = loop.stats();
    expect(unclaimed + handled).toBe(3);
    expect(handled).toBeGreaterThanOrEqual(1);
    expect(unclaimed).toBeGreaterThanOrEqual(1);
  });

  it('takes as many bytes as it was made for, and a whole number as key', async () => {
    const loop = makeLoop({ maxBytes: 5, whenFull: 'fail' });
    const seen: number[][] = [];
    loop.on(1, (_value, bytes) => seen.push([...bytes]));
    const port = new CompletionPort(loop.shared);
    port.post(1, 0, Uint8Array.of(1, 2, 3, 4, 5));
    port.post(1);
    port.post(1, 0, Uint8Array.of(9));
    expect(() => port.post(1, 0, new Uint8Array(6))).toThrow(
      expect.objectContaining({ code: 'limit_reached', message: expect.stringContaining('at most 5') }),
    );
    expect(() => port.post(0.5)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    for (const burst of [0, 1.5])
      expect(() => makeLoop({ burst })).toThrow(expect.objectContaining({ code: 'bad_request' }));
    await loop.close();
    expect(seen).toEqual([[1, 2, 3, 4, 5], [], [9]]);
  });

  it('says that it is full where it fails then', async () => {
    const loop = makeLoop({ capacity: 2, whenFull: 'fail' });
    loop.on(1, () => {});
    const port = new CompletionPort(loop.shared);
    expect([port.post(1), port.post(1), port.post(1)]).toEqual(['queued', 'queued', 'full']);
    await loop.close();
    expect(loop.stats()).toMatchObject({ capacity: 2, dequeued: 2, rejected: 1 });
    expect(makeLoop().stats().capacity).toBe(4_096);
  });

  it('handles one at a time where it is told to', async () => {
    const loop = makeLoop({ burst: 1, whenFull: 'fail' });
    const seen: number[] = [];
    loop.on(1, (value) => seen.push(value));
    const port = new CompletionPort(loop.shared);
    for (const value of [1, 2, 3]) port.post(1, value);
    await loop.close();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('takes no bytes and keeps every completion where it is not told otherwise, and a value is 0', async () => {
    const loop = makeLoop();
    const { capacity, maxMessageBytes, whenFull } = loop.shared;
    expect([capacity, maxMessageBytes, whenFull]).toEqual([4_096, 24, 'block']);
    const other = makeLoop({ whenFull: 'fail' });
    const port = new CompletionPort(other.shared);
    const seen: [number, Uint8Array][] = [];
    other.on(1, (value, bytes) => seen.push([value, bytes]));
    port.post(1);
    port.post(1, 7);
    expect(() => port.post(1, 0, new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'limit_reached', message: expect.stringContaining('at most 0') }),
    );
    await other.close();
    expect(seen.map(([value, bytes]) => [value, bytes.length])).toEqual([
      [0, 0],
      [7, 0],
    ]);
    // Nothing is made for a completion without bytes.
    expect(seen[0]?.[1]).toBe(seen[1]?.[1]);
  });

  it('tells how long each completion has waited, and never less than nothing', async () => {
    const loop = makeLoop({ whenFull: 'fail' });
    const waits: number[] = [];
    loop.onTimes((waitNs) => waits.push(waitNs));
    loop.on(1, () => now.mockReturnValue(2_000));
    const port = new CompletionPort(loop.shared);
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    port.post(1);
    now.mockReturnValue(3_000);
    port.post(1);
    now.mockReturnValue(1_003);
    await loop.close();
    now.mockRestore();
    expect(waits).toEqual([expect.closeTo(3e6, -1), 0]);
  });

  it('is shown as a queue, with how long completions waited', async () => {
    const metrics = new MetricRegistry('t', []);
    const loop = makeLoop({ capacity: 4, whenFull: 'fail' });
    const takeAway = instrumentCompletions(metrics, 'lines', loop);
    const shown = () => shownInstruments(metrics)['queue lines'];
    loop.on(1, () => {});
    const port = new CompletionPort(loop.shared);
    for (const key of [1, 1, 2, 1, 1]) port.post(key);
    const common = { highWater: 4, capacity: 4, submitted: 4, rejected: 1 };
    expect(shown()).toMatchObject({
      ...common,
      depth: 4,
      completed: 0,
      dropped: 0,
      waitSeconds: { count: 0 },
    });
    await loop.close();
    expect(shown()).toMatchObject({
      ...common,
      depth: 0,
      completed: 3,
      dropped: 1,
      waitSeconds: { count: 4 },
    });
    const onTimes = vi.spyOn(loop, 'onTimes');
    takeAway();
    expect(onTimes).toHaveBeenCalledWith(null);
    expect(shown()).toBeUndefined();
  });

  it('leaves no handle behind', async () => {
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 1_000; i++) {
      const loop = new CompletionLoop({ capacity: 4, onError: () => {} });
      await loop.close();
    }
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});
