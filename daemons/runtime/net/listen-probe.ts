/** Whether a daemon could listen where its configuration says, found out by doing it for a moment. For checks only. */
import { createServer, type Server } from 'node:net';
import { toWireError, type WireError } from '../../../contract/errors.ts';
import { formatKeyPath } from '../../../contract/key-path.ts';
import type { HeldAddress } from '../../../contract/link/reload.ts';
import type { ConfiguredPlace } from '../../../contract/manifest.ts';
import { listenError } from './listener-change.ts';

/** Places that cannot be had. */
export interface ProbedPlaces {
  /** Somebody holds them already. */
  readonly held: readonly HeldAddress[];
  /** Why others cannot be listened on. */
  readonly refused: readonly WireError[];
}

/** Opens all places and closes them again. */
export async function probePlaces(places: readonly ConfiguredPlace[]): Promise<ProbedPlaces> {
  const open: Server[] = [];
  const held: HeldAddress[] = [];
  const refused: WireError[] = [];
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
        if (cause.code === 'EADDRINUSE') held.push({ host, port, key, own: false });
        else refused.push(toWireError(listenError({ host, port, key }, cause)));
      }
    }
    return { held, refused };
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
