/**
 * ChaCha20-Poly1305 by the OpenSSL that Node carries, which has code for the newest processors: a record of 1 KiB takes it a third
 * less than libsodium. `node:crypto` has the same cipher, but makes an object and a stream for every message. Node exports the
 * functions for addons, and they are public ones of OpenSSL since 1.1.0; Electron has other cryptography, and none of them.
 *
 * Foreign code writes where it is told to: whatever is handed over has its length checked here first.
 */
import { type Koffi, loadKoffi } from '../../runtime/native/koffi.ts';
import { type Aead, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from './crypto-suite.ts';

/** Of <openssl/evp.h>. */
const GET_TAG = 0x10;
const SET_TAG = 0x11;

/** A pointer that is only handed on. */
type Address = number;

/** The functions, as <openssl/evp.h> declares them. All answer 1 where they succeeded. */
interface Evp {
  readonly newContext: () => Address;
  readonly cipher: () => Address;
  readonly sealInit: Init;
  readonly sealUpdate: Update;
  readonly sealFinal: Final;
  readonly openInit: Init;
  readonly openUpdate: Update;
  readonly openFinal: Final;
  readonly control: (context: Address, command: number, size: number, bytes: Uint8Array) => number;
  readonly clearErrors: () => void;
}
type Init = (context: Address, cipher: Address, engine: null, key: Uint8Array, nonce: Uint8Array) => number;
type Update = (
  context: Address,
  out: Uint8Array | null,
  written: Int32Array,
  source: Uint8Array,
  size: number,
) => number;
type Final = (context: Address, out: Uint8Array, written: Int32Array) => number;

function declare(koffi: Koffi): Evp {
  // The functions that the process has anyway.
  const library = koffi.load(null);
  const init = ['size_t', 'size_t', 'void *', 'void *', 'void *'];
  const update = ['size_t', 'void *', 'void *', 'void *', 'int'];
  const final = ['size_t', 'void *', 'void *'];
  return {
    newContext: library.func('EVP_CIPHER_CTX_new', 'size_t', []),
    cipher: library.func('EVP_chacha20_poly1305', 'size_t', []),
    sealInit: library.func('EVP_EncryptInit_ex', 'int', init),
    sealUpdate: library.func('EVP_EncryptUpdate', 'int', update),
    sealFinal: library.func('EVP_EncryptFinal_ex', 'int', final),
    openInit: library.func('EVP_DecryptInit_ex', 'int', init),
    openUpdate: library.func('EVP_DecryptUpdate', 'int', update),
    openFinal: library.func('EVP_DecryptFinal_ex', 'int', final),
    control: library.func('EVP_CIPHER_CTX_ctrl', 'int', ['size_t', 'int', 'int', 'void *']),
    clearErrors: library.func('ERR_clear_error', 'void', []),
  };
}

const NO_KEY = new Uint8Array(KEY_BYTES);
const NO_NONCE = new Uint8Array(NONCE_BYTES);

function mustFit(long: Uint8Array, short: Uint8Array, nonce: Uint8Array, key: Uint8Array): void {
  if (long.length !== short.length + TAG_BYTES || nonce.length !== NONCE_BYTES || key.length !== KEY_BYTES)
    throw new RangeError(
      `A message of ${short.length} bytes, a box of ${long.length}, a nonce of ${nonce.length} and a key of ${key.length} do not fit together.`,
    );
}

function mustBeDone(result: number): void {
  if (result !== 1) throw new Error('OpenSSL did not seal a message.');
}

class OpensslAead implements Aead {
  readonly #evp: Evp;
  /** One for each direction, for all keys: to make one takes longer than a message. They live as long as the thread. */
  readonly #sealing: Address;
  readonly #opening: Address;
  readonly #written = new Int32Array(1);
  readonly #tag = new Uint8Array(TAG_BYTES);

  constructor(evp: Evp) {
    this.#evp = evp;
    const cipher = evp.cipher();
    const begun = (init: Init) => {
      const context = evp.newContext();
      if (cipher === 0 || context === 0 || init(context, cipher, null, NO_KEY, NO_NONCE) !== 1)
        throw new Error('OpenSSL does not offer the cipher.');
      return context;
    };
    this.#sealing = begun(evp.sealInit);
    this.#opening = begun(evp.openInit);
  }

  seal(out: Uint8Array, text: Uint8Array, associated: Uint8Array, nonce: Uint8Array, key: Uint8Array): void {
    mustFit(out, text, nonce, key);
    const { sealInit, sealUpdate, sealFinal, control } = this.#evp;
    const context = this.#sealing;
    const size = text.length;
    mustBeDone(sealInit(context, 0, null, key, nonce));
    // Without bytes an array has no address, and without one OpenSSL takes the call for the last.
    if (associated.length > 0)
      mustBeDone(sealUpdate(context, null, this.#written, associated, associated.length));
    if (size > 0) mustBeDone(sealUpdate(context, out, this.#written, text, size));
    // It has no block to fill, so it writes nothing.
    mustBeDone(sealFinal(context, this.#tag, this.#written));
    mustBeDone(control(context, GET_TAG, TAG_BYTES, this.#tag));
    for (let at = 0; at < TAG_BYTES; at++) out[size + at] = this.#tag[at]!;
  }

  open(
    out: Uint8Array,
    box: Uint8Array,
    associated: Uint8Array,
    nonce: Uint8Array,
    key: Uint8Array,
  ): boolean {
    mustFit(box, out, nonce, key);
    const { openInit, openUpdate, openFinal, control, clearErrors } = this.#evp;
    const context = this.#opening;
    const size = out.length;
    for (let at = 0; at < TAG_BYTES; at++) this.#tag[at] = box[size + at]!;
    const genuine =
      openInit(context, 0, null, key, nonce) === 1 &&
      control(context, SET_TAG, TAG_BYTES, this.#tag) === 1 &&
      (associated.length === 0 ||
        openUpdate(context, null, this.#written, associated, associated.length) === 1) &&
      (size === 0 || openUpdate(context, out, this.#written, box, size) === 1) &&
      openFinal(context, this.#tag, this.#written) === 1;
    // What it remembers of a forgery would be told to whoever asks OpenSSL next.
    if (!genuine) clearErrors();
    return genuine;
  }

  forget(): void {
    this.#evp.sealInit(this.#sealing, 0, null, NO_KEY, NO_NONCE);
    this.#evp.openInit(this.#opening, 0, null, NO_KEY, NO_NONCE);
  }
}

/** RFC 8439, 2.8.2. */
const EXAMPLE = {
  key: Uint8Array.from({ length: KEY_BYTES }, (_, at) => 0x80 + at),
  nonce: Buffer.from('070000004041424344454647', 'hex'),
  associated: Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex'),
  text: Buffer.from(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  ),
  tag: '1ae10b594f09e26a7e902ecbd0600691',
} as const;

/** Whether it does what the RFC says: nothing else shows that the functions are those that they are taken for. */
function isTheCipher(aead: Aead): boolean {
  const { key, nonce, associated, text, tag } = EXAMPLE;
  const box = Buffer.alloc(text.length + TAG_BYTES);
  aead.seal(box, text, associated, nonce, key);
  if (box.toString('hex', text.length) !== tag) return false;
  const out = Buffer.alloc(text.length);
  if (!aead.open(out, box, associated, nonce, key) || !out.equals(text)) return false;
  box[0]! ^= 1;
  return !aead.open(out, box, associated, nonce, key);
}

let ofThread: Aead | null = null;

/** The cipher, one for a thread. Throws where the process has none, or not the one that is expected. */
export function loadOpensslAead(): Aead {
  ofThread ??= opensslAeadBy(loadKoffi);
  return ofThread;
}

/** For tests: as {@link loadOpensslAead}, by another loader, and without remembering. */
export function opensslAeadBy(load: () => Koffi): Aead {
  const aead = new OpensslAead(declare(load()));
  if (!isTheCipher(aead)) throw new Error('OpenSSL has another cipher by that name.');
  aead.forget?.();
  return aead;
}
