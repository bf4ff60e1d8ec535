/**
 * Cuts what a client sends into requests, in both versions and both dialects: any split of the same bytes gives the
 * same requests. One per connection; the first byte decides the version, and HELLO the dialect. Nothing is allocated for a
 * request but its URI, and the bytes of one that spans chunks.
 */
import { isUtf8 } from 'node:buffer';
import { brokenOff, noSuchMode, uriNotText, uriTooLong } from './faults.ts';
import { readUint64 } from './metadata.ts';
import type { Request, RequestSink } from './request.ts';
import {
  BODY_LENGTH_BYTES,
  beginsHello,
  isForeign,
  LARGEST_MESSAGE_BYTES,
  messageBytes,
  readHello,
} from './request-layout.ts';
import {
  type Dialect,
  FLAG,
  type Framing,
  hasBody,
  MAX_URI_BYTES,
  MESSAGE,
  MODES,
  modeOf,
  type ProtocolVersion,
} from './wire.ts';

const FIRST_CARRY_BYTES = 256;
const MAX_ASCII = 0x7f;
const NOTHING = Buffer.alloc(0);

/** What is done with the next bytes. */
type Stage = 'message' | 'body' | 'skip' | 'refusedBodyLength' | 'stopped';

/** What the parser must know of its listener. */
export interface ParserSettings {
  /** Dialect of a connection that does not say it. */
  readonly dialect: Dialect;
  /** A refused request with a longer body closes the connection; else its body is skipped. */
  readonly maxSkippedBytes: number;
}

