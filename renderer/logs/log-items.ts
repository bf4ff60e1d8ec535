/** From records and crashes to the lines of the log view, and to the files that are exported. */
import { LOG_LEVELS, type LogLevel, type SourcedLogRecord } from '../../contract/log-record.ts';
import type { CrashRecord } from '../../contract/states.ts';
import { formatClockMs, formatDay } from '../format/times.ts';

/** A line of the log view: a record, or the end of a process between records. */
export type LogItem =
  | {
      readonly kind: 'record';
      readonly key: string;
      readonly time: number;
      readonly record: SourcedLogRecord;
    }
  | { readonly kind: 'crash'; readonly key: string; readonly time: number; readonly crash: CrashRecord };

/** What is searched in a record, in lower case; made once a record. */
const searched = new WeakMap<SourcedLogRecord, string>();

function searchText(record: SourcedLogRecord): string {
  let text = searched.get(record);
  if (text === undefined) {
    const { subsystem, event, message, fields } = record;
    text = [subsystem, event, message, JSON.stringify(fields)].join(' ').toLowerCase();
    searched.set(record, text);
  }
  return text;
}

/** The records of at least a level that hold every word of the filter. */
export function filterRecords(
  records: readonly SourcedLogRecord[],
  minLevel: LogLevel,
  filter: string,
): readonly SourcedLogRecord[] {
  const least = LOG_LEVELS.indexOf(minLevel);
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (least === 0 && words.length === 0) return records;
  return records.filter((record) => {
    if (LOG_LEVELS.indexOf(record.level) < least) return false;
    return words.length === 0 || words.every((word) => searchText(record).includes(word));
  });
}

/** Records with the crashes put in where they happened. */
export function withCrashes(
  records: readonly SourcedLogRecord[],
  crashes: readonly CrashRecord[],
): readonly LogItem[] {
  const items: LogItem[] = [];
  const ends = [...crashes].sort((a, b) => a.time - b.time);
  let next = 0;
  for (const record of records) {
    for (let crash = ends[next]; crash !== undefined && crash.time < record.time; crash = ends[next]) {
      items.push({ kind: 'crash', key: `crash ${crash.time} ${next}`, time: crash.time, crash });
      next++;
    }
    items.push({ kind: 'record', key: `${record.instance} ${record.seq}`, time: record.time, record });
  }
  for (const crash of ends.slice(next)) {
    items.push({ kind: 'crash', key: `crash ${crash.time} ${next++}`, time: crash.time, crash });
  }
  return items;
}

/** Place of the crash nearest to a time; the last crash where no time is given; -1 where there is none. */
export function crashPlace(items: readonly LogItem[], time: number | null): number {
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (const [index, item] of items.entries()) {
    if (item.kind !== 'crash') continue;
    const away = time === null ? 0 : Math.abs(item.time - time);
    if (away <= distance) {
      best = index;
      distance = away;
    }
  }
  return best;
}

/** Place of the line nearest to a time, of a crash before a record; -1 where there is none. */
export function nearestPlace(items: readonly LogItem[], time: number): number {
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (const [index, item] of items.entries()) {
    const away = Math.abs(item.time - time) - (item.kind === 'crash' ? 0.5 : 0);
    if (away >= distance) continue;
    best = index;
    distance = away;
  }
  return best;
}

/** Fields as `name=value`, quoted where they hold spaces. */
export function fieldsText(record: SourcedLogRecord): string {
  return Object.entries(record.fields ?? {})
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'string' && /\s|^$/.test(value) ? JSON.stringify(value) : value}`,
    )
    .join(' ');
}

/** Records as lines of text. */
export function toText(records: readonly SourcedLogRecord[]): string {
  const lines = records.map((record) => {
    const when = `${formatDay(record.time)} ${formatClockMs(record.time)}`;
    const where = `${record.source}/${record.subsystem}`;
    return `${when} ${record.level.toUpperCase().padEnd(5)} ${where} ${record.event}: ${record.message} ${fieldsText(record)}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

/** Records as lines of JSON. */
export function toJsonLines(records: readonly SourcedLogRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
