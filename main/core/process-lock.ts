/**
 * A lock on a data folder that lives exactly as long as its process: the name of an abstract Unix socket (unix(7)), which is
 * no file that anybody could delete, and which the kernel takes back however the process ends. Held beside the socket and
 * the record of a claim. Linux only: on Windows the named pipe is such a lock itself, elsewhere those two are all there is.
 */
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { lockHolder } from './lock-holder.ts';

/** Bytes of a name behind its zero: all that fit, because Node 20 fills the rest with zeros and Node 24 does not. */
const NAME_BYTES = 107;

/** A lock that is held. */
export interface ProcessLock {
  /** Gives it back. Giving back twice is fine. */
  close(): void;
}

/** What came of an attempt. */
export type LockAttempt =
  | { readonly lock: ProcessLock }
  /** A process of this account holds it. */
  | { readonly heldBy: number };

const NO_LOCK: LockAttempt = { lock: { close() {} } };

/** The name of the lock of a folder, which is the same for every path to it. */
export async function lockName(dataDir: string): Promise<string> {
  const { dev, ino } = await stat(dataDir, { bigint: true });
  return `signalbox-data-folder-${dev}-${ino}-`.padEnd(NAME_BYTES, '.');
}

/**
 * Takes the lock of `dataDir`. Any account may take any name, so that one which another account holds says nothing: it is
 * passed over, as is a system without such names.
 */
export async function takeProcessLock(
  dataDir: string,
  platform: NodeJS.Platform = process.platform,
): Promise<LockAttempt> {
  if (platform !== 'linux') return NO_LOCK;
  const name = await lockName(dataDir);
  const server = createServer((socket) => socket.destroy());
  if (await listens(server, `\0${name}`)) {
    server.unref();
    return { lock: { close: () => void server.close() } };
  }
  const pid = await lockHolder(name);
  return pid === null ? NO_LOCK : { heldBy: pid };
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(path, () => {
      server.removeAllListeners('error');
      // An accept that fails concerns whoever connected.
      server.on('error', () => {});
      resolve(true);
    });
  });
}
