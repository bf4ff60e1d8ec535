/**
 * One instance a data directory. The claim is a listening socket, which the system releases with the process, however
 * that ends, and a record of that process, because a socket file can be deleted while its owner lives; where the system has
 * one, also a lock that is no file at all, because both files can be deleted. A socket that nobody
 * answers on is taken over, and one whose owner is ending is waited for. Called by the local socket.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import { makeFolder } from '../../../daemons/runtime/files/make-folder.ts';
import type { ControlLimits } from '../limits.ts';
import { type ProcessLock, takeProcessLock } from '../process-lock.ts';
import type { Holder } from './instance-holder.ts';
import type { InstanceRecord } from './instance-record.ts';

/** Longest path of a Unix socket that every system takes, in bytes (macOS has 104 with the final zero). */
const SOCKET_PATH_BYTES = 103;

/**
 * Where an instance with this data directory listens. A directory whose path is too long for a socket gets one in the
 * user's runtime directory.
 */
export function localSocketPath(dataDir: string): string {
  const absolute = resolve(dataDir);
  const digest = createHash('sha256').update(absolute).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\signalbox-${digest}`;
  const path = join(absolute, 'control.sock');
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path;
  const uid = process.getuid?.() ?? 0;
  const base = process.env.XDG_RUNTIME_DIR ?? join(tmpdir(), `signalbox-${uid}`);
  return join(base, `signalbox-${digest}.sock`);
}

/** Who claims, and what is told meanwhile. */
export interface Claimant {
  readonly dataDir: string;
  readonly server: Server;
  /** Null on a system that has no such thing. */
  readonly record: InstanceRecord | null;
  readonly limits: ControlLimits;
  say(text: string): void;
}

/** A claim that was made. */
export interface Claim {
  /** Of the socket. */
  readonly path: string;
  readonly lock: ProcessLock;
}

/**
 * Makes the server listen at the socket of `dataDir`. Waits for an instance that is ending, and says so.
 * @throws SignalboxError `conflict` when another instance answers there or lives, with its process and what to do.
 */
export async function claimSocketPath(claimant: Claimant): Promise<Claim> {
  const { dataDir, server, record, limits, say } = claimant;
  const path = localSocketPath(dataDir);
  await waitForHolder(dataDir, path, limits, say);
  if (process.platform === 'win32') {
    // A named pipe belongs to whoever created it and vanishes with them.
    await listen(server, path, dataDir);
    return { path, lock: { close() {} } };
  }
  return await underLock(dataDir, limits, async () => {
    const { livingRecord, writeRecord } = await import('./instance-record.ts');
    // One whose socket file was deleted holds the folder all the same. Another one may have waited too, and been quicker.
    const recorded = await livingRecord(dataDir);
    if (recorded !== null) throw conflict(dataDir, recorded);
    const holder = await holderOf(path, limits);
    holder?.close();
    if (holder !== null) throw conflict(dataDir, holder);
    const attempt = await takeProcessLock(dataDir);
    if ('heldBy' in attempt) throw conflict(dataDir, { host: null, pid: attempt.heldBy });
    try {
      if (record !== null) await writeRecord(dataDir, record);
      await placeSocket(server, path, dataDir);
    } catch (error) {
      attempt.lock.close();
      await releaseRecord(dataDir);
      throw error;
    }
    return { path, lock: attempt.lock };
  });
}

/** Makes another server of the owner listen where the file of the one before was deleted. */
export async function renewSocketPath({ dataDir, server, limits }: Claimant): Promise<void> {
  await underLock(dataDir, limits, () => placeSocket(server, localSocketPath(dataDir), dataDir));
}

async function placeSocket(server: Server, path: string, dataDir: string): Promise<void> {
  const directory = dirname(path);
  if (directory !== resolve(dataDir)) ownDirectory(directory);
  await rm(path, { force: true });
  await listen(server, path, dataDir);
}

/** Takes the record back; from then on the socket alone says that the owner is still there. */
export async function releaseRecord(dataDir: string): Promise<void> {
  const { removeRecord } = await import('./instance-record.ts');
  await removeRecord(dataDir);
}

async function underLock<Result>(
  dataDir: string,
  limits: ControlLimits,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = join(dataDir, 'control.lock');
  await acquire(lock, limits);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Loaded here only: the command line needs {@link localSocketPath}, and no schemas for it. */
async function holderOf(path: string, limits: ControlLimits): Promise<Holder | null> {
  const { findHolder } = await import('./instance-holder.ts');
  return await findHolder(path, limits.probeMs);
}

/** Returns when nobody holds the path any more; throws `conflict` for a holder that stays. */
async function waitForHolder(
  dataDir: string,
  path: string,
  limits: ControlLimits,
  say: (text: string) => void,
): Promise<void> {
  const holder = await holderOf(path, limits);
  if (holder === null) return;
  if (holder.closing === null) {
    holder.close();
    throw conflict(dataDir, holder.pid === null ? await recordedHolder(dataDir, holder) : holder);
  }
  const seconds = limits.successorWaitMs / 1000;
  const who = `The Signalbox${processOf(holder)} that uses ${dataDir}`;
  say(`${who} is ending (${holder.closing}); waiting for it, at most ${seconds} s.`);
  if (await holder.gone(limits.successorWaitMs)) return;
  const mend = holder.pid === null ? 'End its process' : `End it with: kill -9 ${holder.pid}`;
  throw new SignalboxError('conflict', `${who} has not ended within ${seconds} s. ${mend}`, {
    detail: { dataDir, pid: holder.pid },
  });
}

/** A holder that does not answer, as a restore or a host that hangs, is named by its record. */
async function recordedHolder(dataDir: string, silent: Holder): Promise<Pick<Holder, 'host' | 'pid'>> {
  const { livingRecord } = await import('./instance-record.ts');
  return (await livingRecord(dataDir)) ?? silent;
}

function processOf({ host, pid }: Pick<Holder, 'host' | 'pid'>): string {
  const words = [host ?? '', pid === null ? '' : `process ${pid}`].filter((word) => word !== '');
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function conflict(dataDir: string, holder: Pick<Holder, 'host' | 'pid'> | null): SignalboxError {
  const which = holder === null ? '' : processOf(holder);
  const stop = holder?.pid == null ? 'Stop it first' : `Stop it first (kill ${holder.pid})`;
  const message = `Another Signalbox${which} uses ${dataDir}. ${stop}, or give this one its own directory with --data.`;
  return new SignalboxError('conflict', message, { detail: { dataDir, pid: holder?.pid ?? null } });
}

function listen(server: Server, path: string, dataDir: string): Promise<void> {
  return new Promise((settle, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? conflict(dataDir, null) : error);
    });
    server.listen(path, () => {
      server.removeAllListeners('error');
      // An accept that fails, for want of descriptors say, costs that client and not main.
      server.on('error', () => {});
      settle();
    });
  });
}

/** Makes the directory for a socket outside the data directory, and refuses one that somebody else made. */
function ownDirectory(directory: string): void {
  makeFolder(directory);
  const uid = process.getuid?.();
  if (uid !== undefined && statSync(directory).uid !== uid) {
    throw new SignalboxError('refused', `${directory} belongs to another user.`);
  }
}

/** Two instances that start together must not both find a stale socket: one at a time looks. */
async function acquire(lock: string, limits: ControlLimits): Promise<void> {
  const deadline = Date.now() + limits.takeoverLockMs;
  for (;;) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (Date.now() > deadline || !(await ownerLives(lock))) {
      await rm(lock, { force: true });
      continue;
    }
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

async function ownerLives(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => '');
  const pid = Number(text);
  // Empty: its owner is about to write the number.
  if (text === '' || !Number.isInteger(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
