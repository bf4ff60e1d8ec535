/**
 * Whether a daemon could listen where its configuration says, found out by doing it for a moment; of Unix sockets by a look
 * at the path. For checks only.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { toWireError, type WireError } from '../../../contract/errors.ts';
import { formatKeyPath } from '../../../contract/key-path.ts';
import type { HeldAddress } from '../../../contract/link/reload.ts';
import { placeOf, type TcpPlace } from '../../../contract/listen-place.ts';
import type { ConfiguredPlace } from '../../../contract/manifest.ts';
import { listenError } from './listener-change.ts';
import { mayListenAt, pathState } from './unix-socket.ts';

/** Places that cannot be had. */
export interface ProbedPlaces {
  /** Somebody holds them already. */
  readonly held: readonly HeldAddress[];
  /** Why others cannot be listened on. */
  readonly refused: readonly WireError[];
}

/**
 * Opens all addresses and closes them again.
 * @param ownFolder folder of the daemon's own files: a start makes it where it is missing
 */
export async function probePlaces(
  places: readonly ConfiguredPlace[],
  ownFolder?: string,
): Promise<ProbedPlaces> {
  const open: Server[] = [];
  const held: HeldAddress[] = [];
  const refused: WireError[] = [];
  try {
    for (const configured of places) {
      const place = { ...placeOf(configured), key: formatKeyPath(configured.setting) };
      try {
        if ('path' in place) await lookAtPath(place.path, ownFolder);
        else open.push(await openFor(place));
      } catch (error) {
        const cause = error as NodeJS.ErrnoException;
        if (cause.code === 'EADDRINUSE') held.push({ ...place, own: false });
        else refused.push(toWireError(listenError(place, cause)));
      }
    }
    return { held, refused };
  } finally {
    for (const server of open) server.close();
  }
}

/** Whoever connects in that moment is cut off; port 0 is always to be had, on an address that is there. */
async function openFor({ host, port }: TcpPlace): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}

/** A socket that was left behind stays: nothing is changed by a look. */
async function lookAtPath(path: string, ownFolder: string | undefined): Promise<void> {
  if (dirname(path) === ownFolder && !existsSync(ownFolder)) return;
  const state = await pathState(path);
  if (state === 'held') throw Object.assign(new Error('somebody listens there'), { code: 'EADDRINUSE' });
  if (state === 'foreign') throw Object.assign(new Error('it is no socket'), { code: 'EEXIST' });
  await mayListenAt(path);
}
