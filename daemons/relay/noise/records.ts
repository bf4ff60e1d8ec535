/**
 * Sealed frames: after the handshake the stream of frames goes over the wire in records, each a frame itself. A record has a
 * type byte and up to 65,518 bytes of the stream, however those are cut into frames: a large payload goes in parts, and many
 * small frames share one record. A record that is changed, repeated or out of order opens nothing, and ends the session.
 */
import type { CipherState } from './cipher-state.ts';
import { TAG_BYTES } from './crypto-suite.ts';
import { NoiseError } from './noise-error.ts';

const LENGTH_BYTES = 4;
/** Where the stream begins in a record that is open. */
export const RECORD_TYPE_BYTES = 1;
/** Most bytes of a Noise message. */
export const RECORD_BYTES = 65_535;
/** Most bytes of the stream in a record. */
export const RECORD_DATA_BYTES = RECORD_BYTES - RECORD_TYPE_BYTES - TAG_BYTES;
/** What a record has beside them. */
export const RECORD_OVERHEAD_BYTES = LENGTH_BYTES + RECORD_TYPE_BYTES + TAG_BYTES;

/** The types. `last`: the sender's next record is sealed with the key that follows this one. */
export const RECORD_TYPE = { data: 0, last: 1 } as const;

/** When a sender takes a new key; whatever comes first. Read at every record. */
export interface RekeyRules {
  /** Records. */
  readonly rekey_frames: number;
  readonly rekey_bytes: number;
  readonly rekey_seconds: number;
}

/** Copies `source[from, end)` to where `out[at]` begins. */
export type CopyRange = (source: Uint8Array, from: number, end: number, out: Uint8Array, at: number) => void;

/** Where a machine has nothing that copies a range without a view of it. */
const copyByView: CopyRange = (source, from, end, out, at) => {
  const whole = from === 0 && end === source.length;
  out.set(whole ? source : source.subarray(from, end), at);
};

/** Seals what one side sends. */
export class RecordSealer {
  readonly #cipher: CipherState;
  readonly #rules: RekeyRules;
  readonly #onRekey: () => void;
  readonly #copy: CopyRange;
  #records = 0;
  #bytes = 0;
  #keyedAt: number;
  /** Where in the output that begins. */
  readonly begun = 0;
  /** Bytes of the output that the last {@link seal} filled. */
  written = 0;

  /** @param nowMs a monotonic clock */
  constructor(
    cipher: CipherState,
    rules: RekeyRules,
    nowMs: number,
    onRekey: () => void = () => {},
    copy: CopyRange = copyByView,
  ) {
    this.#cipher = cipher;
    this.#rules = rules;
    this.#keyedAt = nowMs;
    this.#onRekey = onRekey;
    this.#copy = copy;
  }

  /** `nowMs` when its key came into use. */
  get keyedAt(): number {
    return this.#keyedAt;
  }

  /**
   * Seals of `source[from, end)` what `out` has room for, and answers where it stopped; {@link written} says how much of `out`
   * is to be sent. `out` needs more room than {@link RECORD_OVERHEAD_BYTES}.
   */
  seal(source: Uint8Array, from: number, end: number, out: Uint8Array, nowMs: number): number {
    let at = from;
    let to = 0;
    while (at < end && out.length - to > RECORD_OVERHEAD_BYTES) {
      const size = Math.min(end - at, RECORD_DATA_BYTES, out.length - to - RECORD_OVERHEAD_BYTES);
      this.#record(source, at, size, out, to, nowMs);
      at += size;
      to += size + RECORD_OVERHEAD_BYTES;
    }
    this.written = to;
    return at;
  }

  /** Forgets the key. */
  destroy(): void {
    this.#cipher.destroy();
  }

  #record(source: Uint8Array, from: number, size: number, out: Uint8Array, to: number, nowMs: number): void {
    this.#records++;
    this.#bytes += size;
    const { rekey_frames, rekey_bytes, rekey_seconds } = this.#rules;
    const last =
      this.#records >= rekey_frames ||
      this.#bytes >= rekey_bytes ||
      nowMs - this.#keyedAt >= rekey_seconds * 1_000;
    const length = RECORD_TYPE_BYTES + size + TAG_BYTES;
    out[to] = 0;
    out[to + 1] = 0;
    out[to + 2] = length >> 8;
    out[to + 3] = length & 0xff;
    const begin = to + LENGTH_BYTES;
    out[begin] = last ? RECORD_TYPE.last : RECORD_TYPE.data;
    this.#copy(source, from, from + size, out, begin + RECORD_TYPE_BYTES);
    const { box, text } = boxIn(out, begin, length);
    this.#cipher.seal(box, text);
    if (!last) return;
    this.#cipher.rekey();
    this.#records = 0;
    this.#bytes = 0;
    this.#keyedAt = nowMs;
    this.#onRekey();
  }
}

/** Where a record is sealed. */
interface Box {
  readonly out: Uint8Array;
  readonly begin: number;
  readonly box: Uint8Array;
  readonly text: Uint8Array;
}

let lastBox: Box | null = null;

/** Views cost as much as the call of the cipher, and the members of a room get records of one size at one place. */
function boxIn(out: Uint8Array, begin: number, length: number): Box {
  if (lastBox !== null && lastBox.out === out && lastBox.begin === begin && lastBox.box.length === length)
    return lastBox;
  const at = out.byteOffset + begin;
  lastBox = {
    out,
    begin,
    box: new Uint8Array(out.buffer, at, length),
    text: new Uint8Array(out.buffer, at, length - TAG_BYTES),
  };
  return lastBox;
}

/** Opens what the other side sealed. */
export class RecordOpener {
  readonly #cipher: CipherState;

  constructor(cipher: CipherState) {
    this.#cipher = cipher;
  }

  /**
   * Opens the record that is `source[from, end)`, without its length, where it lies: the bytes of the stream are then
   * `source[from + 1, end - 16)`, as a view. Throws {@link NoiseError} `bad_record`.
   */
  open(source: Uint8Array, from: number, end: number): Uint8Array {
    const size = end - from;
    const { buffer, byteOffset } = source;
    const at = byteOffset + from;
    const text = new Uint8Array(buffer, at, Math.max(0, size - TAG_BYTES));
    this.openInto(text, new Uint8Array(buffer, at, size));
    return text.subarray(RECORD_TYPE_BYTES);
  }

  /** Opens `box` into `text`, which is {@link TAG_BYTES} shorter and may begin at the same byte; the stream is what follows its first. */
  openInto(text: Uint8Array, box: Uint8Array): void {
    if (box.length < RECORD_TYPE_BYTES + TAG_BYTES || box.length > RECORD_BYTES)
      throw new NoiseError('bad_record');
    if (!this.#cipher.open(text, box)) throw new NoiseError('bad_record');
    const type = text[0];
    if (type === RECORD_TYPE.last) this.#cipher.rekey();
    else if (type !== RECORD_TYPE.data) throw new NoiseError('bad_record');
  }

  /** Forgets the key. */
  destroy(): void {
    this.#cipher.destroy();
  }
}
