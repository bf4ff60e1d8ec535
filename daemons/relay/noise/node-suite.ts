/**
 * The cryptography of a Node process: keys, hashes and signatures by `node:crypto`, the cipher by `sodium-native`, because the
 * crypto of Electron has no ChaCha20, and of large messages by the OpenSSL of Node, which takes a third of the time; where neither
 * is to be had, by `libsodium-wrappers`, which is slower and the same.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { createRequire } from 'node:module';
import type { Aead, CryptoSuite, DhPair, SigningKey } from './crypto-suite.ts';
import { loadOpensslAead } from './openssl-aead.ts';
import { loadSodiumAead } from './sodium-suite.ts';

/** The algorithms of RFC 8410 by the last byte of their object identifiers. */
const X25519 = 0x6e;
const ED25519 = 0x70;

const spki = (algorithm: number, key: Uint8Array) =>
  Buffer.concat([Buffer.from([0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, algorithm, 3, 0x21, 0]), key]);
const pkcs8 = (algorithm: number, seed: Uint8Array) =>
  Buffer.concat([
    Buffer.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, algorithm, 4, 0x22, 4, 0x20]),
    seed,
  ]);

const publicKeyOf = (algorithm: number, key: Uint8Array) =>
  createPublicKey({ key: spki(algorithm, key), format: 'der', type: 'spki' });
const privateKeyOf = (algorithm: number, seed: Uint8Array) =>
  createPrivateKey({ key: pkcs8(algorithm, seed), format: 'der', type: 'pkcs8' });
/** The raw key is what follows the twelve bytes in front of it. */
const rawKey = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(12));
const publicOf = (secret: KeyObject) => rawKey(createPublicKey(secret));

/** What is used of `sodium-native`, which has no types of its own. */
interface SodiumNative {
  crypto_aead_chacha20poly1305_ietf_encrypt(
    out: Uint8Array,
    text: Uint8Array,
    associated: Uint8Array | null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
  crypto_aead_chacha20poly1305_ietf_decrypt(
    out: Uint8Array,
    unused: null,
    box: Uint8Array,
    associated: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number;
}

/** An array costs as much as a tenth of the cipher, also an empty one. */
const orNull = (associated: Uint8Array) => (associated.length === 0 ? null : associated);

function nativeAead(sodium: SodiumNative): Aead {
  return {
    seal: (out, text, associated, nonce, key) => {
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(out, text, orNull(associated), null, nonce, key);
    },
    open: (out, box, associated, nonce, key) => {
      try {
        sodium.crypto_aead_chacha20poly1305_ietf_decrypt(out, null, box, orNull(associated), nonce, key);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Most bytes of a message that libsodium seals in less time than OpenSSL, where a machine has both. */
const SMALL_BYTES = 512;

function bySize(small: Aead, large: Aead): Aead {
  const of = (text: Uint8Array) => (text.length > SMALL_BYTES ? large : small);
  return {
    seal: (out, text, associated, nonce, key) => of(text).seal(out, text, associated, nonce, key),
    open: (out, box, associated, nonce, key) => of(out).open(out, box, associated, nonce, key),
    forget() {
      small.forget?.();
      large.forget?.();
    },
  };
}

type AeadLibrary = 'sodium-native' | 'openssl' | 'libsodium-wrappers';

/** The cipher of this machine, and which libraries it is of. */
export interface LoadedAead {
  readonly aead: Aead;
  readonly libraries: readonly AeadLibrary[];
}

/** What brings the native ones; each throws where it is not to be had. */
interface AeadLoaders {
  readonly sodium: () => SodiumNative;
  readonly openssl: () => Aead;
}
const LOADERS: AeadLoaders = {
  sodium: () => createRequire(import.meta.url)('sodium-native') as SodiumNative,
  openssl: loadOpensslAead,
};

/** Null where it is not to be had: another one does the same. */
function loaded(load: () => Aead): Aead | null {
  try {
    return load();
  } catch {
    return null;
  }
}

/** The fastest that is to be had. @param loaders for tests: others */
export async function loadAead(loaders: Partial<AeadLoaders> = {}): Promise<LoadedAead> {
  const load = { ...LOADERS, ...loaders };
  const small = loaded(() => nativeAead(load.sodium()));
  const large = loaded(load.openssl);
  if (small !== null && large !== null)
    return { aead: bySize(small, large), libraries: ['sodium-native', 'openssl'] };
  if (small !== null) return { aead: small, libraries: ['sodium-native'] };
  if (large !== null) return { aead: large, libraries: ['openssl'] };
  return { aead: await loadSodiumAead(), libraries: ['libsodium-wrappers'] };
}

/** The suite with a cipher that {@link loadAead} brought. */
export function nodeSuite(aead: Aead): CryptoSuite {
  return {
    aead,
    dhPair(seed?: Uint8Array): DhPair {
      if (seed === undefined) {
        const { publicKey, privateKey } = generateKeyPairSync('x25519');
        return { publicKey: rawKey(publicKey), secret: privateKey };
      }
      const secret = privateKeyOf(X25519, seed);
      return { publicKey: publicOf(secret), secret };
    },
    dh: ({ secret }, publicKey) =>
      diffieHellman({ privateKey: secret as KeyObject, publicKey: publicKeyOf(X25519, publicKey) }),
    sha256(...parts) {
      const hash = createHash('sha256');
      for (const part of parts) hash.update(part);
      return hash.digest();
    },
    hkdf: (chainingKey, input) => new Uint8Array(hkdfSync('sha256', input, chainingKey, '', 64)),
    signingKey(seed): SigningKey {
      const key = privateKeyOf(ED25519, seed);
      return { publicKey: publicOf(key), sign: (message) => sign(null, message, key) };
    },
    verify(publicKey, message, signature) {
      try {
        return verify(null, message, publicKeyOf(ED25519, publicKey), signature);
      } catch {
        return false;
      }
    },
    random: (bytes) => randomBytes(bytes),
  };
}
