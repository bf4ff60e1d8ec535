/**
 * Hashes of passwords that other programs made: what X3 keeps, and what crypt(3) does. They are only checked; whoever logs in gets a
 * new one. Runs on a thread of the pool, see credential-tasks.ts.
 */
import { createHash, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { compareSync } from 'bcryptjs';
import { limits } from './limits.ts';

type Check = (hash: string, password: string) => boolean;

const SEEDED_MD5 = /^\$([0-9a-f]{8})([0-9a-f]{32})$/i;
const PLAIN_MD5 = /^[0-9a-f]{32}$/i;
const PBKDF2 = /^\$pbkdf2-(sha256|sha512)\$i=(\d{1,9})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const MD5_CRYPT = /^\$1\$([^$:\n]{0,8})\$([./0-9A-Za-z]{22})$/;
const SHA_CRYPT = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$:\n]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/;

/** In the order in which a hash is tried; each form is one format's alone. */
const FORMATS: readonly {
  readonly form: RegExp;
  readonly fits: Check;
  readonly price?: (hash: string) => number;
}[] = [
  { form: SEEDED_MD5, fits: seededMd5 },
  { form: PLAIN_MD5, fits: plainMd5 },
  {
    form: PBKDF2,
    fits: pbkdf2,
    price: (hash) => Number(PBKDF2.exec(hash)![2]) / limits.foreignRounds.default,
  },
  { form: BCRYPT, fits: (hash, password) => compareSync(password, hash), price: bcryptPrice },
  { form: MD5_CRYPT, fits: md5Crypt },
  { form: SHA_CRYPT, fits: shaCrypt, price: (hash) => roundsOf(hash) / limits.foreignRounds.default },
];

/** Whether a text is a hash that can be checked here, in a time that one may take. */
export function isForeignHash(hash: string): boolean {
  const format = FORMATS.find(({ form }) => form.test(hash));
  return format !== undefined && (format.price?.(hash) ?? 0) <= 1;
}

/** Whether a password fits such a hash; never where that is damaged, or would take too long. */
export function fitsForeignHash(hash: string, password: string): boolean {
  return isForeignHash(hash) && FORMATS.find(({ form }) => form.test(hash))!.fits(hash, password);
}

function bcryptPrice(hash: string): number {
  return 2 ** Number(BCRYPT.exec(hash)![1]) / 2 ** limits.foreignBcryptCost.default;
}

function same(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** X3: `$`, a seed of eight digits, then MD5 of 64 bytes: seed, password, `1` and zeros. */
function seededMd5(hash: string, password: string): boolean {
  const [, seed = '', digest = ''] = SEEDED_MD5.exec(hash)!;
  const block = Buffer.alloc(64, '0');
  const text = Buffer.from(`${seed.toUpperCase()}${password}1`);
  // A longer password loses its end.
  text.copy(block, 0, 0, 64);
  return same(createHash('md5').update(block).digest(), Buffer.from(digest, 'hex'));
}

/** X3, before it had seeds: MD5 of the password, repeated up to 64 bytes. */
function plainMd5(hash: string, password: string): boolean {
  const bytes = Buffer.from(password);
  if (bytes.length === 0) return false;
  return same(createHash('md5').update(Buffer.alloc(64, bytes)).digest(), Buffer.from(hash, 'hex'));
}

/** X3 now: base64 without padding. */
function pbkdf2(hash: string, password: string): boolean {
  const [, digest = '', rounds = '', salt = '', key = ''] = PBKDF2.exec(hash)!;
  const kept = Buffer.from(key, 'base64');
  if (kept.length !== (digest === 'sha256' ? 32 : 64) || Number(rounds) < 1) return false;
  return same(pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), kept.length, digest), kept);
}

/** The signs of crypt(3), by value. */
const SIGNS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Places of bytes in a digest that are written together. */
type Group = readonly [number, number, number] | readonly [number, number] | readonly [number];

