import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteReader, ByteWriter, DamagedRowError, storable } from './byte-codec.ts';

it('reads every whole number that it writes', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), (numbers) => {
      const writer = new ByteWriter();
      for (const number of numbers) writer.varint(number);
      const reader = new ByteReader(writer.take());
      expect(numbers.map(() => reader.varint())).toEqual(numbers);
      expect(reader.remaining).toBe(0);
    }),
  );
});

it('reads every number as it is kept', () => {
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ min: -70_000, max: 70_000 }),
  );
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const writer = new ByteWriter();
      for (const value of numbers) writer.number(value);
      const reader = new ByteReader(writer.take());
      expect(numbers.map(() => reader.number())).toEqual(numbers.map(storable));
    }),
  );
});

it('keeps whole numbers exactly and fractions to seven digits', () => {
  expect(storable(2 ** 53 - 1)).toBe(2 ** 53 - 1);
  expect(storable(-0)).toBe(0);
  expect(storable(Number.NaN)).toBe(0);
  expect(storable(Number.POSITIVE_INFINITY)).toBe(0);
  expect(storable(1_790_000_040.125)).toBe(1_790_000_040.125);
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -65_535, max: 65_535 }), (value) => {
      expect(Math.abs(storable(value) - value)).toBeLessThanOrEqual(Math.max(1e-40, Math.abs(value) * 6e-8));
    }),
  );
});

it('takes one byte for small numbers', () => {
  const writer = new ByteWriter();
  for (const value of [0, 1, -1, 31]) writer.number(value);
  expect(writer.take().length).toBe(4);
});

it('says that bytes are damaged instead of making numbers up', () => {
  expect(() => new ByteReader(new Uint8Array()).varint()).toThrow(DamagedRowError);
  expect(() => new ByteReader(Uint8Array.of(0x80)).varint()).toThrow(DamagedRowError);
  expect(() => new ByteReader(new Uint8Array(20).fill(0xff)).varint()).toThrow(DamagedRowError);
  expect(() => new ByteReader(Uint8Array.of(1, 0, 0)).number()).toThrow(DamagedRowError);
  expect(() => new ByteReader(Uint8Array.of(5)).number()).toThrow(DamagedRowError);
});
