/**
 * The system calls that Node does not have, called by koffi. It is loaded once a thread, when something first asks: a machine
 * without it, or where it does not load, still serves what needs none of them.
 *
 * Structures are bytes in buffers that are laid out here and handed over by address, so that a call makes no object and copies
 * nothing. Neither `koffi.view` nor external buffers are used: V8 as Electron builds it ends the process over them.
 */
import { endianness } from 'node:os';
import { type Koffi, loadKoffi } from '../../runtime/native/koffi.ts';

/** Functions of the C library, as it declares them. Addresses are numbers: those of user space fit. */
export interface Libc {
  readonly sendmmsg: (socket: number, messages: number, count: number, flags: number) => number;
  readonly recvmsg: (socket: number, message: number, flags: number) => number;
  readonly recv: (socket: number, bytes: number, size: number, flags: number) => number;
  readonly sendfile: (out: number, from: number, offset: number, bytes: number) => number;
  readonly openat2: (call: number, folder: number, path: string, how: number, size: number) => number;
  /** The offset goes in two halves, of which 64-bit systems use the first. */
  readonly preadv2: (
    call: number,
    file: number,
    iov: number,
    count: number,
    offset: number,
    high: number,
    flags: number,
  ) => number;
  readonly getsockopt: (socket: number, level: number, name: number, value: number, size: number) => number;
  readonly socketpair: (domain: number, type: number, protocol: number, pair: number) => number;
  readonly fcntl: (fd: number, command: number, argument: number) => number;
  /** Takes whole numbers up to 2^53. @returns an error number, not -1 */
  readonly posixFadvise: (fd: number, offset: number, bytes: number, advice: number) => number;
  readonly close: (fd: number) => number;
  /** Ends both directions or one; who waits for the socket, in any thread, comes back. */
  readonly shutdown: (socket: number, how: number) => number;
  /** Whether a descriptor is ready, waited for by a thread of libuv's pool. */
  readonly pollAside: (
    descriptors: number,
    count: number,
    timeoutMs: number,
    done: (error: unknown, ready: number) => void,
  ) => void;
  /** Why the last call of this thread failed. */
  readonly errno: () => number;
  /** Where a buffer of `allocUnsafeSlow` lies. It stays there for as long as something refers to the buffer. */
  readonly addressOf: (buffer: Buffer) => number;
}

/** What loading came to: the functions, or why there are none, for operators. */
export type LoadedLibc =
  | { readonly libc: Libc; readonly reason: null }
  | { readonly libc: null; readonly reason: string };

/** Those where the layouts of native-layout.ts hold. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64'];

let loaded: LoadedLibc | null = null;

/** The C library of this thread; the first call loads it, which takes some milliseconds. */
export function loadLibc(): LoadedLibc {
  loaded ??= loadLibcBy(loadKoffi);
  return loaded;
}

/** For tests: as {@link loadLibc}, by another loader and for another machine, and without remembering. */
export function loadLibcBy(
  load: () => Koffi,
  platform: string = process.platform,
  architecture: string = process.arch,
): LoadedLibc {
  if (platform !== 'linux')
    return { libc: null, reason: `native calls are there on Linux alone, and this is ${platform}` };
  if (!ARCHITECTURES.includes(architecture) || endianness() !== 'LE')
    return { libc: null, reason: `native calls are not known for the processor ${architecture}` };
  try {
    return { libc: declare(load()), reason: null };
  } catch (error) {
    return { libc: null, reason: `koffi did not load: ${(error as Error).message.split('\n')[0]}` };
  }
}

function declare(koffi: Koffi): Libc {
  // The functions that the process has anyway, whatever its C library is called.
  const library = koffi.load(null);
  return {
    sendmmsg: library.func('sendmmsg', 'int', ['int', 'size_t', 'uint', 'int']),
    recvmsg: library.func('recvmsg', 'long', ['int', 'size_t', 'int']),
    recv: library.func('recv', 'long', ['int', 'size_t', 'size_t', 'int']),
    sendfile: library.func('sendfile', 'long', ['int', 'int', 'size_t', 'size_t']),
    openat2: library.func('syscall', 'long', ['long', 'int', 'str', 'size_t', 'size_t']),
    preadv2: library.func('syscall', 'long', ['long', 'int', 'size_t', 'long', 'int64', 'long', 'int']),
    getsockopt: library.func('getsockopt', 'int', ['int', 'int', 'int', 'size_t', 'size_t']),
    socketpair: library.func('socketpair', 'int', ['int', 'int', 'int', 'size_t']),
    fcntl: library.func('fcntl', 'int', ['int', 'int', 'size_t']),
    posixFadvise: library.func('posix_fadvise', 'int', ['int', 'int64', 'int64', 'int']),
    close: library.func('close', 'int', ['int']),
    shutdown: library.func('shutdown', 'int', ['int', 'int']),
    pollAside: library.func('poll', 'int', ['size_t', 'size_t', 'int']).async,
    // The function itself: see `negated`.
    errno: koffi.errno,
    addressOf: (buffer) => Number(koffi.address(buffer)),
  };
}
