/**
 * What the Noise state machine asks of a machine's cryptography. Node has it in node-suite.ts, a browser in sodium-suite.ts; both
 * are held against the same published vectors. Nothing here, or in what takes it, knows of Node.
 */

export const KEY_BYTES = 32;
/** What the cipher adds to every message. */
export const TAG_BYTES = 16;
export const NONCE_BYTES = 12;
export const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** ChaCha20-Poly1305 as RFC 8439 has it. Neither call keeps what it is given. */
export interface Aead {
  /** Encrypts `text` into `out`, which is {@link TAG_BYTES} longer and may begin at the same byte. */
  seal(out: Uint8Array, text: Uint8Array, associated: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  /**
   * Decrypts `box` into `out`, which is {@link TAG_BYTES} shorter and may begin at the same byte. Answers whether it is
   * genuine; what `out` holds otherwise is worth nothing.
   */
  open(out: Uint8Array, box: Uint8Array, associated: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
  /** Overwrites what is left of the keys of the last calls; absent where nothing is. */
  forget?(): void;
}

/** An X25519 key pair; what the secret is, only its suite knows. */
export interface DhPair {
  readonly publicKey: Uint8Array;
  readonly secret: unknown;
}

/** An Ed25519 key pair of whoever has an identity. */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** `25519_ChaChaPoly_SHA256` on one machine. */
export interface CryptoSuite {
  readonly aead: Aead;
  /** @param seed the 32 secret bytes, for vectors; random where absent */
  dhPair(seed?: Uint8Array): DhPair;
  /** Throws where the other key is of low order: the result would be no secret. */
  dh(pair: DhPair, publicKey: Uint8Array): Uint8Array;
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** HKDF of RFC 5869 without info: 64 bytes, which Noise takes as two keys. */
  hkdf(chainingKey: Uint8Array, input: Uint8Array): Uint8Array;
  /** @param seed the 32 secret bytes */
  signingKey(seed: Uint8Array): SigningKey;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  random(bytes: number): Uint8Array;
}
