/** Sealed frames: any stream arrives as it was, in any parts; what is changed, repeated or out of order does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CipherState } from './cipher-state.ts';
import { fingerprint, identityPayload, identityText, isIdentityText, provenIdentity } from './identity.ts';
import { loadAead, nodeSuite } from './node-suite.ts';
import { NoiseError } from './noise-error.ts';
import { asksForSession, PREAMBLE, PREAMBLE_FRAME, preambleIn } from './preamble.ts';
import {
  RECORD_BYTES,
  RECORD_DATA_BYTES,
  RECORD_OVERHEAD_BYTES,
  RecordOpener,
  RecordSealer,
  type RekeyRules,
} from './records.ts';

const suite = nodeSuite((await loadAead()).aead);
const NEVER: RekeyRules = { rekey_frames: 1e9, rekey_bytes: 1e12, rekey_seconds: 1e9 };
const KEY = new Uint8Array(32).fill(9);

const code = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof NoiseError ? error.code : error;
  }
};

const sides = (rules = NEVER, rekeys: number[] = []) => ({
  sealer: new RecordSealer(new CipherState(suite.aead, KEY), rules, 1_000, () => rekeys.push(1)),
  opener: new RecordOpener(new CipherState(suite.aead, KEY)),
});

/** The records of a stream, each without its length. */
function sealed(sealer: RecordSealer, stream: Uint8Array, outBytes = 300_000, nowMs = 1_000): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const out = Buffer.alloc(outBytes);
    at = sealer.seal(stream, at, stream.length, out, nowMs);
    for (let from = 0; from < sealer.written; ) {
      const end = from + 4 + out.readUInt32BE(from);
      records.push(out.subarray(from + 4, end));
      from = end;
    }
  }
  return records;
}

const opened = (opener: RecordOpener, records: readonly Buffer[]) =>
  Buffer.concat(records.map((record) => opener.open(record, 0, record.length)));

it('carry any stream, whatever room the sender has for it', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 5_000 }),
      fc.integer({ min: RECORD_OVERHEAD_BYTES + 1, max: 6_000 }),
      fc.integer({ min: 1, max: 4 }),
      (stream, room, frames) => {
        const { sealer, opener } = sides({ ...NEVER, rekey_frames: frames });
        const records = sealed(sealer, stream, room);
        expect(opened(opener, records).equals(stream)).toBe(true);
        expect(Buffer.concat([...records, Buffer.alloc(1)]).length).toBe(
          stream.length + 17 * records.length + 1,
        );
      },
    ),
  );
});

it('part a large payload into as few records as Noise allows', () => {
  const { sealer, opener } = sides();
  const stream = Buffer.alloc(2 * RECORD_DATA_BYTES + 1, 3);
  const records = sealed(sealer, stream);
  expect(records.map(({ length }) => length)).toEqual([RECORD_BYTES, RECORD_BYTES, 18]);
  expect(opened(opener, records).equals(stream)).toBe(true);
});

it('seal a piece from the middle of what others have too, and leave it as it was', () => {
  const { sealer, opener } = sides();
  const shared = Buffer.from('abcdefgh');
  const out = Buffer.alloc(100);
  expect(sealer.seal(shared, 2, 5, out, 1_000)).toBe(5);
  expect(sealer.written).toBe(3 + RECORD_OVERHEAD_BYTES);
  expect(Buffer.from(opener.open(out, 4, sealer.written)).toString()).toBe('cde');
  expect(shared.toString()).toBe('abcdefgh');
  expect(sealer.seal(shared, 5, 5, out, 1_000)).toBe(5);
  expect(sealer.written).toBe(0);
  expect(sealer.seal(shared, 0, 8, out.subarray(0, RECORD_OVERHEAD_BYTES), 1_000)).toBe(0);
});

describe('a new key is taken', () => {
  const run = (rules: Partial<RekeyRules>, stream: number, times: readonly number[]) => {
    const rekeys: number[] = [];
    const { sealer, opener } = sides({ ...NEVER, ...rules }, rekeys);
    const seen = times.map((nowMs) => {
      const [record] = sealed(sealer, Buffer.alloc(stream, 1), 300_000, nowMs);
      expect(opener.open(record!, 0, record!.length)).toHaveLength(stream);
      return [rekeys.length, sealer.keyedAt];
    });
    return seen;
  };

  it('after so many records', () =>
    expect(run({ rekey_frames: 2 }, 1, [1, 2, 3, 4])).toEqual([
      [0, 1_000],
      [1, 2],
      [1, 2],
      [2, 4],
    ]));
  it('after so many bytes', () =>
    expect(run({ rekey_bytes: 10 }, 5, [1, 2, 3, 4])).toEqual([
      [0, 1_000],
      [1, 2],
      [1, 2],
      [2, 4],
    ]));
  it('after so long a time', () =>
    expect(run({ rekey_seconds: 2 }, 5, [2_999, 3_000, 4_999, 5_000])).toEqual([
      [0, 1_000],
      [1, 3_000],
      [1, 3_000],
      [2, 5_000],
    ]));
});

