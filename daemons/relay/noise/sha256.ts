/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) for a browser: WebCrypto answers later, which a state machine cannot wait for, and the
 * small build of libsodium has neither. Only handshakes need them. Held against `node:crypto` by the test beside sodium-suite.ts.
 */

const BLOCK_BYTES = 64;
const ROUNDS = 64;

/** The first 32 bits behind the point of the cube roots of the first primes, and of the square roots for the start. */
const ROUND_KEYS = new Uint32Array(ROUNDS);
const START = new Uint32Array(8);
{
  const bits = (root: number) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  let found = 0;
  for (let number = 2; found < ROUNDS; number++) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) prime = false;
    if (!prime) continue;
    if (found < START.length) START[found] = bits(Math.sqrt(number));
    ROUND_KEYS[found++] = bits(Math.cbrt(number));
  }
}

const turned = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/** Takes one block into the state. */
function compress(state: Uint32Array, block: DataView, at: number): void {
  const words = new Uint32Array(ROUNDS);
  for (let i = 0; i < 16; i++) words[i] = block.getUint32(at + 4 * i);
  for (let i = 16; i < ROUNDS; i++) {
    const w15 = words[i - 15]!;
    const w2 = words[i - 2]!;
    const s0 = turned(w15, 7) ^ turned(w15, 18) ^ (w15 >>> 3);
    const s1 = turned(w2, 17) ^ turned(w2, 19) ^ (w2 >>> 10);
    words[i] = words[i - 16]! + s0 + words[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < ROUNDS; i++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + ROUND_KEYS[i]! + words[i]!) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = state[i]! + word;
}

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  // A one bit, zeros, and the length in bits in the last eight bytes.
  const whole = new Uint8Array(Math.ceil((size + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  whole[size] = 0x80;
  const view = new DataView(whole.buffer);
  view.setBigUint64(whole.length - 8, BigInt(size) * 8n);
  const state = Uint32Array.from(START);
  for (let from = 0; from < whole.length; from += BLOCK_BYTES) compress(state, view, from);
  whole.fill(0);
  const hash = new DataView(new ArrayBuffer(32));
  for (const [i, word] of state.entries()) hash.setUint32(4 * i, word);
  return new Uint8Array(hash.buffer);
}

/** @param key at most a block long */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const inner = new Uint8Array(BLOCK_BYTES).fill(0x36);
  const outer = new Uint8Array(BLOCK_BYTES).fill(0x5c);
  for (const [i, byte] of key.entries()) {
    inner[i]! ^= byte;
    outer[i]! ^= byte;
  }
  const hash = sha256(outer, sha256(inner, ...parts));
  inner.fill(0);
  outer.fill(0);
  return hash;
}
