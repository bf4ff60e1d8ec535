/** One thing that went wrong in a process, as the tabs Crashes and Loop blocks show it: when, what is known of it, its lines, its place in the log. */
import type { ReactNode } from 'react';
import { formatDateTime } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
import { hashOf } from '../shell/route.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { messages } from './messages.ts';

interface IncidentProps {
  /** Of the process. */
  readonly id: string;
  readonly title: string;
  readonly titleClass?: string;
  /** Unix milliseconds. */
  readonly time: number;
  /** Where the log is opened, Unix milliseconds; `time` where absent. */
  readonly logTime?: number;
  /** Stands before the time. */
  readonly aside?: ReactNode;
  /** What the lines are, for those who do not see them. */
  readonly linesLabel: string;
  readonly lines: readonly string[];
  /** Said where there are no lines. */
  readonly noLines: string;
  readonly children: ReactNode;
}

export function Incident({
  id,
  title,
  titleClass = '',
  time,
  logTime = time,
  aside,
  linesLabel,
  lines,
  noLines,
  children,
}: IncidentProps): ReactNode {
  const host = useHost();
  return (
    <article className="card p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className={`font-medium ${titleClass}`}>{title}</h2>
        <span className="flex gap-x-4 text-sm">
          {aside}
          <time className="text-dim" dateTime={new Date(time).toISOString()}>
            {formatDateTime(time)}
          </time>
        </span>
      </div>
      {children}
      {lines.length === 0 ? (
        <p className="mt-2 text-sm text-dim">{noLines}</p>
      ) : (
        <ScrollRegion
          label={linesLabel}
          className="mt-2 overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre"
        >
          {lines.join('\n')}
        </ScrollRegion>
      )}
      <a
        className="mt-3 inline-block text-sm text-accent underline"
        href={hashOf(host, ['daemon', id, 'logs'], { at: String(Math.round(logTime)) })}
      >
        {messages.seeInLogs}
      </a>
    </article>
  );
}
