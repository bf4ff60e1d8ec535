/** What answers say of objects, byte for byte: numbers and texts at the ends of what they may be. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  cutText,
  MAX_METADATA_BYTES,
  type Metadata,
  readMetadata,
  readUint64,
  writeMetadata,
  writeUint64,
} from './metadata.ts';

/** Written and read again, with the bytes that it took. */
function through(metadata: Metadata): { read: Metadata | null; bytes: number } {
  const memory = Buffer.alloc(MAX_METADATA_BYTES + 7, 0xee);
  const end = writeMetadata(memory, 5, metadata);
  expect([memory[4], memory[end]]).toEqual([0xee, 0xee]);
  return { read: readMetadata(memory, 5, end), bytes: end - 5 };
}

const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });

it('gives back every entry that fits', () => {
  const metadata = fc.record(
    {
      sizeBytes: fc.maxSafeNat(),
      modifiedSeconds: fc.maxSafeNat(),
      etag: text(20),
      mimeType: text(20),
      backendPath: fc.nat(255),
      latencyUs: fc.nat(0xffff_ffff),
      next: text(100),
      errorText: text(40),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(metadata, (one) => {
      expect(through(one).read).toEqual(one);
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['etag', 255],
  ['mimeType', 255],
  ['next', 4_096],
] as const)('leaves out %s of more than %i bytes', (name, most) => {
  for (const unit of ['a', 'ü', '€'] as const) {
    const fits = unit.repeat(Math.floor(most / Buffer.byteLength(unit)));
    expect(through({ [name]: fits }).read).toEqual({ [name]: fits });
    expect(through({ [name]: `${fits}${unit}` })).toEqual({ read: {}, bytes: 0 });
  }
});

it('cuts the text of a refusal, and no character in half', () => {
  expect(through({ errorText: 'a'.repeat(513) }).read).toEqual({ errorText: 'a'.repeat(512) });
  expect(through({ errorText: `a${'€'.repeat(200)}` }).read).toEqual({ errorText: `a${'€'.repeat(170)}` });
  expect(cutText('a😀b', 5)).toBe('a😀');
  expect(cutText('a😀b', 4)).toBe('a');
  expect(cutText('a😀', 5)).toBe('a😀');
});

it('takes the nearest number that eight bytes have, and four for what the server took', () => {
  const memory = Buffer.alloc(8);
  for (const [value, written] of [
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
    [1.9, 1],
    [0xffff_ffff, 0xffff_ffff],
    [0x1_0000_0000, 0x1_0000_0000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [1e300, Number.MAX_SAFE_INTEGER],
  ] as const) {
    expect(writeUint64(memory, 0, value)).toBe(8);
    expect(readUint64(memory, 0)).toBe(written);
    expect(memory.readBigUInt64BE(0)).toBe(BigInt(written));
  }
  expect(through({ latencyUs: 1e12 }).read).toEqual({ latencyUs: 0xffff_ffff });
  expect(through({ latencyUs: -5 }).read).toEqual({ latencyUs: 0 });
});

it('passes over entries that it does not know, or that have another length, and refuses what reaches beyond the end', () => {
  const entry = (type: number, bytes: number[]) => [type, 0, bytes.length, ...bytes];
  const all = Buffer.from([
    ...entry(0x40, [1, 2, 3]),
    ...entry(1, [1]),
    ...entry(6, [1]),
    ...entry(5, [2, 2]),
    ...entry(5, [7]),
  ]);
  expect(readMetadata(all, 0, all.length)).toEqual({ backendPath: 7 });
  expect(readMetadata(all, 0, all.length - 1)).toBeNull();
  expect(readMetadata(all, 0, 2)).toBeNull();
  expect(readMetadata(all, 0, 0)).toEqual({});
});
