/** The log book against a slow model that keeps everything. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SourcedLogRecord } from '../../contract/log-record.ts';
import { LogBook } from './log-book.ts';

const LIMIT = 12;
const record = ([instance, seq]: readonly [number, number]): SourcedLogRecord => ({
  seq,
  time: 0,
  level: 'info',
  subsystem: 's',
  event: 'e',
  message: `${instance}.${seq}`,
  source: 'd',
  instance,
});
const key = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 20 }));

it('holds the newest of what it was given, in order and once, and tells of every change', () => {
  fc.assert(
    fc.property(fc.array(fc.array(key, { maxLength: 8 }), { maxLength: 12 }), (batches) => {
      const book = new LogBook('d', LIMIT);
      let held: (readonly [number, number])[] = [];
      let told = 0;
      book.subscribe(() => told++);
      for (const batch of batches) {
        const before = book.records;
        const toldBefore = told;
        const known = new Set(held.map(String));
        const fresh = batch.filter(
          (one, i) =>
            !known.has(String(one)) && batch.findIndex((other) => String(other) === String(one)) === i,
        );
        held = [...held, ...fresh].sort(([a, x], [b, y]) => a - b || x - y).slice(-LIMIT);
        book.add(batch.map(record));
        expect(book.records.map(({ message }) => message)).toEqual(held.map((one) => one.join('.')));
        expect([told - toldBefore, book.records === before]).toEqual(
          fresh.length > 0 ? [1, false] : [0, true],
        );
        for (const instance of [1, 2, 3])
          expect(book.lastSeq(instance)).toBe(
            Math.max(0, ...held.filter(([one]) => one === instance).map(([, seq]) => seq)),
          );
      }
    }),
  );
});

it('says of live records whose they are', () => {
  const book = new LogBook('d');
  const { source: _, instance: __, ...live } = record([1, 1]);
  book.addLive(7, [live], 0);
  expect(book.records).toEqual([{ ...live, source: 'd', instance: 7 }]);
  expect(book.source).toBe('d');
});

it('keeps ten thousand records', () => {
  const book = new LogBook('d');
  book.add(Array.from({ length: 10_001 }, (_, i) => record([1, i + 1])));
  expect([book.records.length, book.records[0]?.seq, book.lastSeq(1)]).toEqual([10_000, 2, 10_001]);
});
