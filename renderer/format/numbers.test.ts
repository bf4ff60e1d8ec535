import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatExact,
  formatMetric,
  formatRate,
  formatRatio,
  formatSeconds,
  NO_VALUE,
} from './numbers.ts';

describe('how figures are written', () => {
  it('writes counts exactly below ten thousand and with a unit above', () => {
    expect(formatCount(0)).toBe('0');
    expect(formatCount(3.25)).toBe('3.3');
    expect(formatCount(0.05)).toBe('0.05');
    expect(formatCount(42.4)).toBe('42');
    expect(formatCount(9_999)).toBe('9,999');
    expect(formatCount(12_345)).toBe('12.3k');
    expect(formatCount(999_600)).toBe('1.00M');
    expect(formatCount(1_234_567)).toBe('1.23M');
    expect(formatExact(1_234_567)).toBe('1,234,567');
  });

  it('writes bytes in binary units', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(1024)).toBe('1 KiB');
    expect(formatBytes(1536)).toBe('1.50 KiB');
    expect(formatBytes(150 * 1024 * 1024)).toBe('150 MiB');
  });

  it('writes latencies in the unit that fits', () => {
    expect(formatSeconds(0)).toBe('0 ms');
    expect(formatSeconds(850e-9)).toBe('850 ns');
    expect(formatSeconds(12.34e-6)).toBe('12.3 µs');
    expect(formatSeconds(0.00456)).toBe('4.56 ms');
    expect(formatSeconds(1.234)).toBe('1.23 s');
    expect(formatSeconds(150)).toBe('2 min 30 s');
  });

  it('writes durations in their two largest units', () => {
    expect(formatDuration(42_900)).toBe('42 s');
    expect(formatDuration(184_000)).toBe('3 min 4 s');
    expect(formatDuration(7_500_000)).toBe('2 h 5 min');
    expect(formatDuration(273_600_000)).toBe('3 d 4 h');
    expect(formatDuration(-5)).toBe('0 s');
  });

  it('leaves out the smaller unit of a duration where there is none of it', () => {
    expect(formatSeconds(120)).toBe('2 min');
    expect(formatSeconds(3_600)).toBe('1 h');
    expect(formatSeconds(432_000)).toBe('5 d');
    expect(formatDuration(3_605_000)).toBe('1 h');
  });

  it('writes ratios as percentages', () => {
    expect(formatRatio(0)).toBe('0 %');
    expect(formatRatio(0.0012)).toBe('0.12 %');
    expect(formatRatio(0.034)).toBe('3.4 %');
    expect(formatRatio(0.87)).toBe('87 %');
  });

  it('writes a metric in its unit, and the rate of a counter a second', () => {
    expect(formatMetric(2048, 'bytes')).toBe('2 KiB');
    expect(formatMetric(2048, 'bytes', true)).toBe('2 KiB/s');
    expect(formatMetric(0.25, 'seconds', true)).toBe('25 %');
    expect(formatRate(12_345)).toBe('12.3k/s');
  });

  it('shows that there is no value', () => {
    for (const format of [formatCount, formatBytes, formatSeconds, formatRatio, formatRate, formatDuration]) {
      expect(format(Number.NaN)).toBe(NO_VALUE);
    }
  });
});
