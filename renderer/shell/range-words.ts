/** A range of time in words. */
import { formatDateTime, formatDay } from '../format/times.ts';
import { messages } from './messages.ts';
import type { ViewRange } from './view.ts';

export function rangeWords(range: ViewRange): string {
  if (range.kind === 'live') return messages.live;
  if (range.kind === 'recent') return messages.last(range.name);
  const end = formatDateTime(range.to);
  const sameDay = formatDay(range.from) === formatDay(range.to);
  return `${formatDateTime(range.from)} – ${sameDay ? end.slice(formatDay(range.to).length + 1) : end}`;
}
