/** One key and its counter (Noise revision 34, section 5.1): what one direction of a session, or a step of a handshake, seals with. */
import { type Aead, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from './crypto-suite.ts';
import { NoiseError } from './noise-error.ts';

const NOTHING = new Uint8Array(0);
const ZEROS = new Uint8Array(KEY_BYTES);
/** The counter is the last eight bytes of a nonce, the lowest first. */
const COUNTER_AT = 4;
/** 2^64-1: no message has it, a new key is made with it. */
const LAST_NONCE = new Uint8Array(NONCE_BYTES).fill(0xff, COUNTER_AT);

export class CipherState {
  readonly #aead: Aead;
  readonly #key: Uint8Array;
  readonly #nonce = new Uint8Array(NONCE_BYTES);

  /** @param key is copied */
  constructor(aead: Aead, key: Uint8Array) {
    this.#aead = aead;
    this.#key = Uint8Array.from(key);
  }

  /** The number of the next message. */
  get counter(): bigint {
    return new DataView(this.#nonce.buffer).getBigUint64(COUNTER_AT, true);
  }

  /** Sets the number of the next message; the other side has to do the same. */
  set counter(next: bigint) {
    new DataView(this.#nonce.buffer).setBigUint64(COUNTER_AT, next, true);
  }

  /** Encrypts the next message into `out`, which is {@link TAG_BYTES} longer and may begin at the same byte. */
  seal(out: Uint8Array, text: Uint8Array, associated: Uint8Array = NOTHING): void {
    this.#mustCount();
    this.#aead.seal(out, text, associated, this.#nonce, this.#key);
    this.#count();
  }

  /** Decrypts the next message into `out`, which is {@link TAG_BYTES} shorter and may begin at the same byte. False, and counts nothing, where it is none. */
  open(out: Uint8Array, box: Uint8Array, associated: Uint8Array = NOTHING): boolean {
    this.#mustCount();
    if (!this.#aead.open(out, box, associated, this.#nonce, this.#key)) return false;
    this.#count();
    return true;
  }

  /** Takes the key that follows this one (section 4.2, REKEY); the counter goes on. */
  rekey(): void {
    const made = new Uint8Array(KEY_BYTES + TAG_BYTES);
    this.#aead.seal(made, ZEROS, NOTHING, LAST_NONCE, this.#key);
    this.#key.set(made.subarray(0, KEY_BYTES));
    made.fill(0);
  }

  /** The same state, apart from this one. */
  copy(): CipherState {
    const copy = new CipherState(this.#aead, this.#key);
    copy.#nonce.set(this.#nonce);
    return copy;
  }

  /** Forgets the key. Nothing is sealed or opened after it. */
  destroy(): void {
    this.#key.fill(0);
    this.#aead.forget?.();
    this.#nonce.set(LAST_NONCE);
  }

  #mustCount(): void {
    for (let at = COUNTER_AT; at < NONCE_BYTES; at++) if (this.#nonce[at] !== 0xff) return;
    throw new NoiseError('key_spent');
  }

  #count(): void {
    for (let at = COUNTER_AT; at < NONCE_BYTES; at++) {
      const next = (this.#nonce[at]! + 1) & 0xff;
      this.#nonce[at] = next;
      if (next !== 0) return;
    }
  }
}
