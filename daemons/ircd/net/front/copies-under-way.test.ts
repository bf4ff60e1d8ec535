/** What is on its way to a thread for one client alone is of that client's send queue, until the thread has taken it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { until } from '../../../runtime/test-fixtures/until.ts';
import type { ClientConnection } from '../client-connection.ts';
import { front, LineClient, type Loopback, OPEN_CLASS, startLoopback } from '../loopback-fixture.ts';
import { CopiesUnderWay } from './copies-under-way.ts';
import { IoShard } from './io-shard.ts';
import { RangeWriter } from './range-writer.ts';
import type { RemoteSocket } from './remote-socket.ts';
import { SharedLines } from './shared-lines.ts';

let running: Loopback | null = null;

beforeEach(() => {
  front.threads = 1;
});

afterEach(() => {
  vi.restoreAllMocks();
  running?.server.close();
  running = null;
  front.threads = 0;
});

async function start(sendQueueBytes: number, totalBytes = 1 << 30): Promise<Loopback> {
  running = await startLoopback({
    class: [{ ...OPEN_CLASS.class[0], send_queue_bytes: sendQueueBytes }],
    send_queue_total_bytes: totalBytes,
  });
  return running;
}

/** As if shared memory was full: all that is said from here on is copied for each client. */
const fillMemory = () => vi.spyOn(SharedLines.prototype, 'take').mockReturnValue(null);

function socketWith(told: unknown[], name: string): RemoteSocket {
  return {
    onWay: (bytes: number, inTick: boolean) => told.push([name, bytes, inTick]),
  } as unknown as RemoteSocket;
}

test('they are counted when they are sent and given back with their tick, for each client once a tick', () => {
  const told: unknown[] = [];
  const copies = new CopiesUnderWay();
  const [ann, bob] = [socketWith(told, 'ann'), socketWith(told, 'bob')];
  expect(copies.empty).toBe(true);
  // Numbers of ticks go round.
  const tick = 0x7fff_ffff;
  copies.add(tick, ann, 5);
  copies.add(tick, ann, 6);
  copies.add(tick, bob, 7);
  copies.add((tick + 1) | 0, bob, 8);
  expect(told.splice(0)).toEqual([
    ['ann', 5, true],
    ['ann', 6, true],
    ['bob', 7, true],
    ['bob', 8, true],
  ]);
  copies.taken(tick);
  expect(told).toEqual([]);
  copies.taken((tick + 1) | 0);
  expect(told.splice(0)).toEqual([
    ['ann', -11, false],
    ['bob', -7, false],
  ]);
  expect(copies.empty).toBe(false);
  copies.clear();
  copies.taken((tick + 2) | 0);
  expect([told, copies.empty]).toEqual([[], true]);
});

test('they are held for the client until the thread has taken them, whether or not anything is said after that', async () => {
  const { server, port, handler } = await start(1 << 24);
  const client = await LineClient.connect(port);
  await until(() => handler.open.size === 1);
  fillMemory();
  let most = 0;
  const { bytes } = RangeWriter.prototype;
  vi.spyOn(RangeWriter.prototype, 'bytes').mockImplementation(function (this: RangeWriter, ...args) {
    bytes.apply(this, args);
    const { depth = 0 } = server.heldToSend;
    most = Math.max(most, depth);
    expect(server.sampleSendQueues().totalBytes).toBeGreaterThanOrEqual(depth);
  });
  client.send('FILL 300000', 'ECHO behind');
  await until(() => client.lines.at(-1) === 'behind');
  expect(client.received).toBe(300_008);
  expect(most).toBeGreaterThanOrEqual(300_000);
  await until(() => server.heldToSend.depth === 0 && server.sampleSendQueues().totalBytes === 0);
  client.close();
});

test('a client for which more is on the way than its class allows is let go', async () => {
  const { server, port, handler } = await start(100_000);
  const client = await LineClient.connect(port);
  const other = await LineClient.connect(port);
  await until(() => handler.open.size === 2);
  fillMemory();
  client.send('FILL 100001');
  await until(() => handler.closed.length === 1);
  expect([handler.closed, server.stats.get('sendQueueKills')]).toEqual([['SendQ exceeded'], 1]);
  other.send('FILL 90000', 'ECHO behind');
  await until(() => other.lines.at(-1) === 'behind');
  await until(() => server.heldToSend.depth === 0);
  other.close();
});

test('while a tick is written nobody is let go: others are told of it in the next', async () => {
  const { server, port, handler } = await start(100_000);
  const client = await LineClient.connect(port);
  await until(() => handler.open.size === 1);
  const [connection] = handler.open;
  const { remote } = connection as ClientConnection<string>;
  remote?.onHeld?.(100_001, true);
  expect([handler.closed, server.heldToSend.depth]).toEqual([[], 100_001]);
  remote?.onHeld?.(100_001, false);
  expect(handler.closed).toEqual(['SendQ exceeded']);
  await until(() => client.closed && server.heldToSend.depth === 0);
});

test('when more is on the way to all than may wait for all, whoever is sent most is let go', async () => {
  const { server, port, handler } = await start(1 << 24, 200_000);
  const [most, least] = [await LineClient.connect(port), await LineClient.connect(port)];
  await until(() => handler.open.size === 2);
  fillMemory();
  least.send('FILL 50000');
  most.send('FILL 400000');
  await until(() => handler.closed.length === 1);
  expect([handler.closed, server.stats.get('memoryKills')]).toEqual([['SendQ total exceeded'], 1]);
  least.send('ECHO still here');
  await until(() => least.lines.at(-1) === 'still here');
  least.close();
});

test('nothing is held for a client whose thread has ended, or that is gone', async () => {
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const { server, port, handler } = await start(1 << 24);
  const client = await LineClient.connect(port);
  await until(() => handler.open.size === 1);
  fillMemory();
  // No record is of this sort, so the thread never gets to what follows.
  (opened.mock.contexts[0] as IoShard).tell(-99, 0);
  client.send('FILL 300000');
  await until(() => client.closed && handler.open.size === 0);
  await until(() => server.heldToSend.depth === 0);
});

test('nobody is heard while there is no room for what a full tick would say, and threads have still to write', async () => {
  const { port, handler } = await start(1 << 24);
  const client = await LineClient.connect(port);
  await until(() => handler.open.size === 1);
  let write = () => {};
  const written = new Promise<void>((resolve) => {
    write = resolve;
  });
  const short = vi.spyOn(SharedLines.prototype, 'short', 'get').mockReturnValue(true);
  const behind = vi.spyOn(IoShard.prototype, 'doneBefore').mockImplementation((tick) => tick - 1);
  const asked = vi.spyOn(IoShard.prototype, 'until').mockReturnValue(written);
  client.send('ECHO heard');
  await until(() => asked.mock.calls.length === 1);
  expect(handler.lines).toEqual([]);
  short.mockRestore();
  behind.mockRestore();
  asked.mockRestore();
  write();
  await until(() => client.lines.length === 1);
  expect(client.lines).toEqual(['heard']);
  client.close();
});

test('where no thread has anything to write somebody is heard, however little room there is', async () => {
  const { port } = await start(1 << 24);
  const client = await LineClient.connect(port);
  vi.spyOn(SharedLines.prototype, 'short', 'get').mockReturnValue(true);
  for (let i = 0; i < 20; i++) {
    client.send(`ECHO ${i}`);
    await until(() => client.lines.length === i + 1);
  }
  client.close();
});
