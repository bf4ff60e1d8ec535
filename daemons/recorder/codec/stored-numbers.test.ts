/** Numbers in bytes and bits, as they stand in databases that exist: of a change here operators would see gaps in the past. */
import { expect, it } from 'vitest';
import { BitReader, BitWriter } from './bit-codec.ts';
import { ByteReader, ByteWriter, DamagedRowError, storable } from './byte-codec.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

it.each([
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2 ** 31 - 1, 'ffffffff07'],
  [2 ** 31, '8080808008'],
  [2 ** 32, '8080808010'],
  [2 ** 49, '8080808080808001'],
  [2 ** 53 - 1, 'ffffffffffffff0f'],
])('the whole number %d is %s', (number, text) => {
  const writer = new ByteWriter();
  writer.varint(number);
  expect([writer.length, hex(writer.take()), writer.length]).toEqual([text.length / 2, text, 0]);
  const reader = new ByteReader(bytesOf(text));
  expect([reader.varint(), reader.remaining, reader.position]).toEqual([number, 0, text.length / 2]);
});

it.each([
  [0, '00'],
  [1, '04'],
  [-1, '02'],
  [31, '7c'],
  [32, '8001'],
  [-32, '7e'],
  [-33, '8201'],
  [0.5, '010000003f'],
  [-0.25, '01000080be'],
  [65_535.5, '0180ff7f47'],
  [65_536.5, '03000000000800f040'],
  [-65_536.5, '03000000000800f0c0'],
  [2 ** 50, '8080808080808008'],
  [-(2 ** 50), 'feffffffffffff07'],
  [2 ** 50 + 1, '030400000000001043'],
  [2 ** 53 - 1, '03ffffffffffff3f43'],
])('the number %d is %s', (number, text) => {
  const writer = new ByteWriter();
  writer.number(number);
  expect(hex(writer.take())).toBe(text);
  const reader = new ByteReader(bytesOf(text));
  expect([reader.number(), reader.remaining]).toEqual([number, 0]);
});

it('keeps of a number what fits, and nothing of what is none', () => {
  expect([1e-320, -0, Number.NaN, Number.NEGATIVE_INFINITY].map(storable)).toEqual([0, 0, 0, 0]);
  expect([0.1, 65_535.9, 65_536.1, -65_536.1].map(storable)).toEqual([
    0.10000000149011612, 65_535.8984375, 65_536.1, -65_536.1,
  ]);
});

it.each([
  [0, 0, '00'],
  [5, 0, 'ffc0'],
  [-5, 0, 'ff80'],
  [6, 0, 'fff00000000000c0'],
  [1, 1, '80'],
  [-1, 1, '40'],
  [11, 1, 'ffe0'],
  [12, 1, 'fff0000000000180'],
  [-12, 1, 'ffe8'],
  [100, 5, 'fc80'],
  [24_575, 12, 'ffeffe'],
  [24_576, 12, 'fff00000000c0000'],
  [24_575, 20, 'ffeffe'],
  [-24_576, 20, 'ffefff'],
  [0xffff_ffff, 3, 'fff0001fffffffe0'],
  [-0xffff_ffff, 3, 'fff0001fffffffd0'],
])('the count %d, when about 2^%i is likely, is the bits %s', (value, size, text) => {
  const writer = new BitWriter();
  writer.signed(value, size);
  // Four bytes follow, so that a word may be read at the last bit.
  expect(hex(writer.take())).toBe(`${text}00000000`);
  const reader = new BitReader(bytesOf(`ab${text}00000000`), 1);
  expect(reader.signed(size)).toBe(value);
  reader.finish();
});

it('reads more bits than a buffer had at first, one after the other', () => {
  const writer = new BitWriter();
  const numbers = Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 16_777_216);
  for (const [i, number] of numbers.entries()) writer.bits(number % 2 ** (1 + (i % 24)), 1 + (i % 24));
  const bytes = writer.take();
  const reader = new BitReader(bytes, 0);
  for (const [i, number] of numbers.entries())
    expect(reader.bits(1 + (i % 24))).toBe(number % 2 ** (1 + (i % 24)));
  reader.finish();
  expect(bytes.length).toBe(Math.ceil(numbers.reduce((sum, _, i) => sum + 1 + (i % 24), 0) / 8) + 4);
  // The writer begins anew.
  writer.bits(1, 1);
  expect(hex(writer.take())).toBe('8000000000');
});

it('says so where bits are left over, or more were read than there are', () => {
  const read = (text: string, bits: number) => {
    const reader = new BitReader(bytesOf(text), 0);
    for (let i = 0; i < bits; i++) reader.bits(1);
    reader.finish();
  };
  expect(() => read('0000000000', 1)).not.toThrow();
  expect(() => read('0000000000', 8)).not.toThrow();
  expect(() => read('0000000000', 0)).toThrow(DamagedRowError);
  expect(() => read('000000000000', 8)).toThrow(DamagedRowError);
  expect(() => read('0000000000', 9)).toThrow(DamagedRowError);
  expect(() => read('0000000000', 10)).toThrow(DamagedRowError);
});

it('grows as far as a row needs, whatever stands at the end of what it has', () => {
  for (const filler of [4_085, 4_087, 4_088, 4_090, 4_095, 4_096]) {
    const writer = new ByteWriter();
    for (let i = 0; i < filler; i++) writer.byte(7);
    writer.varint(2 ** 53 - 1);
    writer.number(65_536.5);
    writer.number(0.5);
    writer.bytes(new Uint8Array(20_000).fill(9));
    writer.byte(1);
    const reader = new ByteReader(writer.take());
    reader.skip(filler);
    expect([reader.varint(), reader.number(), reader.number()]).toEqual([2 ** 53 - 1, 65_536.5, 0.5]);
    reader.skip(20_000);
    expect([reader.byte(), reader.remaining]).toEqual([1, 0]);
    expect(() => reader.byte()).toThrow(DamagedRowError);
    expect(() => reader.skip(1)).toThrow(DamagedRowError);
  }
});
