import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { fromEnteredTime, toEnteredTime } from './times.ts';

// Before the formatters are made, which keep the zone of that moment.
vi.hoisted(() => {
  process.env.TZ = 'Europe/Berlin';
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
});
