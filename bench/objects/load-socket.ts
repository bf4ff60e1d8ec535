/**
 * Sockets of the load generator, by system calls: it has a process and a core of its own, and may wait in `poll`. So
 * descriptors arrive, and what Node's streams would cost is not part of what is measured.
 */
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { DescriptorReceiver, type Received } from '../../daemons/objects/native/descriptor-receiver.ts';
import { type Libc, loadLibc } from '../../daemons/objects/native/libc.ts';

/** Where a server listens. */
export type Target = { readonly path: string } | { readonly port: number };

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const POLLIN = 1;
const POLLFD_BYTES = 8;
const RECEIVE_BYTES = 1024 * 1024;
const MSG_NOSIGNAL = 0x4000;
const { EAGAIN, EINTR } = constants.errno;

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const library = koffi.load(null);
const socketCall = library.func('socket', 'int', ['int', 'int', 'int']);
const connectCall = library.func('connect', 'int', ['int', 'size_t', 'uint']);
const sendCall = library.func('send', 'long', ['int', 'size_t', 'size_t', 'int']);
const pollCall = library.func('poll', 'int', ['size_t', 'size_t', 'int']);
const setOption = library.func('setsockopt', 'int', ['int', 'int', 'int', 'size_t', 'uint']);

const libc: Libc = (() => {
  const loaded = loadLibc();
  if (loaded.libc === null) throw new Error(`The load generator cannot run here: ${loaded.reason}.`);
  return loaded.libc;
})();
const receiver = new DescriptorReceiver(libc, RECEIVE_BYTES);

/** The bytes that the last {@link receive} brought, at the beginning. */
export const received = receiver.bytes;

function failed(call: string): never {
  throw new Error(`${call} failed with error number ${koffi.errno()}`);
}

function addressOf(target: Target): Buffer {
  if ('port' in target) {
    const address = Buffer.allocUnsafeSlow(16).fill(0);
    address.writeUInt16LE(AF_INET, 0);
    address.writeUInt16BE(target.port, 2);
    address.set([127, 0, 0, 1], 4);
    return address;
  }
  const path = Buffer.from(target.path);
  const address = Buffer.allocUnsafeSlow(2 + path.length + 1).fill(0);
  address.writeUInt16LE(AF_UNIX, 0);
  address.set(path, 2);
  return address;
}

/** Connects; waits for it. */
export function open(target: Target): number {
  const tcp = 'port' in target;
  const fd = socketCall(tcp ? AF_INET : AF_UNIX, SOCK_STREAM, 0) as number;
  if (fd < 0) failed('socket');
  const address = addressOf(target);
  if ((connectCall(fd, libc.addressOf(address), address.length) as number) < 0) failed('connect');
  if (tcp) {
    const one = Buffer.allocUnsafeSlow(4).fill(0);
    one[0] = 1;
    setOption(fd, IPPROTO_TCP, TCP_NODELAY, libc.addressOf(one), one.length);
  }
  return fd;
}

/** Sends all of it; waits where the server does not read. `bytes` is of `allocUnsafeSlow`. */
export function send(fd: number, bytes: Buffer, length: number): void {
  const address = libc.addressOf(bytes);
  for (let at = 0; at < length; ) {
    const sent = sendCall(fd, address + at, length - at, MSG_NOSIGNAL) as number;
    if (sent < 0) failed('send');
    at += sent;
  }
}

/** Takes what is there; null where that is nothing. @throws Error at the end of the connection */
export function receive(fd: number): Received | null {
  const result = receiver.receive(fd);
  if (result.byteLength > 0) return result;
  if (result.byteLength === 0) throw new Error('the server ended a connection');
  if (result.errno === EAGAIN || result.errno === EINTR) return null;
  throw new Error(`recvmsg failed with error number ${result.errno}`);
}

/** Closes a descriptor. */
export const close = (fd: number): void => {
  libc.close(fd);
};

/** Waits for any of several sockets. */
export class Readiness {
  readonly #memory: Buffer;
  readonly #address: number;
  readonly #count: number;

  constructor(fds: readonly number[]) {
    this.#count = fds.length;
    this.#memory = Buffer.allocUnsafeSlow(fds.length * POLLFD_BYTES).fill(0);
    this.#address = libc.addressOf(this.#memory);
    fds.forEach((fd, index) => {
      this.#memory.writeInt32LE(fd, index * POLLFD_BYTES);
      this.#memory.writeInt16LE(POLLIN, index * POLLFD_BYTES + 4);
    });
  }

  /** Waits until one is ready; false after `timeoutMs`. */
  wait(timeoutMs: number): boolean {
    return (pollCall(this.#address, this.#count, timeoutMs) as number) > 0;
  }

  /** Whether that one is. */
  has(index: number): boolean {
    return this.#memory[index * POLLFD_BYTES + 6] !== 0;
  }
}
