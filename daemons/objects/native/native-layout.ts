/**
 * How Linux lays out what these calls take, where pointers have eight bytes and the low byte comes first; glibc and musl
 * agree on it. From `bits/socket.h`, `linux/openat2.h` and `poll.h`.
 */

/** `struct msghdr`, and `struct mmsghdr`, which is one with the length that was sent behind it. */
export const MSGHDR = { iov: 16, iovCount: 24, control: 32, controlBytes: 40, flags: 48, size: 56 } as const;
export const MMSGHDR = { sentBytes: 56, size: 64 } as const;
/** `struct iovec`. */
export const IOVEC = { base: 0, bytes: 8, size: 16 } as const;
/** `struct cmsghdr`; data begins behind it and is padded to eight bytes. */
export const CMSGHDR = { bytes: 0, level: 8, type: 12, size: 16 } as const;
/** `struct open_how`. */
export const OPEN_HOW = { flags: 0, mode: 8, resolve: 16, size: 24 } as const;
/** `struct ucred`. */
export const UCRED = { pid: 0, uid: 4, gid: 8, size: 12 } as const;
/** `struct pollfd`. */
export const POLLFD = { fd: 0, events: 4, revents: 6, size: 8 } as const;

export const DESCRIPTOR_BYTES = 4;
/** SCM_MAX_FD: descriptors in one message at most. */
export const MESSAGE_DESCRIPTORS = 253;

export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_CLOEXEC = 0o2000000;
export const SOCK_NONBLOCK = 0o4000;
export const SOL_SOCKET = 1;
export const SO_PEERCRED = 17;
export const SCM_RIGHTS = 1;
export const MSG_CTRUNC = 0x8;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_CMSG_CLOEXEC = 0x40000000;
export const F_DUPFD_CLOEXEC = 1030;
export const POLLIN = 0x1;
export const POLLNVAL = 0x20;
/** The same number on every processor. */
export const SYS_OPENAT2 = 437;
export const SYS_PREADV2_X64 = 327;
/** On every processor that came to Linux later. */
export const SYS_PREADV2 = 286;
export const RWF_NOWAIT = 0x8;
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_NO_SYMLINKS = 0x04;
export const RESOLVE_BENEATH = 0x08;

/** Writes an address or a size; both stay below 2^53. Allocates nothing. */
export function writeWord(memory: Buffer, value: number, at: number): void {
  memory.writeUInt32LE(value % 0x1_0000_0000, at);
  memory.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}
