/**
 * What a client sends once its first frame asked for a sealed session: the handshake, then records, whose stream goes into the
 * decoder that a plain client's bytes go into at once. Stands where that decoder stands; owned by intake.ts.
 */
import { FIXED_LIMITS } from '../limits.ts';
import { TAG_BYTES } from '../noise/crypto-suite.ts';
import { NoiseError, type NoiseErrorCode } from '../noise/noise-error.ts';
import { RECORD_BYTES, RECORD_TYPE_BYTES, type RecordOpener } from '../noise/records.ts';
import { FrameDecoder, type FrameLimit, type FrameSink, HEADER_BYTES } from '../protocol/frame-decoder.ts';
import type { ServerHandshake, Session } from './session-door.ts';

/** One message of a handshake: two or three agreements on a secret, or one and a signature to verify. */
const HANDSHAKE_STEP_NS = 250_000;
/** One record: the call, and the check of its tag. */
const RECORD_NS = 2_000;
/** One byte of a record decrypted. */
const SEALED_BYTE_NS = 2;

/** Records of at most so many bytes are opened in one place: to copy them there and back costs a tenth of two views of where they lie. */
const SMALL_BYTES = 2_048;
const SMALL = Buffer.allocUnsafeSlow(SMALL_BYTES);

/** Where a small record lies, and what it is once open. */
interface Place {
  readonly box: Uint8Array;
  readonly text: Uint8Array;
}
/** By the size of the record. */
const places = new Array<Place | undefined>(SMALL_BYTES + 1).fill(undefined);

/** Whoever owns the input. */
export interface SealedInputOwner {
  /** Sends a message of the handshake. */
  onAnswer(message: Uint8Array): void;
  onSecured(session: Session): void;
  /** Nothing more is taken; the connection has to end. */
  onInsecure(code: NoiseErrorCode, message: string): void;
  /** Charges work; true where the turn is over. */
  spend(ns: number): boolean;
}

export class SealedInput implements FrameSink, FrameLimit {
  readonly #frames: FrameDecoder;
  readonly #records: FrameDecoder;
  readonly #owner: SealedInputOwner;
  #handshake: ServerHandshake | null;
  #session: Session | null = null;
  #found = 0;
  #stopped = false;

  /** @param frames takes the stream */
  constructor(frames: FrameDecoder, handshake: ServerHandshake, owner: SealedInputOwner) {
    this.#frames = frames;
    this.#handshake = handshake;
    this.#owner = owner;
    this.#records = new FrameDecoder(this, this);
  }

  /** Of a record, and of a message of the handshake, which are far shorter. */
  get max_frame_bytes(): number {
    return this.#session === null ? FIXED_LIMITS.handshake_bytes.default : RECORD_BYTES;
  }

  get handshaking(): boolean {
    return this.#session === null;
  }

  get midFrame(): boolean {
    return this.#records.midFrame || this.#frames.midFrame;
  }

  get waiting(): boolean {
    return this.#records.waiting || this.#frames.waiting;
  }

  get waitingBytes(): number {
    return this.#records.waitingBytes + this.#frames.waitingBytes;
  }

  get heldBytes(): number {
    return this.#records.heldBytes + this.#frames.heldBytes;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#records.stop();
    this.#frames.stop();
    this.#handshake?.abandon();
    this.#session?.opener.destroy();
  }

  hold(chunk: Buffer): void {
    this.#records.hold(chunk);
  }

  /** Goes on with what waits; returns how many frames of the stream that completed. */
  resume(): number {
    this.#found = this.#frames.resume();
    if (!this.#frames.waiting) this.#records.resume();
    return this.#found;
  }

  onFrame(source: Buffer, start: number, end: number): boolean {
    const from = start + HEADER_BYTES;
    try {
      if (this.#session === null) return this.#greet(source.subarray(from, end));
      const over = this.#owner.spend(RECORD_NS + (end - from) * SEALED_BYTE_NS);
      openAt(this.#session.opener, source, from, end);
      this.#found += this.#frames.push(source, from + RECORD_TYPE_BYTES, end - TAG_BYTES);
      return !over && !this.#frames.waiting;
    } catch (error) {
      if (!(error instanceof NoiseError)) throw error;
      this.#fail(error.code, error.message);
      return false;
    }
  }

  onOversized(lengthBytes: number): void {
    this.#fail(
      this.#session === null ? 'handshake_failed' : 'bad_record',
      `A sealed frame of ${lengthBytes} bytes was announced; at most ${this.max_frame_bytes} are allowed.`,
    );
  }

  #greet(message: Buffer): boolean {
    const over = this.#owner.spend(HANDSHAKE_STEP_NS);
    const result = this.#handshake!.take(message, performance.now());
    if ('answer' in result) {
      this.#owner.onAnswer(result.answer);
    } else {
      this.#handshake = null;
      this.#session = result.session;
      this.#owner.onSecured(result.session);
    }
    return !over && !this.#stopped;
  }

  #fail(code: NoiseErrorCode, message: string): void {
    if (this.#stopped) return;
    this.stop();
    this.#owner.onInsecure(code, message);
  }
}

/** Opens a record where it lies. Throws as {@link RecordOpener.openInto}. */
function openAt(opener: RecordOpener, source: Buffer, from: number, end: number): void {
  const size = end - from;
  const textBytes = Math.max(0, size - TAG_BYTES);
  if (size > SMALL_BYTES) {
    opener.openInto(source.subarray(from, from + textBytes), source.subarray(from, end));
    return;
  }
  let place = places[size];
  if (place === undefined) {
    place = { box: SMALL.subarray(0, size), text: SMALL.subarray(0, textBytes) };
    places[size] = place;
  }
  source.copy(SMALL, 0, from, end);
  opener.openInto(place.text, place.box);
  SMALL.copy(source, from, 0, textBytes);
}
