/**
 * How figures are written everywhere in the window: short, with a unit, in a width that hardly changes, so that
 * columns of live numbers do not dance. Called by cards, charts and tables.
 */
import type { MetricUnit } from '../../contract/manifest.ts';

/** Language of numbers and dates; messages are in the same one. */
export const LOCALE = 'en';

/** Shown where there is no value. */
export const NO_VALUE = '–';

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

/** Three significant figures at most, none behind the point from 100 on. */
function threeFigures(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 99.95 || Number.isInteger(value) ? 0 : size >= 9.995 ? 1 : 2;
  return value.toFixed(digits);
}

function scaled(value: number, steps: readonly string[], base: number): string {
  let size = value;
  let step = 0;
  // 999.5 would be rounded to 1000: move on to the next step before that.
  while (Math.abs(size) >= base - 0.5 && step < steps.length - 1) {
    size /= base;
    step++;
  }
  return `${threeFigures(size)}${steps[step]!}`;
}

/** A count: whole from 10 to 10,000, with fractions below, then `12.3k`, `4.56M`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return NO_VALUE;
  if (Math.abs(value) < 10_000) {
    if (Number.isInteger(value) || Math.abs(value) >= 10) return whole.format(value);
    return value.toFixed(Math.abs(value) < 1 ? 2 : 1);
  }
  return scaled(value, ['', 'k', 'M', 'G', 'T'], 1000);
}

/** Every digit, with separators: for tables. */
export function formatExact(value: number): string {
  return Number.isFinite(value) ? whole.format(value) : NO_VALUE;
}

/** Bytes in binary units: `512 B`, `1.5 KiB`. */
export function formatBytes(value: number): string {
  if (!Number.isFinite(value)) return NO_VALUE;
  return scaled(
    Math.abs(value) < 1024 ? Math.round(value) : value,
    [' B', ' KiB', ' MiB', ' GiB', ' TiB'],
    1024,
  );
}

/** A short time in seconds as `850 ns`, `12.3 µs`, `4.56 ms`, `1.2 s`; above two minutes as a duration. */
export function formatSeconds(value: number): string {
  if (!Number.isFinite(value)) return NO_VALUE;
  const size = Math.abs(value);
  if (size === 0) return '0 ms';
  if (size < 999.5e-9) return `${threeFigures(Math.round(value * 1e9))} ns`;
  if (size < 999.5e-6) return `${threeFigures(value * 1e6)} µs`;
  if (size < 0.9995) return `${threeFigures(value * 1e3)} ms`;
  if (size < 120) return `${threeFigures(value)} s`;
  return formatDuration(value * 1000);
}

/** A share of one as a percentage: `0.12 %`, `3.4 %`, `87 %`. */
export function formatRatio(value: number): string {
  if (!Number.isFinite(value)) return NO_VALUE;
  const percent = value * 100;
  const size = Math.abs(percent);
  const digits = size === 0 || size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2;
  return `${percent.toFixed(digits)} %`;
}

/** Something a second: `0/s`, `3.4/s`, `12.3k/s`. */
export function formatRate(value: number): string {
  return Number.isFinite(value) ? `${formatCount(value)}/s` : NO_VALUE;
}

/** A span in milliseconds in its two largest units, the smaller where there is any: `42 s`, `3 min 4 s`, `2 h`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return NO_VALUE;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return twoUnits(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(hours, 'h', minutes % 60, 'min');
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A value in the unit of its metric; `perSecond` for rates of counters. */
export function formatMetric(value: number, unit: MetricUnit, perSecond = false): string {
  if (!Number.isFinite(value)) return NO_VALUE;
  if (unit === 'bytes') return perSecond ? `${formatBytes(value)}/s` : formatBytes(value);
  // Seconds a second is a share of time.
  if (unit === 'seconds') return perSecond ? formatRatio(value) : formatSeconds(value);
  if (unit === 'ratio') return formatRatio(value);
  return perSecond ? formatRate(value) : formatCount(value);
}
