/** What a thread keeps of many clients that the state does not hear: not more than so much, and nothing of it is lost. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { limits } from '../../limits.ts';
import { front, LineClient, type Loopback, OPEN_CLASS, startLoopback } from '../loopback-fixture.ts';
import { IoShard } from './io-shard.ts';
import { MESSAGE_BYTES, MESSAGES, READ_BYTES } from './records.ts';

let running: Loopback;
const clients: LineClient[] = [];

beforeEach(() => {
  front.threads = 1;
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  running.server.close();
  front.threads = 0;
  vi.restoreAllMocks();
});

const LINE = `${'x'.repeat(254)}\r\n`;
/** What a thread reads of one client at once. */
const READ = LINE.repeat(READ_BYTES / LINE.length);
const NEWCOMERS = 16;

test('a crowd that all sends is not read beyond the total, newcomers included, and is heard in full in the end', async () => {
  running = await startLoopback(OPEN_CLASS);
  const { port, handler, server } = running;
  const most = MESSAGES * MESSAGE_BYTES + limits.unheardTotalBytes.default;
  const crowd = Math.ceil((2 * most) / READ_BYTES);
  for (let i = 0; i < crowd; i++) clients.push(await LineClient.connect(port));
  await until(() => handler.open.size === crowd);
  let hear = () => {};
  const deaf = new Promise<void>((resolve) => {
    hear = resolve;
  });
  // As if a thread had too much to write.
  vi.spyOn(IoShard.prototype, 'overloaded', 'get').mockReturnValue(true);
  vi.spyOn(IoShard.prototype, 'until').mockReturnValue(deaf);
  for (const { socket } of clients) socket.write(READ);
  const thread = () => server.threadFigures.threads[0]!;
  await until(() => thread().unheard.depth === crowd);
  for (let i = 0; i < NEWCOMERS; i++) {
    const late = await LineClient.connect(port);
    clients.push(late);
    late.socket.write(READ);
  }
  await until(() => thread().unheard.depth === crowd + NEWCOMERS);
  expect(thread().bytesFrom).toBeGreaterThan(limits.unheardTotalBytes.default);
  expect(thread().bytesFrom).toBeLessThan(most + 2 * MESSAGE_BYTES);
  vi.restoreAllMocks();
  hear();
  await until(() => handler.lines.length === ((crowd + NEWCOMERS) * READ.length) / LINE.length);
  expect(thread().unheard.depth).toBe(0);
  clients.push(await LineClient.connect(port));
  for (const client of clients) client.send('ECHO served');
  await until(() => clients.every(({ lines }) => lines.at(-1) === 'served'));
});
