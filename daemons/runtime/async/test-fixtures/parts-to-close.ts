/** The parts of the async library, each opened, used and closed once. Used by the leak test only. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { duplexPair } from 'node:stream';
import { SignalboxError } from '../../../../contract/errors.ts';
import { systemClock } from '../../../../kit/clock.ts';
import { ascendingIds, PendingRequests } from '../../../../kit/pending-requests.ts';
import { Logger } from '../../telemetry/logger.ts';
import { LoopWatch } from '../../telemetry/loop-watch.ts';
import { Counter } from '../../telemetry/metric-handles.ts';
import { MetricRegistry } from '../../telemetry/metric-registry.ts';
import { instrumentQueue } from '../../telemetry/queue-instrument.ts';
import { AsyncCache, instrumentCache } from '../async-cache.ts';
import { AsyncQueue } from '../async-queue.ts';
import { AsyncWorker } from '../async-worker.ts';
import { Batcher, instrumentBatcher } from '../batcher.ts';
import { instrumentBreaker } from '../breaker-instrument.ts';
import { instrumentChannel } from '../channel-instruments.ts';
import { CompletionLoop, instrumentCompletions } from '../completion-loop.ts';
import { CompletionPort } from '../completion-port.ts';
import { instrumentConnections } from '../connection-instrument.ts';
import { ConnectionPool } from '../connection-pool.ts';
import { instrumentCorrelation } from '../correlation.ts';
import { DuplexChannel } from '../duplex-channel.ts';
import { lines } from '../framing.ts';
import { LoopTurn } from '../loop-turn.ts';
import { instrumentPool } from '../pool-instrument.ts';
import { poolTask } from '../pool-task.ts';
import { LaneEntry, PriorityLanes } from '../priority-lanes.ts';
import { Resilience } from '../resilience.ts';
import { instrumentSlab, SlabPool } from '../slab-pool.ts';
import { ThreadPool } from '../thread-pool.ts';
import type * as tasks from './any-tasks.ts';
import type { WorkerJob } from './any-worker.ts';

/** How one is opened, used and closed. */
export interface Part {
  readonly name: string;
  /** Whether it starts a thread. */
  readonly threaded?: boolean;
  readonly round: (number: number) => Promise<unknown>;
}

/** Where all of them are shown. */
export const metrics = new MetricRegistry('leaks', []);
const nobody = () => {};
/** What connections are made to. */
export const server = createServer((_request, response) => response.end('x'));
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
/** Of a caller that stays: whoever listens to it has to stop doing so. */
export const { signal } = new AbortController();
const echo = poolTask<typeof tasks.echo<number>>(new URL('any-tasks.ts', import.meta.url), 'echo');

class Waiting extends LaneEntry {}
/** Groups come and go in lanes that stay. */
const lanes = new PriorityLanes<Waiting>();

/** One that hears of blocks by a thread, after so many milliseconds. */
function watchOf(turn: LoopTurn, startMs: number): LoopWatch {
  const log = new Logger().child('loop');
  const blocks = new Counter(new Float64Array(1), 0);
  const watch = new LoopWatch({ log, blocks, onBlock: nobody, turn, startMs });
  watch.start();
  return watch;
}

