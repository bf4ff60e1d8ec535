/** What operators see of the threads that own sockets: what waits, who is not heard, and what is left of a thread that is no more. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { limits } from '../../limits.ts';
import { front, LineClient, type Loopback, OPEN_CLASS, startLoopback } from '../loopback-fixture.ts';
import { IoShard } from './io-shard.ts';
import { MESSAGES } from './records.ts';
import { ShardedFront } from './sharded-front.ts';

let running: Loopback | null = null;

beforeEach(() => {
  front.threads = 2;
});

afterEach(() => {
  running?.server.close();
  running = null;
  front.threads = 0;
  vi.restoreAllMocks();
});

async function start(...[input, options]: Parameters<typeof startLoopback>): Promise<Loopback> {
  running = await startLoopback(input, options);
  return running;
}

test('without threads there is nothing to see', async () => {
  front.threads = 0;
  const { server } = await start();
  expect(server.threadFigures).toEqual({ threads: [], waits: 0, lost: 0 });
});

test('each thread has its connections, and nothing waits once all was heard and written', async () => {
  const { server, port } = await start();
  const clients: LineClient[] = [];
  for (let i = 0; i < 3; i++) clients.push(await LineClient.connect(port));
  for (const client of clients) client.send('ECHO one', 'ECHO two');
  await until(() => clients.every(({ lines }) => lines.length === 2));
  const figures = () => server.threadFigures.threads;
  await until(() => figures().every(({ bytesTo, bytesFrom }) => bytesTo === 0 && bytesFrom === 0));
  expect(figures().map(({ connections }) => connections)).toEqual([
    { active: 2, opened: 2 },
    { active: 1, opened: 1 },
  ]);
  for (const { to, from, unheard } of figures()) {
    expect([to.depth, from.depth, unheard.depth]).toEqual([0, 0, 0]);
    expect([to.capacity, from.capacity]).toEqual([MESSAGES, MESSAGES]);
    // A thread that sent a message was sent one: the connection, and what it is answered.
    expect(Math.min(to.submitted, from.submitted, to.highWater, from.highWater)).toBeGreaterThan(0);
  }
  for (const client of clients) client.close();
  await until(() => figures().every(({ connections }) => connections.active === 0));
  expect(figures().map(({ connections }) => connections.opened)).toEqual([2, 1]);
});

test('what the state has not heard, and who is not read because of it, is seen while it lasts', async () => {
  front.threads = 1;
  let hear = () => {};
  const deaf = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const { server, port, handler } = await start({
    class: [{ name: 'open', throttle: false, flood: false, receive_queue_bytes: 1 << 20 }],
  });
  const client = await LineClient.connect(port);
  await until(() => handler.open.size === 1);
  // As if a thread had too much to write.
  const overloaded = vi.spyOn(IoShard.prototype, 'overloaded', 'get').mockReturnValue(true);
  const waiting = vi.spyOn(IoShard.prototype, 'until').mockReturnValue(deaf);
  client.socket.write(`${'x'.repeat(98)}\r\n`.repeat((3 * limits.unheardBytes.default) / 100));
  const thread = () => server.threadFigures.threads[0]!;
  // Counted as not read at once, and as on its way when its turn of the loop is over.
  await until(() => thread().unheard.depth === 1 && thread().from.depth > 0);
  await until(() => thread().bytesFrom > limits.unheardBytes.default / 2);
  overloaded.mockRestore();
  waiting.mockRestore();
  hear();
  await until(
    () => thread().unheard.depth === 0 && thread().bytesFrom === 0 && client.socket.bytesWritten > 0,
  );
  expect(thread().unheard).toMatchObject({ highWater: 1 });
  expect(thread().unheard.submitted).toBeGreaterThan(0);
  client.close();
});

test('what a thread has not taken is seen, and that a tick waited for it', async () => {
  front.threads = 1;
  const { server, port } = await start({
    class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 1 << 30 }],
  });
  const client = await LineClient.connect(port);
  let most = 0;
  let deepest = 0;
  const flush = IoShard.prototype.flush;
  vi.spyOn(IoShard.prototype, 'flush').mockImplementation(function (this: IoShard) {
    flush.call(this);
    most = Math.max(most, this.figures.bytesTo);
    deepest = Math.max(deepest, this.figures.to.depth);
  });
  client.send('FILL 8000000', 'ECHO behind');
  await until(() => client.lines.at(-1) === 'behind');
  expect(most).toBeGreaterThan(0);
  expect(deepest).toBeGreaterThan(0);
  await until(() => server.threadFigures.threads[0]!.bytesTo === 0);
  const waits = server.threadFigures.waits;
  vi.spyOn(ShardedFront.prototype, 'behind', 'get').mockReturnValueOnce(true);
  client.send('ECHO waited');
  await until(() => client.lines.at(-1) === 'waited');
  expect(server.threadFigures.waits).toBe(waits + 1);
  client.close();
});

test('the successor of a thread goes on counting, and what waited for that one waits no more', async () => {
  const told: string[] = [];
  const opened = vi.spyOn(IoShard.prototype, 'open');
  front.threads = 1;
  const { server, port, handler } = await start(OPEN_CLASS, { onThreadTrouble: (text) => told.push(text) });
  for (let death = 1; death <= 2; death++) {
    const lost = await LineClient.connect(port);
    lost.send('ECHO heard');
    await until(() => lost.lines.length === 1 && handler.open.size === 1);
    const before = server.threadFigures.threads[0]!;
    expect(before.connections).toEqual({ active: 1, opened: death });
    // No record is of this sort, which is a defect.
    (opened.mock.contexts.at(-1) as IoShard).tell(-99, 0);
    await until(() => told.length === death);
    const { lost: count, threads } = server.threadFigures;
    const now = threads[0]!;
    expect([count, threads.length, now.connections]).toEqual([death, 1, { active: 0, opened: death }]);
    expect(now.from.submitted).toBeGreaterThanOrEqual(before.from.submitted);
    expect(now.to.submitted).toBeGreaterThanOrEqual(before.to.submitted);
    expect(now.to.highWater).toBeGreaterThanOrEqual(before.to.highWater);
    expect([now.from.depth, now.bytesFrom]).toEqual([0, 0]);
    // Once it has taken what every thread is told when it starts.
    await until(() => server.threadFigures.threads[0]!.to.depth === 0);
  }
});
