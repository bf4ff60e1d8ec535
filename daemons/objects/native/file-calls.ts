/** Calls on files: opening below a folder, sending without a copy, telling the kernel what will be read. */
import { constants } from 'node:fs';
import { constants as osConstants } from 'node:os';
import type { Libc } from './libc.ts';
import { nativeError, negated } from './native-error.ts';
import {
  IOVEC,
  OPEN_HOW,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RWF_NOWAIT,
  SYS_OPENAT2,
  SYS_PREADV2,
  SYS_PREADV2_X64,
  writeWord,
} from './native-layout.ts';

/** Of `posix_fadvise`. */
export const ADVICE = { sequential: 2, willNeed: 3, dontNeed: 4 } as const;

/** Node does not name it. */
const O_CLOEXEC = 0o2000000;
const { O_CREAT } = constants;
const { EAGAIN, EINVAL } = osConstants.errno;

export class FileCalls {
  readonly #libc: Libc;
  readonly #how = Buffer.allocUnsafeSlow(OPEN_HOW.size).fill(0);
  readonly #howAddress: number;
  readonly #offset = Buffer.allocUnsafeSlow(8).fill(0);
  readonly #offsetAddress: number;

  /** An `iovec` and the byte that it points at. */
  readonly #probe = Buffer.allocUnsafeSlow(IOVEC.size + 8).fill(0);
  readonly #probeAddress: number;
  readonly #preadv2 = process.arch === 'x64' ? SYS_PREADV2_X64 : SYS_PREADV2;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#probeAddress = libc.addressOf(this.#probe);
    writeWord(this.#probe, this.#probeAddress + IOVEC.size, IOVEC.base);
    writeWord(this.#probe, 1, IOVEC.bytes);
    this.#howAddress = libc.addressOf(this.#how);
    this.#offsetAddress = libc.addressOf(this.#offset);
    writeWord(this.#how, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, OPEN_HOW.resolve);
  }

  /**
   * `openat2`: opens what is below an open folder, follows no link, and does not leave the folder by `..` or an absolute path. The
   * descriptor is closed on exec.
   * @param mode of a file that `flags` create; of no other
   * @throws an error with the system's `code`: `ELOOP` and `EXDEV` for what it refuses, `ENOSYS` and `EPERM` where there is no such call
   */
  readonly openBeneath = (folder: number, path: string, flags: number, mode = 0): number => {
    // The call would see only what stands before it.
    if (path.includes('\0')) throw nativeError('openat2', EINVAL);
    writeWord(this.#how, flags | O_CLOEXEC, OPEN_HOW.flags);
    // The call refuses a mode for which there is no use.
    writeWord(this.#how, (flags & O_CREAT) === 0 ? 0 : mode, OPEN_HOW.mode);
    const fd = negated(
      this.#libc.openat2(SYS_OPENAT2, folder, path, this.#howAddress, OPEN_HOW.size),
      this.#libc.errno(),
    );
    if (fd < 0) throw nativeError('openat2', -fd);
    return fd;
  };

  /**
   * `sendfile`: moves bytes of a file into a socket inside the kernel. The file's own position stays.
   * @returns bytes that were taken, 0 at the end of the file, or the error number, negative: `-EAGAIN` where the socket is full
   */
  sendFile(socket: number, file: number, offset: number, bytes: number): number {
    writeWord(this.#offset, offset, 0);
    return negated(this.#libc.sendfile(socket, file, this.#offsetAddress, bytes), this.#libc.errno());
  }

  /**
   * `preadv2` with RWF_NOWAIT: whether a byte of a file can be read without asking the disk. True where that cannot be said: a file
   * system that lacks the call, or an offset behind the end.
   */
  isInMemory(file: number, offset: number): boolean {
    const read = negated(
      this.#libc.preadv2(this.#preadv2, file, this.#probeAddress, 1, offset, 0, RWF_NOWAIT),
      this.#libc.errno(),
    );
    return read !== -EAGAIN;
  }

  /** Tells the kernel what becomes of a range; it may do nothing. @returns 0 or an error number */
  advise(file: number, offset: number, bytes: number, advice: number): number {
    return this.#libc.posixFadvise(file, offset, bytes, advice);
  }

  /**
   * Closes a descriptor that a native call opened. In a worker that tracks the descriptors of `node:fs`, each is closed by the side
   * that opened it.
   */
  close(fd: number): void {
    this.#libc.close(fd);
  }
}
