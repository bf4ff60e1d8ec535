/** The ciphers of Node: by OpenSSL and by libsodium they are one, lengths that do not fit are refused, and no key stays behind. */
import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Koffi, loadKoffi } from '../../runtime/native/koffi.ts';
import { CipherState } from './cipher-state.ts';
import type { Aead } from './crypto-suite.ts';
import { loadAead } from './node-suite.ts';
import { loadOpensslAead, opensslAeadBy } from './openssl-aead.ts';

const KEY = new Uint8Array(32).fill(7);
const NONCE = new Uint8Array(12).fill(8);
const NOTHING = new Uint8Array(0);
const missing = () => {
  throw new Error('not on this machine');
};

const openssl = loadOpensslAead();
const { aead: sodium } = await loadAead({ openssl: missing });

/** What `node:crypto` makes of it. */
function sealedByNode(text: Uint8Array, associated: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  cipher.setAAD(associated, { plaintextLength: text.length });
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

const someBytes = (most: number) => fc.uint8Array({ maxLength: most });
const exactly = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes });

it('seals as node:crypto does, in place and elsewhere, and opens what libsodium sealed', () => {
  fc.assert(
    fc.property(someBytes(3_000), someBytes(40), exactly(12), exactly(32), (text, associated, nonce, key) => {
      const elsewhere = new Uint8Array(text.length + 16);
      openssl.seal(elsewhere, text, associated, nonce, key);
      const inPlace = new Uint8Array(text.length + 16);
      inPlace.set(text);
      openssl.seal(inPlace, inPlace.subarray(0, text.length), associated, nonce, key);
      const expected = sealedByNode(text, associated, nonce, key);
      expect([expected.equals(elsewhere), expected.equals(inPlace)]).toEqual([true, true]);

      const bySodium = new Uint8Array(text.length + 16);
      sodium.seal(bySodium, text, associated, nonce, key);
      const opened = bySodium.subarray(0, text.length);
      expect(openssl.open(opened, bySodium, associated, nonce, key)).toBe(true);
      expect(Buffer.from(text).equals(opened)).toBe(true);
    }),
  );
});

it('opens nothing of which a bit was flipped, and what is genuine right after', () => {
  const text = randomBytes(1_100);
  const box = sealedByNode(text, NOTHING, NONCE, KEY);
  const out = new Uint8Array(text.length);
  fc.assert(
    fc.property(fc.nat(box.length - 1), fc.nat(7), (at, bit) => {
      const forged = Buffer.from(box);
      forged[at]! ^= 1 << bit;
      expect(openssl.open(out, forged, NOTHING, NONCE, KEY)).toBe(false);
      expect(openssl.open(out, box, NOTHING, NONCE, KEY)).toBe(true);
    }),
  );
  const other = Uint8Array.from(KEY, (byte) => byte ^ 1);
  expect(openssl.open(out, box, NOTHING, NONCE, other)).toBe(false);
  expect(openssl.open(out, box, Uint8Array.of(1), NONCE, KEY)).toBe(false);
});

it.each([
  ['a box that is too short', 15, 12, 32],
  ['a box that is too long', 17, 12, 32],
  ['a nonce of another length', 16, 8, 32],
  ['a key of another length', 16, 12, 31],
])('hands %s to nobody', (_what, tag, nonce, key) => {
  const text = new Uint8Array(10);
  const box = new Uint8Array(text.length + tag);
  const rest = [NOTHING, new Uint8Array(nonce), new Uint8Array(key)] as const;
  expect(() => openssl.seal(box, text, ...rest)).toThrow(RangeError);
  expect(() => openssl.open(text, box, ...rest)).toThrow(RangeError);
});

/** Koffi, with some of the functions replaced or watched. */
function koffiWith(
  other: Readonly<Record<string, unknown>>,
  seen: (name: string, args: readonly unknown[]) => void = () => {},
): Koffi {
  const library = loadKoffi().load(null);
  return {
    load: () => ({
      func(name: string, result: string, args: string[]) {
        const found = (other[name] ?? library.func(name, result, args)) as (...args: unknown[]) => unknown;
        return (...given: unknown[]) => {
          seen(name, given);
          return found(...given);
        };
      },
    }),
  } as unknown as Koffi;
}

it('is there once for a thread', () => {
  expect(loadOpensslAead()).toBe(openssl);
});

