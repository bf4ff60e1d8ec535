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

  type Cases = readonly [format: (value: number) => string, ...cases: readonly (readonly [number, string])[]];
  const edges: readonly Cases[] = [
    [
      formatCount,
      [-0.5, '-0.50'],
      [0.999, '1.00'],
      [1.5, '1.5'],
      [9.94, '9.9'],
      [10.4, '10'],
      [-42.4, '-42'],
    ],
    [
      formatCount,
      [9_999.4, '9,999'],
      [10_000, '10k'],
      [-12_345, '-12.3k'],
      [99_949, '99.9k'],
      [99_950, '100k'],
    ],
    [formatCount, [999_499, '999k'], [999_500, '1.00M'], [4_560_000, '4.56M'], [2e9, '2G'], [3e12, '3T']],
    [formatCount, [5e15, '5000T'], [1_234, '1,234'], [0.004, '0.00'], [-10, '-10'], [-9_999, '-9,999']],
    [formatExact, [0, '0'], [-1_234.6, '-1,235'], [Number.NaN, '–']],
    [
      formatBytes,
      [0.4, '0 B'],
      [1_023.4, '1023 B'],
      [1_023.6, '1 KiB'],
      [1_048_064, '1.00 MiB'],
      [10_240, '10 KiB'],
    ],
    [
      formatBytes,
      [10_230, '9.99 KiB'],
      [10_236, '10.0 KiB'],
      [-2_048, '-2 KiB'],
      [2 ** 30, '1 GiB'],
      [2 ** 51, '2048 TiB'],
    ],
    [formatSeconds, [999e-9, '999 ns'], [999.6e-9, '1.00 µs'], [0.4e-9, '0 ns'], [-850e-9, '-850 ns']],
    [
      formatSeconds,
      [999.4e-6, '999 µs'],
      [999.6e-6, '1.00 ms'],
      [0.9994, '999 ms'],
      [0.9996, '1.00 s'],
      [-0.5, '-500 ms'],
    ],
    [formatSeconds, [12, '12 s'], [119.6, '120 s'], [120, '2 min'], [-3, '-3 s'], [99.96, '100 s']],
    [formatRatio, [0.000_01, '0.00 %'], [0.009_94, '0.99 %'], [0.009_96, '1.0 %'], [0.0994, '9.9 %']],
    [formatRatio, [0.0996, '10 %'], [1, '100 %'], [-0.034, '-3.4 %'], [-0.5, '-50 %']],
    [formatRate, [0, '0/s'], [3.4, '3.4/s']],
    [formatDuration, [999, '0 s'], [59_999, '59 s'], [60_000, '1 min'], [3_599_999, '59 min 59 s']],
    [
      formatDuration,
      [3_600_000, '1 h'],
      [86_399_999, '23 h 59 min'],
      [86_400_000, '1 d'],
      [90_000_000, '1 d 1 h'],
    ],
  ];
  it.each(edges.map((cases) => ({ cases })))(
    'are as long as people can read at its edges: $cases',
    ({ cases }) => {
      const [format, ...pairs] = cases;
      expect(pairs.map(([value]) => [value, format(value)])).toEqual(pairs);
    },
  );

  it.each([
    ['bytes', '1 KiB', '1 KiB/s'],
    ['seconds', '17 min 4 s', '102400 %'],
    ['ratio', '102400 %', '102400 %'],
    ['count', '1,024', '1,024/s'],
  ] as const)('writes %s as such and a second', (unit, plain, rate) => {
    expect([formatMetric(1_024, unit), formatMetric(1_024, unit, true)]).toEqual([plain, rate]);
    expect([formatMetric(Number.NaN, unit), formatMetric(Number.POSITIVE_INFINITY, unit, true)]).toEqual([
      '–',
      '–',
    ]);
  });
});
