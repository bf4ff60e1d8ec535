/** Whether a daemon could listen where its configuration says, found out by doing it for a moment. For checks only. */
import { createServer, type Server } from 'node:net';
import type { HeldAddress } from '../contract/daemon-link.ts';
import { formatKeyPath } from '../contract/key-path.ts';
import type { ConfiguredPlace } from '../contract/manifest.ts';
import { listenError } from './listener-change.ts';

/**
 * Opens all places and closes them again.
 * @returns those that somebody holds already
 * @throws SignalboxError for a place that cannot be listened on for another reason
 */
export async function probePlaces(places: readonly ConfiguredPlace[]): Promise<readonly HeldAddress[]> {
  const open: Server[] = [];
  const held: HeldAddress[] = [];
  try {
    for (const { host, port, path } of places) {
      // Whoever connects in that moment is cut off; port 0 is always to be had, on an address that is there.
      const server = createServer((socket) => socket.destroy());
      try {
        await listen(server, host, port);
        open.push(server);
      } catch (error) {
        const key = formatKeyPath(path);
        const cause = error as NodeJS.ErrnoException;
        if (cause.code !== 'EADDRINUSE') throw listenError({ host, port, key }, cause);
        held.push({ host, port, key, own: false });
      }
    }
    return held;
  } finally {
    for (const server of open) server.close();
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
}