export const PARTS: readonly Part[] = [
  {
    name: 'PriorityLanes',
    async round() {
      const group = {};
      for (let i = 0; i < 2; i++) lanes.push(new Waiting('normal', group));
      lanes.take();
      lanes.take();
    },
  },
  {
    name: 'AsyncQueue',
    async round() {
      const queue = AsyncQueue.create({ capacity: 4, maxMessageBytes: 64 });
      const { close } = instrumentQueue(metrics, 'leak', () => {
        const { size, highWater, enqueued } = queue.stats();
        return { depth: size, highWater, submitted: enqueued };
      });
      const waiting = queue.readable();
      AsyncQueue.attach(queue.shared).enqueue(Uint8Array.of(1));
      await waiting;
      queue.dequeue();
      const last = queue.readable();
      queue.enqueue(Uint8Array.of(2));
      queue.close();
      await last;
      close();
    },
  },
  {
    name: 'CompletionLoop',
    async round() {
      const loop = new CompletionLoop({ capacity: 4, whenFull: 'fail', onError: nobody });
      const takeAway = instrumentCompletions(metrics, 'leak', loop);
      loop.on(1, nobody);
      new CompletionPort(loop.shared).post(1);
      await loop.close();
      takeAway();
    },
  },
  {
    name: 'SlabPool',
    async round() {
      const pool = new SlabPool({ name: 'leak', objectBytes: 64, max: 8, grow: 2, traced: true });
      const instrument = instrumentSlab(metrics, pool);
      pool.free(pool.alloc());
      pool.close();
      instrument.close();
    },
  },
  {
    name: 'requests',
    async round() {
      const requests = new PendingRequests<string>(systemClock, { limit: 8 }, ascendingIds());
      const instrument = instrumentCorrelation(metrics, 'leak', requests.figures);
      const [answered, open] = [requests.open('it', 60_000), requests.open('it', 60_000, { caller: 'anna' })];
      requests.resolve(answered.requestId, 'x');
      requests.close({ code: 'unavailable', message: 'It is over.' });
      await Promise.allSettled([answered.answer, open.answer]);
      instrument.close();
    },
  },
  {
    name: 'Batcher',
    async round() {
      const batcher = new Batcher<string>({ name: 'leak', send: async () => {}, maxDelayMs: 60_000 });
      const instrument = instrumentBatcher(metrics, batcher);
      batcher.add('a');
      batcher.add('b');
      await batcher.close();
      instrument.close();
    },
  },
  {
    name: 'AsyncCache',
    async round(number) {
      const ask = async (key: number) => (key % 2 === 0 ? 'x' : null);
      const cache = new AsyncCache<number, string>({ name: 'leak', capacity: 8, ttlMs: 60_000, ask });
      const instrument = instrumentCache(metrics, cache);
      await Promise.all([cache.load(number), cache.load(number), cache.load(number + 1)]);
      cache.clear();
      instrument.close();
    },
  },
  {
    name: 'DuplexChannel',
    async round(number) {
      const [here, there] = duplexPair().map((stream) => new DuplexChannel(stream, { framing: lines() }));
      instrumentChannel(metrics, 'leak', here!);
      const waiting = there!.read();
      const vain = here!.read({ signal });
      await here!.write('x', { signal });
      await waiting;
      if (number % 2 === 0) await here!.end();
      here!.close();
      there!.close();
      await Promise.allSettled([vain, here!.closed, there!.closed]);
    },
  },
  {
    name: 'Resilience',
    async round(number) {
      const calls = new Resilience({
        ...{
          what: 'It',
          clock: systemClock,
          random: () => 0,
          failures: 1,
          openMs: 60_000,
          openMaxMs: 60_000,
        },
        ...{
          retryMs: [],
          probe: async () => {},
          verdict: () => 'fault',
          passes: () => false,
          onState: () => {},
        },
      });
      const instrument = instrumentBreaker(metrics, 'leak', calls);
      const options = {
        deadlineMs: 60_000,
        late: () => new SignalboxError('timeout', 'late'),
        repeats: false,
        signal,
      };
      await calls.run(async () => number, options);
      // The second finds the breaker open.
      for (let call = 0; call < 2; call++)
        await calls.run(() => Promise.reject(new Error('no')), options).catch(nobody);
      calls.stop();
      instrument.close();
    },
  },
  {
    name: 'ConnectionPool',
    async round(number) {
      const pool = new ConnectionPool(origin);
      const instrument = instrumentConnections(metrics, 'leak', pool);
      // Connections are slow: of each tenth.
      if (number % 10 === 0) await pool.request({ path: '/', signal });
      await pool.close();
      instrument.close();
    },
  },
  {
    name: 'LoopTurn',
    async round(number) {
      const turn = new LoopTurn();
      const watch = watchOf(turn, 60_000);
      await turn.trace('report', 'anna', () => Promise.resolve(number));
      watch.close();
    },
  },
  {
    name: 'LoopWatch',
    threaded: true,
    async round() {
      const watch = watchOf(new LoopTurn(), 0);
      // Its timer starts a thread.
      await once(process, 'worker');
      watch.close();
    },
  },
  {
    name: 'AsyncWorker',
    threaded: true,
    async round(number) {
      const behaviour = number % 2 === 0 ? 'echo' : 'idle';
      let answer = nobody;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      const module = new URL('any-worker.ts', import.meta.url);
      const data: WorkerJob = { behaviour };
      const worker = new AsyncWorker({ name: 'leak', module, data, onMessage: answer });
      worker.post('x');
      await answered;
      if (behaviour === 'idle') worker.signalStop();
      if (behaviour === 'echo' || !(await worker.join(60_000))) await worker.destroy();
    },
  },
  {
    name: 'ThreadPool',
    threaded: true,
    async round(number) {
      const pool = new ThreadPool({ name: 'leak', max: 1 });
      const takeAway = instrumentPool(metrics, pool);
      await pool.run(echo, number, { signal });
      await pool.close(60_000);
      takeAway();
    },
  },
];