it.each([
  ['the cipher is not there', { EVP_chacha20_poly1305: () => 0 }, 'does not offer the cipher'],
  ['there is no memory', { EVP_CIPHER_CTX_new: () => 0 }, 'does not offer the cipher'],
  ['the cipher is forbidden', { EVP_DecryptInit_ex: () => 0 }, 'does not offer the cipher'],
  ['messages are not sealed', { EVP_EncryptUpdate: () => 0 }, 'did not seal'],
  ['messages are not ended', { EVP_EncryptFinal_ex: () => 0 }, 'did not seal'],
  ['there are no tags', { EVP_CIPHER_CTX_ctrl: () => 0 }, 'did not seal'],
  ['tags are others', { EVP_CIPHER_CTX_ctrl: () => 1 }, 'another cipher by that name'],
  ['nothing is opened', { EVP_DecryptUpdate: () => 0 }, 'another cipher by that name'],
  ['nothing is deciphered', { EVP_DecryptUpdate: () => 1 }, 'another cipher by that name'],
  ['everything is genuine', { EVP_DecryptFinal_ex: () => 1 }, 'another cipher by that name'],
])('is not taken where %s', (_when, other, why) => {
  expect(() => opensslAeadBy(() => koffiWith(other))).toThrow(why);
});

it('says so where a message is not sealed, which then is worth nothing', () => {
  let works = 1;
  const init = loadKoffi()
    .load(null)
    .func('EVP_EncryptInit_ex', 'int', ['size_t', 'size_t', 'void *', 'void *', 'void *']);
  const aead = opensslAeadBy(() =>
    koffiWith({ EVP_EncryptInit_ex: (...args: unknown[]) => init(...args) && works }),
  );
  works = 0;
  expect(() => aead.seal(new Uint8Array(17), new Uint8Array(1), NOTHING, NONCE, KEY)).toThrow('did not seal');
});

it('leaves nothing of a forgery to be told to others', () => {
  const names: string[] = [];
  const aead = opensslAeadBy(() => koffiWith({}, (name) => names.push(name)));
  names.length = 0;
  const box = sealedByNode(Buffer.from('genuine'), NOTHING, NONCE, KEY);
  expect(aead.open(new Uint8Array(7), box, NOTHING, NONCE, KEY)).toBe(true);
  expect(names).not.toContain('ERR_clear_error');
  box[0]! ^= 1;
  expect(aead.open(new Uint8Array(7), box, NOTHING, NONCE, KEY)).toBe(false);
  expect(names.at(-1)).toBe('ERR_clear_error');
});

it('overwrites the keys that it was given last', () => {
  const keys = new Map<string, string>();
  const aead = opensslAeadBy(() =>
    koffiWith({}, (name, args) => {
      if (name.endsWith('Init_ex')) keys.set(name, Buffer.from(args[3] as Uint8Array).toString('hex'));
    }),
  );
  const none = { EVP_EncryptInit_ex: '00'.repeat(32), EVP_DecryptInit_ex: '00'.repeat(32) };
  expect(Object.fromEntries(keys)).toEqual(none);
  const box = new Uint8Array(17);
  aead.seal(box, box.subarray(0, 1), NOTHING, NONCE, KEY);
  aead.open(box.subarray(0, 1), box, NOTHING, NONCE, KEY);
  const used = { EVP_EncryptInit_ex: '07'.repeat(32), EVP_DecryptInit_ex: '07'.repeat(32) };
  expect(Object.fromEntries(keys)).toEqual(used);
  new CipherState(aead, KEY).destroy();
  expect(Object.fromEntries(keys)).toEqual(none);
});

it('seals small messages by libsodium and large ones by OpenSSL, where a machine has both', async () => {
  let byOpenssl = 0;
  let forgotten = 0;
  const counting: Aead = {
    seal(...args) {
      byOpenssl++;
      openssl.seal(...args);
    },
    open(...args) {
      byOpenssl++;
      return openssl.open(...args);
    },
    forget: () => forgotten++,
  };
  const { aead, libraries } = await loadAead({ openssl: () => counting });
  expect(libraries).toEqual(['sodium-native', 'openssl']);
  for (const [size, calls] of [
    [0, 0],
    [512, 0],
    [513, 2],
    [65_519, 4],
  ] as const) {
    const text = new Uint8Array(size).fill(5);
    const box = new Uint8Array(size + 16);
    aead.seal(box, text, NOTHING, NONCE, KEY);
    expect(sealedByNode(text, NOTHING, NONCE, KEY).equals(box)).toBe(true);
    expect(aead.open(box.subarray(0, size), box, NOTHING, NONCE, KEY)).toBe(true);
    expect(byOpenssl).toBe(calls);
  }
  aead.forget?.();
  expect(forgotten).toBe(1);
});

it('does with what a machine has', async () => {
  const libraries = async (loaders: Parameters<typeof loadAead>[0]) => (await loadAead(loaders)).libraries;
  expect(await libraries({ openssl: missing })).toEqual(['sodium-native']);
  expect(await libraries({ sodium: missing })).toEqual(['openssl']);
  expect(await libraries({ sodium: missing, openssl: missing })).toEqual(['libsodium-wrappers']);
});