/** Resumable parser of requests. */
export class RequestParser implements Framing {
  readonly #sink: RequestSink;
  readonly #maxSkippedBytes: number;
  /** Given to the sink again and again. */
  readonly #request: { -readonly [Key in keyof Request]: Request[Key] } = {
    id: 0,
    ordered: true,
    priority: false,
    mode: 'copy',
    uri: '',
    bodyBytes: 0,
  };
  #version: ProtocolVersion = 0;
  #dialect: Dialect;
  #stage: Stage = 'message';
  /** Bytes of the body, or to be skipped, that have not come yet. */
  #left = 0;
  /** After a skipped URI the length of a body follows, which is skipped as well. */
  #bodyFollows = false;
  /** A message of which some bytes have come. */
  #carry: Buffer | null = null;
  #carried = 0;
  /** What the sink did not want yet. */
  #rest: Buffer | null = null;
  #restAt = 0;
  #paused = false;

  constructor(sink: RequestSink, settings: ParserSettings) {
    this.#sink = sink;
    this.#dialect = settings.dialect;
    this.#maxSkippedBytes = settings.maxSkippedBytes;
  }

  /** Decided by the first byte; 0 before it. */
  get version(): ProtocolVersion {
    return this.#version;
  }

  /** The listener's, or what HELLO said. */
  get dialect(): Dialect {
    return this.#dialect;
  }

  /** Whether the stream stands inside a request, or inside its body. */
  get midRequest(): boolean {
    return this.#carried > 0 || (this.#stage !== 'message' && this.#stage !== 'stopped');
  }

  /** Whether the sink wanted no more, and nothing is parsed until {@link resume}. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Memory that is held: of half a message, and of what waits. */
  get heldBytes(): number {
    return (this.#carry?.length ?? 0) + (this.#rest?.length ?? 0);
  }

  /** Parses nothing more and lets go of what it holds. */
  stop(): void {
    this.#stage = 'stopped';
    this.#carry = null;
    this.#carried = 0;
    this.#rest = null;
  }

  /**
   * Passes over what is left of the body of the last request: the sink hears no more of it. Answers whether that is so; where too much is
   * left, nothing more is parsed.
   */
  skipBody(): boolean {
    if (this.#stage !== 'body') return true;
    if (this.#left > this.#maxSkippedBytes) {
      this.stop();
      return false;
    }
    this.#skip(this.#left);
    return true;
  }

  /** Takes the next bytes. While the parser is paused they are kept. */
  push(chunk: Buffer): void {
    if (this.#stage === 'stopped') return;
    if (!this.#paused) {
      this.#parse(chunk, 0);
      return;
    }
    this.#rest = this.#rest === null ? chunk : Buffer.concat([this.#rest.subarray(this.#restAt), chunk]);
    this.#restAt = 0;
  }

  /** Copies what was kept, so that the memory of the chunk that was pushed may be used again. */
  keepRest(): void {
    if (this.#rest === null) return;
    this.#rest = Buffer.from(this.#rest.subarray(this.#restAt));
    this.#restAt = 0;
  }

  /** Parses what was kept, and what comes from now on. Not to be called by the sink while it is told something. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const rest = this.#rest;
    this.#rest = null;
    this.#parse(rest ?? NOTHING, rest === null ? 0 : this.#restAt);
  }

  #parse(chunk: Buffer, from: number): void {
    const size = chunk.length;
    let at = from;
    let wanted = true;
    while (this.#stage !== 'stopped') {
      if (!wanted) {
        this.#paused = true;
        if (at < size) {
          this.#rest = chunk;
          this.#restAt = at;
        }
        return;
      }
      // A body that has all come ends before the next byte, if there is one.
      if (this.#stage === 'body' && this.#left === 0) {
        this.#stage = 'message';
        wanted = this.#sink.onBodyEnd();
        continue;
      }
      if (at === size) return;
      switch (this.#stage) {
        case 'body': {
          const end = Math.min(size, at + this.#left);
          this.#left -= end - at;
          const start = at;
          at = end;
          wanted = this.#sink.onBody(chunk, start, end);
          break;
        }
        case 'skip': {
          const end = Math.min(size, at + this.#left);
          this.#left -= end - at;
          at = end;
          if (this.#left === 0) this.#stage = this.#bodyFollows ? 'refusedBodyLength' : 'message';
          break;
        }
        default: {
          const have = size - at;
          const want = this.#carried === 0 ? this.#wanted(chunk, at, have) : Number.POSITIVE_INFINITY;
          if (have < want) {
            at = this.#gather(chunk, at);
            const carry = this.#carry!;
            if (this.#carried < this.#wanted(carry, 0, this.#carried)) return;
            this.#carried = 0;
            wanted = this.#take(carry, 0);
            if (this.#carried === 0 && carry.length > FIRST_CARRY_BYTES) this.#carry = null;
            break;
          }
          const start = at;
          at += want;
          wanted = this.#take(chunk, start);
        }
      }
    }
  }

  #wanted(bytes: Buffer, at: number, have: number): number {
    if (this.#stage === 'refusedBodyLength') return BODY_LENGTH_BYTES;
    return messageBytes(this.#version, this.#dialect, bytes, at, have);
  }

  /** Takes as much of a chunk as the message that spans chunks is known to need; returns where the rest begins. */
  #gather(chunk: Buffer, from: number): number {
    let at = from;
    let carry = this.#carry ?? Buffer.allocUnsafe(FIRST_CARRY_BYTES);
    this.#carry = carry;
    while (at < chunk.length) {
      const need = this.#wanted(carry, 0, this.#carried);
      if (this.#carried >= need) break;
      if (need > carry.length) {
        const larger = Buffer.allocUnsafe(LARGEST_MESSAGE_BYTES);
        carry.copy(larger, 0, 0, this.#carried);
        carry = larger;
        this.#carry = larger;
      }
      const end = Math.min(chunk.length, at + need - this.#carried);
      chunk.copy(carry, this.#carried, at, end);
      this.#carried += end - at;
      at = end;
    }
    return at;
  }

  /** Acts on a whole message; returns whether parsing goes on. */
  #take(bytes: Buffer, at: number): boolean {
    if (this.#stage === 'refusedBodyLength') {
      this.#bodyFollows = false;
      return this.#skipRefused(readUint64(bytes, at));
    }
    const first = bytes[at]!;
    if (this.#version === 0) {
      if (beginsHello(first)) return this.#takeHello(bytes, at);
      this.#version = 1;
      if (isForeign(this.#dialect, first))
        return this.#breakOff(
          'This is no request: it begins with a mode, such as the digit 2, or with OBJM.',
        );
    }
    const request = this.#request;
    if (this.#version === 1) {
      request.id = 0;
      request.ordered = true;
      request.priority = false;
      return this.#takeRequest(bytes, first, at + 1);
    }
    if (first === MESSAGE.request) {
      const flags = bytes[at + 5]!;
      request.id = bytes.readUInt32BE(at + 1);
      request.ordered = (flags & FLAG.ordered) !== 0;
      request.priority = (flags & FLAG.priority) !== 0;
      return this.#takeRequest(bytes, bytes[at + 6]!, at + 7);
    }
    if (first !== MESSAGE.close)
      return this.#breakOff(`No message begins with ${first}; expected 1 (request) or 3 (close).`);
    const reason = bytes[at + 1]!;
    this.stop();
    this.#sink.onClose(reason);
    return true;
  }

  #takeHello(bytes: Buffer, at: number): boolean {
    const hello = readHello(bytes, at, this.#dialect);
    if (hello === null) {
      this.#version = 1;
      return this.#breakOff('This is no request: what begins with O must be OBJM.');
    }
    this.#version = 2;
    this.#dialect = hello.dialect;
    if (!hello.accepted) this.stop();
    this.#sink.onHello(hello);
    return true;
  }

  /** @param lengthAt where the length of the URI stands */
  #takeRequest(bytes: Buffer, modeByte: number, lengthAt: number): boolean {
    const request = this.#request;
    const uriBytes = bytes.readUInt16BE(lengthAt);
    const uriAt = lengthAt + 2;
    const uriEnd = uriAt + uriBytes;
    const mode = this.#version === 2 || modeByte <= MODES.segmented ? modeOf(modeByte) : null;
    const body = mode !== null && hasBody(mode);
    if (uriBytes > MAX_URI_BYTES) {
      this.#bodyFollows = body;
      this.#skip(uriBytes);
      return this.#sink.onFault(uriTooLong(request, uriBytes));
    }
    if (mode === null || mode === 'segmented')
      return this.#sink.onFault(noSuchMode(request, this.#version, modeByte));
    request.mode = mode;
    request.bodyBytes = body ? readUint64(bytes, uriEnd) : 0;
    if (request.bodyBytes > Number.MAX_SAFE_INTEGER)
      return this.#breakOff('The length of the body is more than 2^53 - 1 bytes.', request.id);
    request.uri = textOf(bytes, uriAt, uriEnd);
    // The replacement character may also have been sent as such.
    if (request.uri.includes('\ufffd') && !isUtf8(bytes.subarray(uriAt, uriEnd))) {
      const wanted = this.#sink.onFault(uriNotText(request));
      return body && this.#stage !== 'stopped' ? this.#skipRefused(request.bodyBytes) && wanted : wanted;
    }
    if (body) {
      this.#stage = 'body';
      this.#left = request.bodyBytes;
    }
    return this.#sink.onRequest(request);
  }

  #breakOff(message: string, id = 0): boolean {
    this.stop();
    return this.#sink.onFault(brokenOff(id, message));
  }

  /** Passes over the body of a request that was refused already. */
  #skipRefused(bytes: number): boolean {
    if (bytes > this.#maxSkippedBytes)
      return this.#breakOff(`The body of a refused request has ${bytes} bytes, too many to pass over.`);
    this.#skip(bytes);
    return true;
  }

  #skip(bytes: number): void {
    this.#left = bytes;
    this.#stage = bytes > 0 ? 'skip' : this.#bodyFollows ? 'refusedBodyLength' : 'message';
  }
}

/** Text of UTF-8, quicker where it is ASCII, as URIs mostly are. */
function textOf(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) if (bytes[at]! > MAX_ASCII) return bytes.toString('utf8', start, end);
  return bytes.toString('latin1', start, end);
}
