/**
 * Gives a socket to another thread. Node moves no socket between threads, but all of them have the same descriptors: a copy of the
 * descriptor outlives the handle that it came from, and another thread makes a socket of its own of it.
 */
import { type Koffi, loadKoffi } from './koffi.ts';

/** `fcntl` on Linux: a copy that programs which are started do not inherit. */
const F_DUPFD_CLOEXEC = 1030;
/** The lowest number that a copy may have: those below are input, output and errors of the process. */
const LOWEST = 3;

/** Node does not document the handle. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/** What loading came to: the function, or why there is none, for operators. */
export type SocketDuplicator =
  | { readonly duplicate: (fd: number) => number; readonly reason: null }
  | { readonly duplicate: null; readonly reason: string };

let loaded: SocketDuplicator | null = null;

/** The way to copy descriptors in this process; the first call loads it, which takes some milliseconds. */
export function socketDuplicator(): SocketDuplicator {
  loaded ??= loadDuplicator(loadKoffi);
  return loaded;
}

/** For tests: as {@link socketDuplicator}, by another loader and for another system, and without remembering. */
export function loadDuplicator(load: () => Koffi, platform: string = process.platform): SocketDuplicator {
  if (platform !== 'linux')
    return { duplicate: null, reason: `sockets change threads on Linux alone, and this is ${platform}` };
  try {
    const fcntl = load().load(null).func('fcntl', 'int', ['int', 'int', 'size_t']);
    return { duplicate: (fd) => fcntl(fd, F_DUPFD_CLOEXEC, LOWEST) as number, reason: null };
  } catch (error) {
    return { duplicate: null, reason: `koffi did not load: ${(error as Error).message.split('\n')[0]}` };
  }
}

/** The descriptor of a socket that is open; -1 where it has none. */
export function descriptorOf(socket: object): number {
  return (socket as WithHandle)._handle?.fd ?? -1;
}
