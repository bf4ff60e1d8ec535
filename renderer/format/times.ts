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

/** Clocks of two machines differ by less than this, mostly, in milliseconds. */
const SKEW_MS = 2_000;

/** How long ago, in its largest unit: `42 s ago`, `3 min ago`, `in 2 h`; the day where that is more than 60 days away. */
export function formatAgo(ms: number, now: number): string {
  const seconds = Math.floor(Math.abs(now - ms) / 1_000);
  if (Math.abs(now - ms) < SKEW_MS) return 'now';
  const steps = [
    { unit: 's', size: 1, below: 60 },
    { unit: 'min', size: 60, below: 3_600 },
    { unit: 'h', size: 3_600, below: 48 * 3_600 },
    { unit: 'd', size: 86_400, below: 60 * 86_400 },
  ];
  const step = steps.find(({ below }) => seconds < below);
  if (step === undefined) return formatDay(ms);
  const amount = `${Math.floor(seconds / step.size)} ${step.unit}`;
  return ms < now ? `${amount} ago` : `in ${amount}`;
}

/** Minutes that local time is ahead of UTC. */
function offsetAt(ms: number): number {
  return -new Date(ms).getTimezoneOffset();
}

/** `+02:00`. */
function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Clocks are set by no more than this at once, in milliseconds. */
const CLOCK_CHANGE_MS = 3 * 3_600_000;

/** Whether the clock shows the same time twice: in the hour that is repeated when summer time ends. */
function isRepeated(ms: number): boolean {
  const change = (offsetAt(ms - CLOCK_CHANGE_MS) - offsetAt(ms + CLOCK_CHANGE_MS)) * 60_000;
  if (change <= 0) return false;
  const text = formatDateTime(ms);
  return formatDateTime(ms + change) === text || formatDateTime(ms - change) === text;
}

/** A time as it stands in a field: `2026-11-20 14:03:22`, with the offset where the clock shows that time twice. */
export function toEnteredTime(ms: number): string {
  return `${formatDateTime(ms)}${isRepeated(ms) ? ` ${offsetText(offsetAt(ms))}` : ''}`;
}

/** How a time is entered, for whoever asks. */
export const TIME_FORMAT = 'YYYY-MM-DD hh:mm:ss';

/** How a time of the last 24 hours may be entered. */
export const CLOCK_FORMAT = 'hh:mm';

const ENTERED = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::(\d\d))?\s*([+-]\d\d:\d\d|Z)?$/;

/** Unix milliseconds of a time as it was entered, local where it has no offset; null when it is none. */
export function fromEnteredTime(text: string): number | null {
  const [, day, clock, seconds = '00', offset = ''] = ENTERED.exec(text.trim()) ?? [];
  if (day === undefined || clock === undefined) return null;
  const ms = new Date(`${day}T${clock}:${seconds}${offset}`).getTime();
  if (Number.isNaN(ms)) return null;
  // The 31st of a shorter month is no day.
  return offset !== '' || formatDay(ms) === day ? ms : null;
}

const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d))?$/;

/** The same, and of a clock alone the last moment up to now at which it showed that: `14:03` is today's or yesterday's. */
export function fromEnteredMoment(text: string, now: number): number | null {
  const [, hours, minutes, seconds = '00'] = CLOCK.exec(text.trim()) ?? [];
  if (hours === undefined) return fromEnteredTime(text);
  const clockText = `${hours.padStart(2, '0')}:${minutes}:${seconds}`;
  const today = fromEnteredTime(`${formatDay(now)} ${clockText}`);
  if (today === null || today <= now) return today;
  const midnight = new Date(now);
  return fromEnteredTime(`${formatDay(midnight.setDate(midnight.getDate() - 1))} ${clockText}`);
}