describe('the session ends', () => {
  const three = () => {
    const { sealer, opener } = sides();
    const records = ['one', 'two', 'three'].map((text) => sealed(sealer, Buffer.from(text))[0]!);
    return { records, opener };
  };
  const open = (opener: RecordOpener, record: Buffer) =>
    code(() => opener.open(Buffer.from(record), 0, record.length));

  it('with a record that comes again', () => {
    const { records, opener } = three();
    expect(open(opener, records[0]!)).toBe(null);
    expect(open(opener, records[0]!)).toBe('bad_record');
  });
  it('with one that comes too early', () => {
    const { records, opener } = three();
    expect(open(opener, records[1]!)).toBe('bad_record');
  });
  it('with any bit that is not as it was sealed, and any size that it had not', () => {
    const { records, opener } = three();
    const record = records[0]!;
    for (let bit = 0; bit < record.length * 8; bit++) {
      const forged = Buffer.from(record);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(open(opener, forged)).toBe('bad_record');
    }
    for (let size = 0; size < record.length; size++)
      expect(open(opener, record.subarray(0, size))).toBe('bad_record');
    expect(open(opener, Buffer.concat([record, Buffer.alloc(1)]))).toBe('bad_record');
    expect(open(opener, Buffer.alloc(RECORD_BYTES + 1))).toBe('bad_record');
    expect(open(opener, record)).toBe(null);
  });
  it('with a type that nobody knows, and takes an empty record', () => {
    const cipher = new CipherState(suite.aead, KEY);
    const opener = new RecordOpener(new CipherState(suite.aead, KEY));
    const of = (text: Uint8Array) => {
      const out = Buffer.alloc(text.length + 16);
      cipher.seal(out, text);
      return out;
    };
    expect(open(opener, of(Uint8Array.of(0)))).toBe(null);
    expect(open(opener, of(Uint8Array.of(1)))).toBe(null);
    cipher.rekey();
    expect(open(opener, of(Uint8Array.of(2, 1)))).toBe('bad_record');
  });
  it('with its keys', () => {
    const { sealer, opener } = sides();
    const [record] = sealed(sealer, Buffer.from('x'));
    sealer.destroy();
    opener.destroy();
    expect(code(() => sealed(sealer, Buffer.from('x')))).toBe('key_spent');
    expect(open(opener, record!)).toBe('key_spent');
  });
});

describe('an identity', () => {
  const key = suite.signingKey(new Uint8Array(32).fill(1));
  const { publicKey } = suite.dhPair(new Uint8Array(32).fill(2));

  it('is 43 characters that stand for one key', () => {
    const text = identityText(key.publicKey);
    expect(text).toBe('iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w');
    expect(isIdentityText(text)).toBe(true);
    expect(isIdentityText(text.slice(1))).toBe(false);
    expect(isIdentityText(`${text}A`)).toBe(false);
    expect(isIdentityText(`${text.slice(0, 42)}x`)).toBe(false);
    expect(identityText(new Uint8Array(32).fill(0xff))).toMatch(/^_{42}8$/);
    expect(identityText(new Uint8Array(32).fill(0xfb))).toContain('-');
    expect(fingerprint(suite, key.publicKey)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('holds for the static key that it signed alone', () => {
    const payload = identityPayload(key, publicKey);
    expect(payload).toHaveLength(96);
    expect(provenIdentity(suite, payload, publicKey)).toEqual(key.publicKey);
    const other = suite.dhPair(new Uint8Array(32).fill(3)).publicKey;
    expect(code(() => provenIdentity(suite, payload, other))).toBe('bad_identity');
    expect(code(() => provenIdentity(suite, payload.subarray(1), publicKey))).toBe('bad_identity');
    for (let at = 0; at < payload.length; at++) {
      const forged = Uint8Array.from(payload);
      forged[at]! ^= 1;
      expect(code(() => provenIdentity(suite, forged, publicKey))).toBe('bad_identity');
    }
  });
});

it('knows the frame that asks for a session by its first bytes, whatever the split', () => {
  expect(PREAMBLE_FRAME.length).toBe(PREAMBLE.length + 4);
  expect(Buffer.from(PREAMBLE).toString()).toBe('signalbox-relay/1 Noise_XX_25519_ChaChaPoly_SHA256');
  for (let size = 0; size < PREAMBLE_FRAME.length; size++) {
    expect(preambleIn(PREAMBLE_FRAME.subarray(0, size))).toBe('part');
    const other = PREAMBLE_FRAME.slice(0, size + 1);
    other[size]! ^= 1;
    expect(preambleIn(other)).toBe('other');
  }
  expect(preambleIn(PREAMBLE_FRAME)).toBe('whole');
  expect(preambleIn(Buffer.concat([PREAMBLE_FRAME, Buffer.from('x')]))).toBe('whole');
  expect(asksForSession(PREAMBLE)).toBe(true);
  expect(asksForSession(Buffer.from('signalbox-relay/2 Noise_IK'))).toBe(true);
  expect(asksForSession(Buffer.from('signalbox-relay'))).toBe(false);
  expect(asksForSession(Buffer.from('signalbox relay/1 Noise'))).toBe(false);
  expect(asksForSession(Buffer.concat([PREAMBLE, Buffer.alloc(100)]))).toBe(false);
});
