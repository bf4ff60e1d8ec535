/** For tests of attacks: many raw connections, and what they leave behind in the server, its threads and this process. */
import { readdir, readlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { expect, vi } from 'vitest';
import { until } from '../../../runtime/test-fixtures/until.ts';
import type { Loopback } from '../loopback-fixture.ts';

/** Sockets that this process has open: threads have descriptors of their own, but no other sockets than these. */
export async function openSockets(): Promise<number> {
  const kinds = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => 'closed')),
  );
  return kinds.filter((kind) => kind.startsWith('socket:')).length;
}

/** Raw connections, all of them open. */
export async function connections(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
  }
  await until(() => sockets.every(({ connecting }) => !connecting));
  return sockets;
}

/** Nobody has a place, in the state or in a thread, and there are as many sockets as before. */
export async function nothingIsLeft({ server, handler }: Loopback, before: number): Promise<void> {
  await until(() => server.admission.size === 0 && handler.open.size === 0);
  await until(() =>
    server.threadFigures.threads.every(
      ({ connections: { active }, bytesTo, bytesFrom, unheard }) =>
        active === 0 && bytesTo === 0 && bytesFrom === 0 && unheard.depth === 0,
    ),
  );
  await vi.waitFor(async () => expect(await openSockets()).toBeLessThanOrEqual(before));
}
