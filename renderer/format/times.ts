/** How points in time are written: local, 24 hours, with the date only where it is not today. */
import { LOCALE } from './numbers.ts';

const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const clockMs = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

const two = (value: number) => String(value).padStart(2, '0');

/** `2026-11-20` in local time. */
export function formatDay(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `14:03:22`. */
export function formatClock(ms: number): string {
  return clock.format(ms);
}

/** `14:03:22.123`, for logs. */
export function formatClockMs(ms: number): string {
  return clockMs.format(ms);
}

/** `2026-11-20 14:03:22`. */
export function formatDateTime(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms)}`;
}

/** The clock alone for today, else with the day. */
export function formatMoment(ms: number, now: number): string {
  return formatDay(ms) === formatDay(now) ? formatClock(ms) : formatDateTime(ms);
}

/** Value of an `<input type="datetime-local">` with seconds. */
export function toLocalInput(ms: number): string {
  return `${formatDay(ms)}T${formatClock(ms)}`;
}

/** Unix milliseconds of such a value; null when it is not one. */
export function fromLocalInput(value: string): number | null {
  const ms = new Date(value).getTime();
  return value === '' || Number.isNaN(ms) ? null : ms;
}
