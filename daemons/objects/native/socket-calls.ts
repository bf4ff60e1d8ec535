/** Calls on sockets: who is at the other end, a second descriptor of one, a pair of them, waiting for one. */
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Libc } from './libc.ts';
import { nativeError, negated } from './native-error.ts';
import {
  AF_UNIX,
  F_DUPFD_CLOEXEC,
  POLLFD,
  POLLIN,
  POLLNVAL,
  SO_PEERCRED,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  UCRED,
} from './native-layout.ts';

/** Who connected to a Unix socket, as the kernel says. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Node does not document the handle; on Windows it has no descriptor. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/**
 * The descriptor of a plain socket, which stays the socket's; -1 where there is none, and for a socket with TLS: Node tells that of the
 * connection below, and what is written there would be read in the clear.
 */
export function descriptorOf(socket: Socket): number {
  if ('encrypted' in socket) return -1;
  return (socket as unknown as WithHandle)._handle?.fd ?? -1;
}

/**
 * `SO_PEERCRED`.
 * @throws an error with the system's `code`; `ENOTSOCK`, `EBADF`
 */
export function peerCredentials(libc: Libc, socket: number): PeerCredentials {
  const memory = Buffer.allocUnsafeSlow(UCRED.size + 4).fill(0);
  memory.writeUInt32LE(UCRED.size, UCRED.size);
  const address = libc.addressOf(memory);
  const found = negated(
    libc.getsockopt(socket, SOL_SOCKET, SO_PEERCRED, address, address + UCRED.size),
    libc.errno(),
  );
  if (found < 0) throw nativeError('getsockopt', -found);
  return {
    pid: memory.readInt32LE(UCRED.pid),
    uid: memory.readUInt32LE(UCRED.uid),
    gid: memory.readUInt32LE(UCRED.gid),
  };
}

/**
 * A second descriptor of the same open socket or file, closed on exec; each is closed for itself.
 * @throws an error with the system's `code`; `EMFILE` where the process has no more
 */
export function duplicate(libc: Libc, fd: number): number {
  const copy = negated(libc.fcntl(fd, F_DUPFD_CLOEXEC, 3), libc.errno());
  if (copy < 0) throw nativeError('fcntl', -copy);
  return copy;
}

/**
 * Two Unix sockets that are connected to each other and do not block.
 * @throws an error with the system's `code`
 */
export function socketPair(libc: Libc): readonly [number, number] {
  const pair = Buffer.allocUnsafeSlow(8).fill(0);
  const address = libc.addressOf(pair);
  const made = negated(
    libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, address),
    libc.errno(),
  );
  if (made < 0) throw nativeError('socketpair', -made);
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}

/**
 * Waits until something can be received, or the other side has ended. A thread of libuv's pool of four waits, so this is for programs
 * with a connection or two, not for a server.
 * @returns false where nothing came in time
 * @throws an error with the system's `code`
 */
export async function waitReadable(libc: Libc, fd: number, timeoutMs: number): Promise<boolean> {
  const memory = Buffer.allocUnsafeSlow(POLLFD.size).fill(0);
  memory.writeInt32LE(fd, POLLFD.fd);
  memory.writeInt16LE(POLLIN, POLLFD.events);
  const ready = await new Promise<number>((resolve, reject) => {
    libc.pollAside(libc.addressOf(memory), 1, timeoutMs, (error, count) => {
      if (error === null || error === undefined) resolve(count);
      else reject(error as Error);
    });
  });
  // Also keeps the memory until the call has returned.
  if (ready > 0 && (memory.readInt16LE(POLLFD.revents) & POLLNVAL) !== 0)
    throw nativeError('poll', constants.errno.EBADF);
  return ready > 0;
}
