/**
 * Unix sockets to listen on. A server listens under a name of its own, gets its rights, and only then is linked to the path
 * that clients know: nobody connects before the rights are right, and no two processes get one path. What stands at the
 * path gives way only when it is a socket on which nobody answers. Used by the listeners of every daemon.
 */
import { randomBytes } from 'node:crypto';
import { type BigIntStats, chmodSync, chownSync, linkSync, lstatSync, unlinkSync } from 'node:fs';
import { access, constants, lstat } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { limits } from '../limits.ts';

/** Rights of a socket whose setting names none: its owner's. */
export const SOCKET_MODE = 0o600;

/** What stands at a path: nothing, a socket that nobody listens on any more, a socket that is in use, or no socket. */
export type PathState = 'free' | 'stale' | 'held' | 'foreign';

/** What stands where a server is to listen. Changes nothing. Rejects with what the file system says. */
export async function pathState(path: string): Promise<PathState> {
  return (await lookAt(path)).state;
}

/** Whether this process may make a socket there; rejects with what the file system says. */
export async function mayListenAt(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK | constants.X_OK);
}

/** Longest path that Linux takes for a socket, in bytes (`sun_path` of unix(7) less the NUL at its end). */
export const MOST_PATH_BYTES = 107;

/**
 * Makes `server` listen at `path`, readable and writable as `mode` says.
 * @param gid the group that it belongs to; that of the process where absent
 * @returns takes the path away again, as far as it is still this server's; to be called before the server is closed
 * @throws Error of the file system, with `EADDRINUSE` where somebody answers at the path and `EEXIST` where it is no socket
 */
export async function listenAtPath(
  server: Server,
  path: string,
  mode: number,
  gid?: number,
): Promise<() => void> {
  if (process.platform === 'win32') throw withCode('ENOTSUP', 'Windows has no sockets in its file system');
  const found = await lookAt(path);
  if (found.state === 'held') throw withCode('EADDRINUSE', 'somebody listens there');
  if (found.state === 'foreign') throw withCode('EEXIST', 'it is no socket');
  // The bind below would say EACCES of a folder that is missing.
  await mayListenAt(path);
  const ownName = nameBeside(path);
  await listen(server, ownName);
  try {
    // Before the rights: a change of the group takes some of them away.
    if (gid !== undefined) giveTo(ownName, gid);
    chmodSync(ownName, mode);
    const own = lstatSync(ownName, { bigint: true });
    if (found.stats !== null && isSame(statOf(path), found.stats)) unlinkSync(path);
    linkSync(ownName, path);
    unlinkSync(ownName);
    return () => {
      if (isSame(statOf(path), own)) unlinkSync(path);
    };
  } catch (error) {
    server.close();
    const cause = error as NodeJS.ErrnoException;
    throw cause.code === 'EEXIST' ? withCode('EADDRINUSE', 'somebody else was faster') : cause;
  }
}

function giveTo(path: string, gid: number): void {
  try {
    chownSync(path, -1, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw withCode('EGROUP', `this user is not in the group ${gid}, and only root may give a socket to it`);
  }
}

/** A name for a moment: beside the path, because a link does not leave its file system, and short, as no system takes long ones. */
function nameBeside(path: string): string {
  const folder = dirname(path);
  const room = MOST_PATH_BYTES - Buffer.byteLength(folder) - '/.'.length;
  return join(folder, `.${randomBytes(5).toString('base64url').slice(0, Math.max(1, room))}`);
}

async function lookAt(path: string): Promise<{ state: PathState; stats: BigIntStats | null }> {
  let stats: BigIntStats;
  try {
    stats = await lstat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'free', stats: null };
    throw error;
  }
  if (!stats.isSocket()) return { state: 'foreign', stats };
  return { state: (await isDead(path)) ? 'stale' : 'held', stats };
}

/** Whether nobody listens on a socket. In doubt somebody does. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (dead: boolean) => {
      socket.destroy();
      resolve(dead);
    };
    socket.setTimeout(limits.socketProbeMs.default, () => settle(false));
    socket.on('connect', () => settle(false));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => settle(code === 'ECONNREFUSED'));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, backlog: limits.listenBacklog.default }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function statOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function isSame(a: BigIntStats | undefined, b: BigIntStats): boolean {
  return a !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function withCode(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
