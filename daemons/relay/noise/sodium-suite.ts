/** The cryptography of a browser, or of any place without `node:crypto`: all of it by libsodium, compiled to WebAssembly, but the hash. */
import type * as Sodium from 'libsodium-wrappers';
import { type Aead, type CryptoSuite, type DhPair, HASH_BYTES, KEY_BYTES } from './crypto-suite.ts';
import { hmacSha256, sha256 } from './sha256.ts';

async function loadSodium(): Promise<typeof Sodium> {
  const sodium = (await import('libsodium-wrappers')).default as typeof Sodium;
  await sodium.ready;
  return sodium;
}

function aeadOf(sodium: typeof Sodium): Aead {
  return {
    seal: (out, text, associated, nonce, key) => {
      out.set(sodium.crypto_aead_chacha20poly1305_ietf_encrypt(text, associated, null, nonce, key));
    },
    open: (out, box, associated, nonce, key) => {
      try {
        out.set(sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, box, associated, nonce, key));
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** The cipher alone. */
export async function loadSodiumAead(): Promise<Aead> {
  return aeadOf(await loadSodium());
}

/** The whole suite. */
export async function loadSodiumSuite(): Promise<CryptoSuite> {
  const sodium = await loadSodium();
  return {
    aead: aeadOf(sodium),
    dhPair(seed = sodium.randombytes_buf(KEY_BYTES)): DhPair {
      return { publicKey: sodium.crypto_scalarmult_base(seed), secret: seed };
    },
    dh: ({ secret }, publicKey) => sodium.crypto_scalarmult(secret as Uint8Array, publicKey),
    sha256,
    hkdf(chainingKey, input) {
      const made = new Uint8Array(2 * HASH_BYTES);
      const key = hmacSha256(chainingKey, input);
      const first = hmacSha256(key, Uint8Array.of(1));
      made.set(first);
      made.set(hmacSha256(key, first, Uint8Array.of(2)), HASH_BYTES);
      return made;
    },
    signingKey(seed) {
      const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
      return { publicKey, sign: (message) => sodium.crypto_sign_detached(message, privateKey) };
    },
    verify(publicKey, message, signature) {
      try {
        return sodium.crypto_sign_verify_detached(signature, message, publicKey);
      } catch {
        return false;
      }
    },
    random: (bytes) => sodium.randombytes_buf(bytes),
  };
}
