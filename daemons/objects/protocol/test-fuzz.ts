/**
 * What hostile clients send, and how what they get is read: the same bytes for the same seed. For tests and the benchmark of attacks.
 */
import { HELLO, hex, requestV1, requestV2 } from './test-requests.ts';

/** Whole numbers from 0 up to a bound, the same in each run. */
export type Random = (below: number) => number;

/** Mulberry32: small, and even enough for this. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** An object that is there, and one that is large. */
export const FUZZ_OBJECTS = { small: 'a', large: 'large' } as const;
const HELLO_OF_DOCUMENT = hex('4f 42 4a 4d 02 03 00 40 00');
const LONGEST_PIECES = 12;

const URIS: readonly string[] = [
  FUZZ_OBJECTS.small,
  `/${FUZZ_OBJECTS.large}`,
  'nothing',
  '',
  '/',
  'a/b',
  `${'../'.repeat(20)}etc/passwd`,
  '/proc/self/environ',
  'a\0b',
  'con',
  'A',
  '.signalbox-tmp/1-1',
  'x'.repeat(4_096),
  'x'.repeat(4_097),
  'y'.repeat(65_535),
  `${'d/'.repeat(63)}e`,
  `${'d/'.repeat(2_000)}e`,
  'caf\u00e9 \u{1f600}',
];

const MODES = ['1', '2', '3', '4', 'p', 'd', 'l', 's', 'a', '9', '\0', '\u00ff'];

/** What one client sends before it stops: requests of all kinds, whole, broken, cut off, or no requests at all. */
export function fuzzed(random: Random): Buffer {
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
  const version = random(4);
  const pieces: Buffer[] = [];
  if (version === 2) pieces.push(HELLO);
  if (version === 3)
    pieces.push(
      pick([HELLO_OF_DOCUMENT, hex('4f 42 4a 4d 02 00 00 00 00'), hex('4f 42 4a 4d 07 00 03 00 40')]),
    );
  for (let left = 1 + random(LONGEST_PIECES); left > 0; left--) {
    if (random(8) === 0) pieces.push(noise(random));
    else if (version < 2) pieces.push(requestV1(pick(MODES), pick(URIS)));
    else pieces.push(requestOfV2(random, pick(MODES), pick(URIS)));
  }
  const bytes = Buffer.concat(pieces);
  if (random(3) === 0) bytes[random(bytes.length)]! ^= 1 << random(8);
  return random(3) === 0 ? bytes.subarray(0, 1 + random(bytes.length)) : bytes;
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random(40) }, () => random(256)));
}

function requestOfV2(random: Random, mode: string, uri: string): Buffer {
  const [id, flags] = [random(100), random(8)];
  if (mode !== 'p' && mode !== 'a') return requestV2(id, flags, mode, uri);
  const request = requestV2(id, flags, mode, uri, Buffer.alloc(random(2_000), 'b'));
  // Now and then a length that is a lie.
  if (random(4) === 0)
    request.writeBigUInt64BE(BigInt(random(2 ** 31)) << BigInt(random(33)), request.length - 8);
  return request;
}

/**
 * The statuses of all answers that a client got over TCP, in their order. What is cut off at the end is passed over.
 * @throws where the bytes are no answers to what was sent
 */
export function statusesOf(sent: Buffer, received: Buffer): number[] {
  const isHello = sent.length >= HELLO.length && sent.toString('latin1', 0, 4) === 'OBJM';
  if (!isHello) return statusesOfFull(received, 0, 1);
  const [first, second] = [sent[5]!, sent[6]!];
  const isDocument = first !== 0 && second === 0;
  const accepted = sent[4] === 2;
  if (isDocument) {
    if (received.length < 6) return [];
    if ((received[0] === 0) !== accepted) throw new Error(`HELLO_ACK says ${received[0]}`);
    return statusesOfDocument(received, 6);
  }
  if (!accepted && received.length > 0) throw new Error('bytes after a HELLO of another version');
  return statusesOfFull(received, 10, 2);
}

/** Both versions of `programs`: a head of one length with the lengths of all that follows. */
function statusesOfFull(bytes: Buffer, from: number, version: 1 | 2): number[] {
  const statuses: number[] = [];
  const head = version === 1 ? 11 : 16;
  for (let at = from; at + head <= bytes.length; ) {
    if (version === 2 && bytes[at] === 4) break;
    if (version === 2 && bytes[at] !== 2) throw new Error(`an answer begins with ${bytes[at]}`);
    const lengths = at + head - 10;
    statuses.push(bytes[lengths - 1]!);
    at += head + Number(bytes.readBigUInt64BE(lengths)) + bytes.readUInt16BE(lengths + 8);
  }
  return statuses;
}

function statusesOfDocument(bytes: Buffer, from: number): number[] {
  const statuses: number[] = [];
  for (let at = from; at + 8 <= bytes.length && bytes[at] !== 4; ) {
    if (bytes[at] !== 2) throw new Error(`an answer begins with ${bytes[at]}`);
    const status = bytes[at + 5]!;
    statuses.push(status);
    if (status !== 0) at += 8 + bytes.readUInt16BE(at + 6);
    else if (at + 16 > bytes.length) break;
    else at += 16 + Number(bytes.readBigUInt64BE(at + 6)) + bytes.readUInt16BE(at + 14);
  }
  return statuses;
}
