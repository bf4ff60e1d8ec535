/**
 * Answers to FDPASS that go out together, all that one read of a socket asked for in one call. There is one batch for each thread and way of
 * carrying descriptors: a connection sends what it put in before another has its turn. Descriptors are opened for one answer alone, as
 * clients of one open file would share its position, and are closed here whatever becomes of the answer.
 */
import { ANSWER_BYTES, type Carrier, DescriptorSender } from '../native/descriptor-sender.ts';
import type { Native } from '../native/native-calls.ts';
import { writeDescriptorAnswer } from '../protocol/answer-writer.ts';
import type { Metadata } from '../protocol/metadata.ts';
import type { Framing } from '../protocol/wire.ts';

/** Answers in one call: as many requests as programs of this protocol keep outstanding. */
const BATCH_ANSWERS = 64;

/** An answer that did not go out, or without its descriptor, which stays open for it. */
export interface HeldAnswer {
  readonly descriptor: number;
  /** Empty where all of it is out but the byte that carries the descriptor. */
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

/** What became of a batch; the same object each time. */
export interface BatchResult {
  /** Answers that went out, and what they were of. */
  answers: number;
  sizeBytes: number;
  byteLength: number;
  /** The answer that is to go out next; null where all went, and after an error. */
  held: HeldAnswer | null;
  /** Requests that are to be answered after that, with descriptors opened anew: from here to the end of {@link DescriptorBatch.ids}. */
  putBackFrom: number;
  /** The connection is broken: an error number; else 0. */
  errno: number;
}

export class DescriptorBatch {
  readonly carrier: Carrier;
  readonly sender: DescriptorSender;
  /** By place in the batch that was sent last. */
  readonly ids: number[] = [];
  readonly uris: string[] = [];
  readonly #sizes: number[] = [];
  readonly #native: Native;
  readonly #isFull: (errno: number) => boolean;
  readonly #result: BatchResult = {
    answers: 0,
    sizeBytes: 0,
    byteLength: 0,
    held: null,
    putBackFrom: 0,
    errno: 0,
  };

  constructor(native: Native, carrier: Carrier, isFull: (errno: number) => boolean) {
    this.carrier = carrier;
    this.sender = new DescriptorSender(native.libc, carrier, BATCH_ANSWERS);
    this.#native = native;
    this.#isFull = isFull;
  }

  get count(): number {
    return this.sender.count;
  }

  get isFull(): boolean {
    return this.sender.count === this.sender.capacity;
  }

  /** Puts in the answer of a request. The descriptor is the batch's from here on. */
  add(
    framing: Framing,
    id: number,
    uri: string,
    metadata: Metadata,
    descriptor: number,
    sizeBytes: number,
  ): void {
    const { bytes, next, count } = this.sender;
    const end = writeDescriptorAnswer(bytes, next, framing, id, metadata);
    const byteLength = end - next;
    if (byteLength > ANSWER_BYTES) throw new RangeError(`An answer of ${byteLength} bytes to FDPASS`);
    this.ids[count] = id;
    this.uris[count] = uri;
    this.#sizes[count] = sizeBytes;
    this.sender.add(byteLength, descriptor);
  }

  /** Sends what was put in, as far as the socket takes it. */
  send(socket: number): BatchResult {
    const { sender } = this;
    const { count } = sender;
    const result = this.#result;
    const sent = sender.send(socket);
    result.answers = sent.answers;
    result.held = null;
    result.putBackFrom = count;
    result.errno = this.#isFull(sent.errno) ? 0 : sent.errno;
    const holds = sent.answers < count && result.errno === 0;
    if (holds) {
      const at = sent.answers;
      result.held = {
        descriptor: sender.descriptorOf(at),
        bytes: sent.torn ? EMPTY : Buffer.from(sender.answerOf(at)),
        sizeBytes: this.#sizes[at]!,
      };
      result.putBackFrom = at + 1;
    }
    result.sizeBytes = 0;
    result.byteLength = 0;
    for (let i = 0; i < count; i++) {
      if (i < sent.answers) {
        result.sizeBytes += this.#sizes[i]!;
        result.byteLength += sender.lengthOf(i) + (this.carrier === 'own-byte' ? 1 : 0);
      }
      if (!holds || i !== sent.answers) this.#native.files.close(sender.descriptorOf(i));
    }
    this.ids.length = count;
    return result;
  }

  /** Closes what was put in and will not be sent, because the connection is gone. */
  discard(): void {
    const { sender } = this;
    for (let i = 0; i < sender.count; i++) this.#native.files.close(sender.descriptorOf(i));
    sender.clear();
  }
}

const EMPTY = Buffer.alloc(0);
