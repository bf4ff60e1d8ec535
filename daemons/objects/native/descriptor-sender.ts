/**
 * Sends answers with descriptors, many in one system call. Each thread has one or two; whoever fills one sends it before anybody
 * else fills it. It opens and closes nothing: descriptors are the caller's before and after.
 */
import type { Libc } from './libc.ts';
import { negated } from './native-error.ts';
import {
  CMSGHDR,
  DESCRIPTOR_BYTES,
  IOVEC,
  MMSGHDR,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSGHDR,
  SCM_RIGHTS,
  SOL_SOCKET,
  writeWord,
} from './native-layout.ts';

/**
 * Which byte carries the descriptor: `own-byte`, one `X` in a message of its own behind the answer, for readers that take the answer by
 * `read` and the byte by `recvmsg`; `first-byte`, that of the answer itself.
 */
export type Carrier = 'own-byte' | 'first-byte';

/** What became of a batch. */
export interface SentBatch {
  /** Answers that went out with their descriptors. */
  answers: number;
  /** The answer behind them went out as well, but not yet the byte with its descriptor: {@link DescriptorSender.sendCarrier} comes next. */
  torn: boolean;
  /** Why nothing at all went out, as an error number; 0 where something did. */
  errno: number;
}

/** Room for the bytes of one answer without its content: head and metadata. */
export const ANSWER_BYTES = 1024;

const FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;
const CONTROL_BYTES = CMSGHDR.size + 2 * DESCRIPTOR_BYTES;
/** The byte that programs of this protocol have it ride on. */
const CARRIER_BYTE = 0x58;

export class DescriptorSender {
  /** Answer number `i` is written at `i * ANSWER_BYTES`. */
  readonly bytes: Buffer;
  /** Answers in one call at most. */
  readonly capacity: number;
  readonly #libc: Libc;
  readonly #each: number;
  readonly #memory: Buffer;
  readonly #address: number;
  readonly #iovs: number;
  readonly #controls: number;
  readonly #result: SentBatch = { answers: 0, torn: false, errno: 0 };
  #count = 0;

  constructor(libc: Libc, carrier: Carrier, capacity: number) {
    this.#libc = libc;
    this.capacity = capacity;
    this.#each = carrier === 'own-byte' ? 2 : 1;
    const messages = capacity * this.#each;
    this.#iovs = messages * MMSGHDR.size;
    this.#controls = this.#iovs + messages * IOVEC.size;
    const carrierByte = this.#controls + capacity * CONTROL_BYTES;
    // Node frees it with the sender; an address in it is one of itself or of `bytes`.
    this.#memory = Buffer.allocUnsafeSlow(carrierByte + 1).fill(0);
    this.bytes = Buffer.allocUnsafeSlow(capacity * ANSWER_BYTES).fill(0);
    this.#address = libc.addressOf(this.#memory);
    this.#memory[carrierByte] = CARRIER_BYTE;
    const bytes = libc.addressOf(this.bytes);
    for (let answer = 0; answer < capacity; answer++) {
      const first = answer * this.#each;
      this.#layOut(first, bytes + answer * ANSWER_BYTES, 0);
      if (this.#each === 2) this.#layOut(first + 1, this.#address + carrierByte, 1);
      this.#layOutControl(answer, first + this.#each - 1);
    }
  }

  /** Answers that wait to be sent. */
  get count(): number {
    return this.#count;
  }

  /** Where the next answer is to be written in {@link bytes}. */
  get next(): number {
    return this.#count * ANSWER_BYTES;
  }

  /** Takes in the answer that was written at {@link next}: at most {@link capacity} of them. */
  add(byteLength: number, descriptor: number): void {
    const answer = this.#count++;
    const iov = this.#iovs + answer * this.#each * IOVEC.size;
    this.#memory.writeUInt32LE(byteLength, iov + IOVEC.bytes);
    this.#memory.writeInt32LE(descriptor, this.#controls + answer * CONTROL_BYTES + CMSGHDR.size);
  }

  /** The descriptor of answer number `answer`. */
  descriptorOf(answer: number): number {
    return this.#memory.readInt32LE(this.#controls + answer * CONTROL_BYTES + CMSGHDR.size);
  }

  /** Bytes of answer number `answer`, without the byte that carries its descriptor by itself. */
  lengthOf(answer: number): number {
    return this.#memory.readUInt32LE(this.#iovs + answer * this.#each * IOVEC.size + IOVEC.bytes);
  }

  /** Forgets what was added. */
  clear(): void {
    this.#count = 0;
  }

  /** The bytes of answer number `answer`, good until the next one is written there. */
  answerOf(answer: number): Buffer {
    const start = answer * ANSWER_BYTES;
    return this.bytes.subarray(start, start + this.lengthOf(answer));
  }

  /**
   * Offers all that was added to a Unix socket, without waiting, and forgets it: the caller closes every descriptor, sent or not. A
   * message of this size goes whole or not at all, because Linux puts it into one buffer. The result is the same object each time.
   */
  send(socket: number): SentBatch {
    const wanted = this.#count * this.#each;
    this.#count = 0;
    const sent = this.#offer(socket, 0, wanted);
    const result = this.#result;
    result.errno = sent < 0 ? -sent : 0;
    result.answers = sent < 0 ? 0 : Math.floor(sent / this.#each);
    result.torn = sent > 0 && sent % this.#each !== 0;
    return result;
  }

  /**
   * Sends the one byte that carries a descriptor, behind an answer that is out already. Only for `own-byte`, and while nothing waits
   * to be sent.
   * @returns 0, or the error number of a failure: then it was not sent
   */
  sendCarrier(socket: number, descriptor: number): number {
    this.#memory.writeInt32LE(descriptor, this.#controls + CMSGHDR.size);
    const sent = this.#offer(socket, 1, 1);
    return sent < 0 ? -sent : 0;
  }

  /** How many messages went out, or the error number, negative. */
  #offer(socket: number, first: number, count: number): number {
    return negated(
      this.#libc.sendmmsg(socket, this.#address + first * MMSGHDR.size, count, FLAGS),
      this.#libc.errno(),
    );
  }

  #layOut(message: number, base: number, bytes: number): void {
    const header = message * MMSGHDR.size;
    const iov = this.#iovs + message * IOVEC.size;
    writeWord(this.#memory, this.#address + iov, header + MSGHDR.iov);
    writeWord(this.#memory, 1, header + MSGHDR.iovCount);
    writeWord(this.#memory, base, iov + IOVEC.base);
    writeWord(this.#memory, bytes, iov + IOVEC.bytes);
  }

  #layOutControl(answer: number, message: number): void {
    const header = message * MMSGHDR.size;
    const control = this.#controls + answer * CONTROL_BYTES;
    writeWord(this.#memory, this.#address + control, header + MSGHDR.control);
    writeWord(this.#memory, CONTROL_BYTES, header + MSGHDR.controlBytes);
    writeWord(this.#memory, CMSGHDR.size + DESCRIPTOR_BYTES, control + CMSGHDR.bytes);
    this.#memory.writeInt32LE(SOL_SOCKET, control + CMSGHDR.level);
    this.#memory.writeInt32LE(SCM_RIGHTS, control + CMSGHDR.type);
  }
}
