/** Amounts of things in sentences: the one place that knows how one differs from several. */
import { counted } from '../../contract/counted.ts';
import { formatExact } from './numbers.ts';

/** `1 row`, `12,345 rows`. */
export function amountOf(amount: number, noun: string): string {
  return counted(amount, noun, formatExact(amount));
}

/** `3 of 12,345 rows`, or all of them where none is left out. */
export function partOf(shown: number, all: number, noun: string): string {
  return shown === all ? amountOf(all, noun) : `${formatExact(shown)} of ${amountOf(all, noun)}`;
}

/** A number of minutes in words: `1 day`, `2 hours 30 minutes`. */
export function minutesInWords(minutes: number): string {
  const parts = [
    { amount: Math.floor(minutes / 1_440), noun: 'day' },
    { amount: Math.floor((minutes % 1_440) / 60), noun: 'hour' },
    { amount: minutes % 60, noun: 'minute' },
  ].filter(({ amount }) => amount > 0);
  return parts.map(({ amount, noun }) => amountOf(amount, noun)).join(' ') || amountOf(0, 'minute');
}
