/** A line of the log view; pressed, it shows the whole record. */
import type { ReactNode } from 'react';
import type { LogLevel, SourcedLogRecord } from '../../contract/log-record.ts';
import type { CrashRecord } from '../../contract/states.ts';
import { formatClock, formatClockMs, formatDateTime } from '../format/times.ts';
import { Icon } from '../ui/icons.tsx';
import { fieldsText } from './log-items.ts';
import { messages } from './messages.ts';

const LEVEL_TONES: Readonly<Record<LogLevel, string>> = {
  debug: 'text-dim',
  info: 'text-dim',
  warn: 'text-warn',
  error: 'text-bad',
};

interface RecordLineProps {
  readonly record: SourcedLogRecord;
  readonly open: boolean;
  readonly onToggle: () => void;
  /** Whether the tab key stops at it: at one line of a log. */
  readonly isTabStop: boolean;
  readonly onFocus: () => void;
}

export function RecordLine({ record, open, onToggle, isTabStop, onFocus }: RecordLineProps): ReactNode {
  return (
    <div
      className={
        record.level === 'error' ? 'bg-bad-soft/60' : record.level === 'warn' ? 'bg-warn-soft/50' : ''
      }
    >
      <button
        type="button"
        aria-expanded={open}
        tabIndex={isTabStop ? 0 : -1}
        onClick={onToggle}
        onFocus={onFocus}
        className="flex h-log-row w-full items-center gap-3 px-3 text-left font-mono text-xs hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="shrink-0 text-dim">{formatClockMs(record.time)}</span>
        <span className={`w-10 shrink-0 font-medium ${LEVEL_TONES[record.level]}`}>{record.level}</span>
        <span className="w-24 shrink-0 truncate text-dim max-md:hidden">{record.subsystem}</span>
        <span className="min-w-0 truncate">
          {record.message} <span className="text-dim">{fieldsText(record)}</span>
        </span>
      </button>
      {open && <Details record={record} />}
    </div>
  );
}

function Details({ record }: { record: SourcedLogRecord }): ReactNode {
  const facts: readonly (readonly [string, string])[] = [
    ['time', formatDateTime(record.time)],
    ['event', `${record.subsystem} / ${record.event}`],
    ['process', `${record.source} ${record.instance}, record ${record.seq}`],
    ...Object.entries(record.fields ?? {}).map(([name, value]) => [name, String(value)] as const),
  ];
  return (
    <div className="border-y border-line bg-sunken px-3 py-2 font-mono text-xs">
      <p className="mb-1.5 break-words whitespace-pre-wrap">{record.message}</p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-dim">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function CrashLine({ crash }: { crash: CrashRecord }): ReactNode {
  return (
    <p className="flex h-control items-center gap-2 border-y border-bad/40 bg-bad-soft px-3 text-xs font-medium text-bad">
      <Icon name="error" className="size-3.5" />
      <span className="font-mono font-normal">{formatClock(crash.time)}</span>
      <span className="truncate">{messages.crash(crash.cause)}</span>
    </p>
  );
}
