/**
 * Cuts what a server sends into answers, in both versions and both dialects, whatever the split. The client says what
 * each request waits for, because an answer of `document` has another shape for a descriptor than for content, and because
 * after an `ok` of length 0 in `programs` only the mode tells whether a descriptor follows.
 */
import type { AnswerSink, Expected } from './answer.ts';
import { type Metadata, readMetadata, readUint64 } from './metadata.ts';
import { statusOf } from './status.ts';
import { DESCRIPTOR_BYTE, type Framing, HELLO_VERSION, MAGIC, MESSAGE } from './wire.ts';

const NOTHING: Metadata = {};
const FIRST_CARRY_BYTES = 512;
const NONE = -1;

/** What is done with the next bytes. */
type Stage = 'helloAck' | 'message' | 'descriptorByte' | 'content' | 'stopped';

/** A head that is whole, before its descriptor is there. */
interface Head {
  readonly id: number;
  readonly code: number;
  readonly expected: Expected;
  readonly contentBytes: number;
  readonly metadata: Metadata;
}

/** Resumable parser of answers. */
export class AnswerParser {
  readonly #sink: AnswerSink;
  readonly #framing: Framing;
  #stage: Stage;
  #left = 0;
  #head: Head | null = null;
  #carry: Buffer = Buffer.allocUnsafe(FIRST_CARRY_BYTES);
  #carried = 0;
  /** Received and not handed on yet, in the order in which answers will ask for them. */
  readonly #descriptors: number[] = [];

  /** @param framing of the connection; version 2 begins with HELLO_ACK */
  constructor(sink: AnswerSink, framing: Framing) {
    this.#sink = sink;
    this.#framing = framing;
    this.#stage = framing.version === 2 ? 'helloAck' : 'message';
  }

  /** Whether the stream stands inside an answer. */
  get midAnswer(): boolean {
    return this.#carried > 0 || this.#stage === 'descriptorByte' || this.#stage === 'content';
  }

  /** Descriptors that no answer has asked for: the caller's to close, once the stream has ended. */
  takeDescriptors(): number[] {
    return this.#descriptors.splice(0);
  }

  /** Parses nothing more. */
  stop(): void {
    this.#stage = 'stopped';
    this.#carried = 0;
  }

