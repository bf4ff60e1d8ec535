/** Receives bytes and the descriptors that came with them. One a thread is enough: what it received is taken before the next call. */
import type { Libc } from './libc.ts';
import { negated } from './native-error.ts';
import {
  CMSGHDR,
  DESCRIPTOR_BYTES,
  IOVEC,
  MESSAGE_DESCRIPTORS,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSGHDR,
  SCM_RIGHTS,
  SOL_SOCKET,
  writeWord,
} from './native-layout.ts';

const CONTROL_BYTES = CMSGHDR.size + (MESSAGE_DESCRIPTORS + 1) * DESCRIPTOR_BYTES;
const IOV = MSGHDR.size;
const CONTROL = IOV + IOVEC.size;

/** What one `recvmsg` brought. The same object each time. */
export interface Received {
  /** Bytes at the beginning of {@link DescriptorReceiver.bytes}; 0 when the other side has ended, -1 on an error. */
  byteLength: number;
  /** Now open in this process, and the caller's to close. They belong to the message whose first bytes end what was received. */
  readonly descriptors: number[];
  /** Descriptors were lost: this process, or the system, has no room for more. */
  lost: boolean;
  /** Error number, `EAGAIN` where nothing is there; 0 for none. */
  errno: number;
}

export class DescriptorReceiver {
  /** What was received last. */
  readonly bytes: Buffer;
  readonly #libc: Libc;
  readonly #memory = Buffer.allocUnsafeSlow(CONTROL + CONTROL_BYTES).fill(0);
  readonly #address: number;
  readonly #result: Received = { byteLength: 0, descriptors: [], lost: false, errno: 0 };

  constructor(libc: Libc, capacityBytes = 65_536) {
    this.#libc = libc;
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes);
    this.#address = libc.addressOf(this.#memory);
    writeWord(this.#memory, this.#address + IOV, MSGHDR.iov);
    writeWord(this.#memory, 1, MSGHDR.iovCount);
    writeWord(this.#memory, this.#address + CONTROL, MSGHDR.control);
    writeWord(this.#memory, libc.addressOf(this.bytes), IOV + IOVEC.base);
  }

  /**
   * Takes what is there, at most `maxBytes`, without waiting. It ends behind a message that had descriptors, so those of two messages
   * are never mixed up.
   */
  receive(socket: number, maxBytes: number = this.bytes.length): Received {
    const memory = this.#memory;
    writeWord(memory, Math.min(maxBytes, this.bytes.length), IOV + IOVEC.bytes);
    writeWord(memory, CONTROL_BYTES, MSGHDR.controlBytes);
    const result = this.#result;
    result.descriptors.length = 0;
    result.lost = false;
    result.errno = 0;
    const received = negated(
      this.#libc.recvmsg(socket, this.#address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC),
      this.#libc.errno(),
    );
    result.byteLength = Math.max(received, -1);
    if (received < 0) result.errno = -received;
    else this.#takeDescriptors(result);
    return result;
  }

  #takeDescriptors(result: Received): void {
    const memory = this.#memory;
    result.lost = (memory.readInt32LE(MSGHDR.flags) & MSG_CTRUNC) !== 0;
    const end = CONTROL + memory.readUInt32LE(MSGHDR.controlBytes);
    for (let at = CONTROL; at + CMSGHDR.size <= end; ) {
      const bytes = memory.readUInt32LE(at + CMSGHDR.bytes);
      if (bytes < CMSGHDR.size) return;
      const isRights =
        memory.readInt32LE(at + CMSGHDR.level) === SOL_SOCKET &&
        memory.readInt32LE(at + CMSGHDR.type) === SCM_RIGHTS;
      for (
        let fd = at + CMSGHDR.size;
        isRights && fd + DESCRIPTOR_BYTES <= at + bytes;
        fd += DESCRIPTOR_BYTES
      )
        result.descriptors.push(memory.readInt32LE(fd));
      at += Math.ceil(bytes / 8) * 8;
    }
  }
}
