import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  formatAgo,
  formatClock,
  formatClockMs,
  formatDateTime,
  formatDay,
  formatMoment,
  fromEnteredMoment,
  fromEnteredTime,
  toEnteredTime,
} from './times.ts';

// Before the formatters are made, which keep the zone of that moment.
vi.hoisted(() => {
  process.env.TZ = 'Europe/Berlin';
});

describe('a clock in a field', () => {
  const now = Date.UTC(2026, 10, 20, 13, 3, 22);

  it('means the last time that it was so late', () => {
    const read = (text: string, at = now) => {
      const ms = fromEnteredMoment(text, at);
      return ms === null ? null : formatDateTime(ms);
    };
    expect(read('14:03')).toBe('2026-11-20 14:03:00');
    expect(read(' 14:03:22 ')).toBe('2026-11-20 14:03:22');
    expect(read('14:03:23')).toBe('2026-11-19 14:03:23');
    expect(read('9:05')).toBe('2026-11-20 09:05:00');
    expect(read('23:59', Date.UTC(2026, 0, 1))).toBe('2025-12-31 23:59:00');
    // Over the night in which summer time ended.
    expect(read('22:00', Date.UTC(2026, 9, 25, 12))).toBe('2026-10-24 22:00:00');
    expect(read('2026-07-01 12:00')).toBe('2026-07-01 12:00:00');
    for (const text of ['', '24:00', '14:60', '14:03:60', '14', '14:3']) expect(read(text)).toBeNull();
  });
});

describe('a time in a field', () => {
  it('means one moment also in the hour that comes twice', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30);
    const second = Date.UTC(2026, 9, 25, 1, 30);
    expect(toEnteredTime(first)).toBe('2026-10-25 02:30:00 +02:00');
    expect(toEnteredTime(second)).toBe('2026-10-25 02:30:00 +01:00');
    expect(fromEnteredTime(toEnteredTime(first))).toBe(first);
    expect(fromEnteredTime(toEnteredTime(second))).toBe(second);
    expect(toEnteredTime(Date.UTC(2026, 10, 20, 13, 3, 22))).toBe('2026-11-20 14:03:22');
  });

  it('is read back as the second that it was written for, at any time', () => {
    const second = fc.integer({ min: Date.UTC(2020, 0) / 1000, max: Date.UTC(2030, 0) / 1000 });
    const nearChange = fc
      .integer({ min: -14_400, max: 14_400 })
      .map((s) => Date.UTC(2026, 9, 25, 1) / 1000 + s);
    fc.assert(
      fc.property(fc.oneof(second, nearChange), (seconds) => {
        expect(fromEnteredTime(toEnteredTime(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  it('may be entered without seconds, with a T, or with an offset of its own', () => {
    const noon = Date.UTC(2026, 6, 1, 10);
    for (const text of [
      '2026-07-01 12:00',
      '2026-07-01T12:00:00',
      ' 2026-07-01 10:00Z',
      '2026-07-01 12:00 +02:00',
    ]) {
      expect(fromEnteredTime(text)).toBe(noon);
    }
    for (const text of [
      '',
      'yesterday',
      '2026-02-31 12:00',
      '2026-07-01',
      '2026-07-01 25:00',
      '07/01/2026 1:00 PM',
    ]) {
      expect(fromEnteredTime(text)).toBeNull();
    }
  });

  it('has an offset west of Greenwich too, and none outside of the hour that comes twice', () => {
    expect(fromEnteredTime('2026-07-01 05:30:15 -04:30')).toBe(Date.UTC(2026, 6, 1, 10, 0, 15));
    const change = Date.UTC(2026, 9, 25, 1);
    expect(toEnteredTime(change - 3_600_001)).toBe('2026-10-25 01:59:59');
    expect(toEnteredTime(change - 3_600_000)).toBe('2026-10-25 02:00:00 +02:00');
    expect(toEnteredTime(change + 3_599_999)).toBe('2026-10-25 02:59:59 +01:00');
    expect(toEnteredTime(change + 3_600_000)).toBe('2026-10-25 03:00:00');
    // When summer time begins an hour is left out, and none comes twice.
    expect(toEnteredTime(Date.UTC(2026, 2, 29, 1))).toBe('2026-03-29 03:00:00');
    expect(toEnteredTime(Date.UTC(2026, 2, 29, 0, 59, 59))).toBe('2026-03-29 01:59:59');
  });
});

it('a moment is the clock alone today, and has its day otherwise', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  expect(formatDay(at)).toBe('2026-01-02');
  expect(formatClock(at)).toBe('04:04:05');
  expect(formatClockMs(at)).toBe('04:04:05.006');
  expect(formatClock(Date.UTC(2026, 0, 1, 23))).toBe('00:00:00');
  expect(formatDateTime(at)).toBe('2026-01-02 04:04:05');
  expect(formatMoment(at, at + 3_600_000)).toBe('04:04:05');
  expect(formatMoment(at, at + 86_400_000)).toBe('2026-01-02 04:04:05');
});

it.each([
  [0, 'now'],
  [-1_999, 'now'],
  [2_000, '2 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [48 * 3_600_000 - 1, '47 h ago'],
  [48 * 3_600_000, '2 d ago'],
  [-90_000, 'in 1 min'],
])('a moment %i ms ago is told as %s', (ago, text) => {
  const now = Date.UTC(2026, 9, 20, 12);
  expect(formatAgo(now - ago, now)).toBe(text);
});

it('tells a moment that is more than two months away by its day', () => {
  const now = Date.UTC(2026, 9, 20, 12);
  expect([formatAgo(now - 60 * 86_400_000 + 1, now), formatAgo(now - 60 * 86_400_000, now)]).toEqual([
    '59 d ago',
    '2026-08-21',
  ]);
});
