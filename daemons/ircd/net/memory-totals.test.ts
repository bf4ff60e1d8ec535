/** What the server does when all that clients sent is too much, and when it may not open as many sockets as it should. */
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { LineClient, type Loopback, startLoopback } from './loopback-fixture.ts';

let running: Loopback | null = null;
const clients: LineClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  running?.server.close();
  running = null;
});

async function start(input: Record<string, unknown>, count: number): Promise<Loopback> {
  running = await startLoopback({
    class: [
      { name: 'open', match: ['127.0.0.0/8'], throttle: false, flood: false, send_queue_bytes: 1 << 24 },
    ],
    ...input,
  });
  for (let i = 0; i < count; i++) clients.push(await LineClient.connect(running.port));
  const { handler } = running;
  await until(() => handler.open.size === count);
  return running;
}

describe('what clients sent and what waits', () => {
  test('lets the one with most go, and counts it', async () => {
    const { server, handler } = await start({ receive_queue_total_bytes: 600 }, 3);
    clients[0]?.socket.write('a'.repeat(100));
    clients[1]?.socket.write('b'.repeat(400));
    clients[2]?.socket.write('c'.repeat(100));
    await until(() => server.stats.get('inputHeld') === 600);
    expect(handler.closed).toEqual([]);
    expect(server.heldOfInput).toEqual({ depth: 600, high_water: 600, capacity: 600 });
    clients[0]?.socket.write('a');
    await until(() => handler.closed.length > 0);
    expect(handler.closed).toEqual(['RecvQ total exceeded']);
    expect([server.stats.get('memoryKills'), server.stats.get('inputHeld')]).toEqual([1, 201]);
    expect(server.heldOfInput).toEqual({ depth: 201, high_water: 601, capacity: 600 });
    await until(() => clients[1]?.lines.length === 1);
    expect(clients[1]?.lines).toEqual(['ERROR :RecvQ total exceeded']);
  });

  test('frees an eighth of the total beside what is too much', async () => {
    const { server, handler } = await start({ receive_queue_total_bytes: 800 }, 9);
    for (const [i, client] of clients.slice(0, 8).entries()) {
      client.socket.write('x'.repeat(100));
      await until(() => server.stats.get('inputHeld') === (i + 1) * 100);
    }
    // One byte too many and a hundred more: that takes two of them.
    clients[8]?.socket.write('y');
    await until(() => handler.closed.length > 0);
    expect([handler.closed.length, server.stats.get('inputHeld')]).toEqual([2, 601]);
  });
});

test('warns where the system has fewer descriptors than connections are allowed', async () => {
  const warnings: string[] = [];
  running = await startLoopback(
    { class: [{ name: 'huge', match: ['127.0.0.0/8'], max_connections: 1_000_000_000 }] },
    { warn: (text) => warnings.push(text) },
  );
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('max_connections');
});
