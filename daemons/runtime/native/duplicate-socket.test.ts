/** A copy of a descriptor, by which a socket changes threads, and what is said where there is no way to make one. */
import { once } from 'node:events';
import { connect, createServer, type Server, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { descriptorOf, loadDuplicator, socketDuplicator } from './duplicate-socket.ts';
import type { Koffi } from './koffi.ts';

const never = (): Koffi => {
  throw new Error('no such module\nat line 1');
};

async function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as { port: number }).port };
}

test('a copy outlives the socket that it came from, and is the same connection', async () => {
  const { server, port } = await listening();
  const client = connect(port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const copy = socketDuplicator().duplicate?.(descriptorOf(accepted)) ?? -1;
  expect(copy).toBeGreaterThan(2);
  accepted.destroy();
  await once(accepted, 'close');
  const moved = new Socket({ fd: copy });
  client.write('hello');
  const [heard] = (await once(moved, 'data')) as [Buffer];
  expect([heard.toString(), moved.remotePort]).toEqual(['hello', client.localPort]);
  moved.destroy();
  client.destroy();
  server.close();
});

test('what has no descriptor is told, and what is none cannot be copied', () => {
  expect(descriptorOf(new Socket())).toBe(-1);
  expect(socketDuplicator().duplicate?.(-1)).toBe(-1);
});

test.each([
  ['sunos', 'sockets change threads on Linux alone, and this is sunos'],
  ['linux', 'koffi did not load: no such module'],
])('on %s without koffi there is none, and why', (platform, reason) => {
  expect(loadDuplicator(never, platform)).toEqual({ duplicate: null, reason });
});