  /**
   * Takes the next bytes of the stream.
   * @param descriptors those that arrived with these bytes
   */
  push(chunk: Buffer, descriptors: readonly number[] = []): void {
    this.#descriptors.push(...descriptors);
    let at = 0;
    while (at < chunk.length && this.#stage !== 'stopped') {
      if (this.#stage === 'content') {
        const end = Math.min(chunk.length, at + this.#left);
        this.#left -= end - at;
        const start = at;
        at = end;
        this.#sink.onContent(chunk, start, end);
        if (this.#left === 0) this.#end();
      } else if (this.#stage === 'descriptorByte') {
        if (chunk[at++] === DESCRIPTOR_BYTE) this.#handOver();
        else this.#break('The byte that carries a descriptor is not X.');
      } else if (this.#carried === 0) {
        const have = chunk.length - at;
        const want = this.#wanted(chunk, at, have);
        if (have < want) at = this.#gather(chunk, at);
        else {
          this.#take(chunk, at, at + want);
          at += want;
        }
      } else at = this.#gather(chunk, at);
    }
  }

  /** Takes from a chunk what the message that spans chunks needs, and acts on it once it is whole. */
  #gather(chunk: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const need = this.#wanted(this.#carry, 0, this.#carried);
      if (this.#carried >= need) break;
      if (at === chunk.length) return at;
      if (need > this.#carry.length) {
        const larger = Buffer.allocUnsafe(Math.max(need, 2 * this.#carry.length));
        this.#carry.copy(larger, 0, 0, this.#carried);
        this.#carry = larger;
      }
      const end = Math.min(chunk.length, at + need - this.#carried);
      chunk.copy(this.#carry, this.#carried, at, end);
      this.#carried += end - at;
      at = end;
    }
    const whole = this.#carried;
    this.#carried = 0;
    this.#take(this.#carry, 0, whole);
    return at;
  }

  /** How many bytes the next message needs, as far as those that are here tell; with that many it is whole. */
  #wanted(bytes: Buffer, at: number, have: number): number {
    const programs = this.#framing.dialect === 'programs';
    if (this.#stage === 'helloAck') return programs ? 10 : 6;
    const before = this.#framing.version === 2 ? 5 : 0;
    if (have === 0) return 1;
    if (before > 0) {
      if (bytes[at] === MESSAGE.close) return 2;
      if (bytes[at] === MESSAGE.closeAck) return programs ? 6 : 5;
      if (bytes[at] !== MESSAGE.answer) return 1;
      if (have < before + 1) return before + 1;
    }
    const lengthsAt = before + 1;
    if (programs || this.#hasContentLength(bytes, at)) {
      // Of version 1 of `document` alone content has no metadata.
      if (!programs && before === 0) return lengthsAt + 8;
      const end = lengthsAt + 10;
      return have < end ? end : end + bytes.readUInt16BE(at + end - 2);
    }
    // The first byte of an answer of `document` carries the descriptor; in version 1 it is the answer.
    if (bytes[at + before] === 0 && before === 0) return 1;
    const end = lengthsAt + 2;
    return have < end ? end : end + bytes.readUInt16BE(at + end - 2);
  }

  /** Of `document`: whether this answer has the shape of one with content. */
  #hasContentLength(bytes: Buffer, at: number): boolean {
    const before = this.#framing.version === 2 ? 5 : 0;
    return bytes[at + before] === 0 && this.#sink.expects(this.#idAt(bytes, at)) !== 'descriptor';
  }

  #idAt(bytes: Buffer, at: number): number {
    return this.#framing.version === 2 ? bytes.readUInt32BE(at + 1) : 0;
  }

  #take(bytes: Buffer, at: number, end: number): void {
    if (this.#stage === 'helloAck') {
      this.#takeHelloAck(bytes, at);
      return;
    }
    const programs = this.#framing.dialect === 'programs';
    if (this.#framing.version === 2 && bytes[at] !== MESSAGE.answer) {
      if (bytes[at] === MESSAGE.close) this.#sink.onClose(bytes[at + 1]!);
      else if (bytes[at] === MESSAGE.closeAck) {
        this.stop();
        this.#sink.onCloseAck(bytes.readUInt32BE(programs ? at + 2 : at + 1));
      } else this.#break(`No answer begins with ${bytes[at]}.`);
      return;
    }
    const id = this.#idAt(bytes, at);
    const expected = this.#sink.expects(id);
    if (expected === null) {
      this.#break(`An answer has the id ${id}, and no request that waits has it.`);
      return;
    }
    const statusAt = this.#framing.version === 2 ? at + 5 : at;
    const code = bytes[statusAt]!;
    const full = programs || (code === 0 && expected === 'content');
    const bare = !programs && this.#framing.version === 1;
    const contentBytes = full ? readUint64(bytes, statusAt + 1) : 0;
    if (!Number.isSafeInteger(contentBytes)) {
      this.#break('The content of an answer has more than 2^53 - 1 bytes.');
      return;
    }
    const metadata = this.#metadataOf(
      bytes,
      full ? statusAt + 11 : statusAt + 3,
      end,
      programs || code === 0,
      bare,
    );
    if (metadata === null) {
      this.#break('The metadata of an answer reaches beyond its end.');
      return;
    }
    this.#head = { id, code, expected, contentBytes, metadata };
    if (code === 0 && expected === 'descriptor' && programs) this.#stage = 'descriptorByte';
    else this.#handOver();
  }

  /** @param entries whether it is metadata and not the text of a refusal */
  #metadataOf(bytes: Buffer, start: number, end: number, entries: boolean, bare: boolean): Metadata | null {
    if (!entries) return { errorText: bytes.toString('utf8', start, end) };
    return bare ? NOTHING : readMetadata(bytes, start, end);
  }

  /** The head is complete, and with it the descriptor. */
  #handOver(): void {
    const head = this.#head!;
    const { id, code, contentBytes, metadata } = head;
    const status = statusOf(code);
    if (status === null) {
      this.#break(`An answer has the status ${code}, which no table has.`);
      return;
    }
    let descriptor = NONE;
    if (head.expected === 'descriptor' && status === 'ok') {
      descriptor = this.#descriptors.shift() ?? NONE;
      if (descriptor === NONE) {
        this.#break('An answer came without its descriptor.');
        return;
      }
    }
    this.#left = contentBytes;
    this.#stage = contentBytes > 0 ? 'content' : 'message';
    this.#sink.onAnswer({ id, status, contentBytes, metadata, descriptor });
    if (this.#stage === 'message') this.#end();
  }

  #end(): void {
    if (this.#stage === 'stopped') return;
    this.#stage = 'message';
    this.#head = null;
    this.#sink.onEnd();
  }

  #takeHelloAck(bytes: Buffer, at: number): void {
    this.#stage = 'message';
    if (this.#framing.dialect === 'document') {
      this.#sink.onHelloAck({
        accepted: bytes[at] === 0,
        capabilities: bytes.readUInt16LE(at + 1),
        depth: bytes.readUInt16LE(at + 3),
        paths: bytes[at + 5]!,
      });
      return;
    }
    if (bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) {
      this.#break('The first answer does not begin with OBJM.');
      return;
    }
    this.#sink.onHelloAck({
      accepted: bytes[at + 4] === HELLO_VERSION,
      capabilities: bytes.readUInt16BE(at + 5),
      depth: bytes.readUInt16BE(at + 7),
      paths: bytes[at + 9]!,
    });
  }

  #break(why: string): void {
    this.stop();
    this.#sink.onBroken(why);
  }
}
