/** The chain of keys and the hash of all that was said (Noise revision 34, section 5.2). Owned by a handshake. */
import { CipherState } from './cipher-state.ts';
import { type CryptoSuite, HASH_BYTES, KEY_BYTES, TAG_BYTES } from './crypto-suite.ts';
import { NoiseError } from './noise-error.ts';

export class SymmetricState {
  readonly #suite: CryptoSuite;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | null = null;

  /** @param name of the protocol, at most 32 bytes */
  constructor(suite: CryptoSuite, name: string) {
    this.#suite = suite;
    const hash = new Uint8Array(HASH_BYTES);
    hash.set(new TextEncoder().encode(name));
    this.#hash = hash;
    this.#chainingKey = Uint8Array.from(hash);
  }

  /** Of all that was said so far; both sides have the same. */
  get hash(): Uint8Array {
    return this.#hash;
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#suite.sha256(this.#hash, data);
  }

  mixKey(input: Uint8Array): void {
    const made = this.#suite.hkdf(this.#chainingKey, input);
    input.fill(0);
    this.#chainingKey.fill(0);
    this.#chainingKey = made.slice(0, KEY_BYTES);
    this.#cipher?.destroy();
    this.#cipher = new CipherState(this.#suite.aead, made.subarray(KEY_BYTES));
    made.fill(0);
  }

  /** Clear as long as there is no key. */
  encryptAndHash(text: Uint8Array): Uint8Array {
    if (this.#cipher === null) {
      this.mixHash(text);
      return text;
    }
    const box = new Uint8Array(text.length + TAG_BYTES);
    this.#cipher.seal(box, text, this.#hash);
    this.mixHash(box);
    return box;
  }

  /** Throws {@link NoiseError} `handshake_failed`. */
  decryptAndHash(box: Uint8Array): Uint8Array {
    if (this.#cipher === null) {
      this.mixHash(box);
      return Uint8Array.from(box);
    }
    if (box.length < TAG_BYTES) throw new NoiseError('handshake_failed');
    const text = new Uint8Array(box.length - TAG_BYTES);
    if (!this.#cipher.open(text, box, this.#hash)) throw new NoiseError('handshake_failed');
    this.mixHash(box);
    return text;
  }

  /** The keys of the two directions, the initiator's first. Nothing else is to be done after it. */
  split(): readonly [CipherState, CipherState] {
    const made = this.#suite.hkdf(this.#chainingKey, new Uint8Array(0));
    const { aead } = this.#suite;
    const pair = [
      new CipherState(aead, made.subarray(0, KEY_BYTES)),
      new CipherState(aead, made.subarray(KEY_BYTES)),
    ] as const;
    made.fill(0);
    this.destroy();
    return pair;
  }

  /** The same state, apart from this one. */
  copy(): SymmetricState {
    const copy = new SymmetricState(this.#suite, '');
    copy.#hash = this.#hash;
    copy.#chainingKey = Uint8Array.from(this.#chainingKey);
    copy.#cipher = this.#cipher?.copy() ?? null;
    return copy;
  }

  /** Forgets the keys. */
  destroy(): void {
    this.#chainingKey.fill(0);
    this.#cipher?.destroy();
  }
}