/** Three bytes as four signs, or what is left as fewer, the lowest bits first. */
function signs(digest: Buffer, order: readonly Group[]): string {
  let text = '';
  for (const group of order) {
    let value = group.reduce((before, at) => (before << 8) | digest[at]!, 0);
    for (let left = group.length + 1; left > 0; left--) {
      text += SIGNS[value & 63];
      value >>= 6;
    }
  }
  return text;
}

/** The bytes of a digest again and again, up to a length. */
function repeated(digest: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, digest);
}

/** FreeBSD's `$1$`: a thousand rounds of MD5. */
function md5Crypt(hash: string, password: string): boolean {
  const [, salt = '', kept = ''] = MD5_CRYPT.exec(hash)!;
  const key = Buffer.from(password);
  const md5 = (...parts: (Buffer | string)[]) => {
    const digest = createHash('md5');
    for (const part of parts) digest.update(part);
    return digest.digest();
  };
  const inner = md5(key, salt, key);
  const start: (Buffer | string)[] = [key, '$1$', salt, repeated(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1)
    start.push((bits & 1) === 1 ? Buffer.from([0]) : key.subarray(0, 1));
  let digest = md5(...start);
  for (let round = 0; round < 1_000; round++) {
    const odd = (round & 1) === 1;
    const middle = [...(round % 3 === 0 ? [] : [salt]), ...(round % 7 === 0 ? [] : [key])];
    digest = md5(odd ? key : digest, ...middle, odd ? digest : key);
  }
  return same(Buffer.from(signs(digest, MD5_ORDER)), Buffer.from(kept));
}

/** Rounds of a SHA hash of crypt(3), as bounded by its specification. */
function roundsOf(hash: string): number {
  const [, , rounds] = SHA_CRYPT.exec(hash)!;
  return rounds === undefined ? 5_000 : Math.min(Math.max(Number(rounds), 1_000), 999_999_999);
}

/** Drepper's `$5$` and `$6$`: SHA-256 and SHA-512. */
function shaCrypt(hash: string, password: string): boolean {
  const [, kind, , salt = '', kept = ''] = SHA_CRYPT.exec(hash)!;
  const name = kind === '5' ? 'sha256' : 'sha512';
  const key = Buffer.from(password);
  const sha = (...parts: (Buffer | string)[]) => {
    const digest = createHash(name);
    for (const part of parts) digest.update(part);
    return digest.digest();
  };
  const inner = sha(key, salt, key);
  const start: (Buffer | string)[] = [key, salt, repeated(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) start.push((bits & 1) === 1 ? inner : key);
  let digest = sha(...start);
  const keys = repeated(sha(...Array.from({ length: key.length }, () => key)), key.length);
  const saltBytes = Buffer.from(salt);
  const salts = repeated(sha(...Array.from({ length: 16 + digest[0]! }, () => saltBytes)), saltBytes.length);
  const rounds = roundsOf(hash);
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) === 1;
    const middle = [...(round % 3 === 0 ? [] : [salts]), ...(round % 7 === 0 ? [] : [keys])];
    digest = sha(odd ? keys : digest, ...middle, odd ? digest : keys);
  }
  return same(Buffer.from(signs(digest, kind === '5' ? SHA256_ORDER : SHA512_ORDER)), Buffer.from(kept));
}

const MD5_ORDER: readonly Group[] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];

const SHA256_ORDER: readonly Group[] = [
  ...Array.from({ length: 10 }, (_, at): Group => turned([at, at + 10, at + 20], at * 2)),
  [31, 30],
];

const SHA512_ORDER: readonly Group[] = [
  ...Array.from({ length: 21 }, (_, at): Group => turned([at, at + 21, at + 42], at)),
  [63],
];

/** Three numbers, turned to the left so many times. */
function turned(group: readonly [number, number, number], times: number): Group {
  const [a, b, c] = group;
  return (
    [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ] as const
  )[times % 3]!;
}
