/** The audit trail: newest first, searched by the recorder, with what happens now on top. */
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { formatDateTime } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
import { hashOf, useRoute } from '../shell/route.ts';
import { endsOf, useRange, useScope, type ViewRange } from '../shell/view.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useWidth } from '../ui/use-width.ts';
import { type AuditFilter, auditQuery, CHANGES_ONLY, LIVE } from './audit-entries.ts';
import { AuditExport } from './audit-export-buttons.tsx';
import { AuditFilterBar } from './audit-filter.tsx';
import { AuditRowView } from './audit-row.tsx';
import { moveAmongEntries } from './entry-focus.ts';
import { messages } from './messages.ts';
import { useAudit } from './use-audit.ts';

/** A narrower table has times and sentences alone, in pixels: the other columns and a sentence need as much. */
const ALL_COLUMNS_FROM = 960;

const SECOND = 1_000;

/** The trail over the range and scope of the window; at `?at=<Unix milliseconds>` up to that second, whose entries stand out. */
export function AuditPage(): ReactNode {
  const host = useHost();
  const card = useRef<HTMLDivElement>(null);
  const isNarrow = (useWidth(card, 'audit') ?? ALL_COLUMNS_FROM) < ALL_COLUMNS_FROM;
  const titles = [
    messages.time,
    messages.what,
    ...(isNarrow ? [] : [messages.effect, messages.action, messages.from]),
  ];
  const { at = '' } = useRoute().query;
  const second = /^\d+$/.test(at) ? Math.floor(Number(at) / SECOND) * SECOND : null;
  const range = useRange();
  const scope = useScope();
  const [narrowed, setNarrowed] = useState(CHANGES_ONLY);
  const filter = useMemo(
    () => ({ ...narrowed, target: targetOf(scope), ...timesOf(range, second, host.hostNow()) }),
    [narrowed, range, scope, second, host],
  );
  const trail = useAudit(filter);
  const now = host.hostNow();
  const isOfTime = filter.since !== null || filter.until !== null;
  const filtered = Object.keys(auditQuery({ ...filter, reads: true, since: null, until: null })).length > 0;
  const people = [...new Set(trail.rows.map(({ entry }) => entry.actor))].sort();
  const paused = trail.error?.code === 'history_paused';
  const unknown = trail.busy || trail.error !== null;
  const emptyTitle = unknown
    ? trail.busy
      ? messages.loading
      : messages.nothingRead
    : filtered
      ? messages.noMatch
      : isOfTime
        ? messages.noneThen
        : messages.empty;
  return (
    <div className="page">
      <PageHeader
        title={messages.title}
        subtitle={
          second === null ? (
            <p className="text-sm text-dim">{messages.hint}</p>
          ) : (
            <p className="text-sm text-dim">
              {messages.upTo(formatDateTime(second))}{' '}
              <a href={hashOf(host, ['audit'])} className="text-accent underline">
                {messages.newest}
              </a>
            </p>
          )
        }
        actions={<AuditExport filter={filter} />}
      />
      {trail.error !== null && (
        <Callout
          tone={paused ? 'warn' : 'bad'}
          title={paused ? messages.pausedTitle : messages.failedTitle}
          action={<Button onClick={trail.retry}>{messages.retry}</Button>}
        >
          {paused ? messages.pausedHint : trail.error.message}
        </Callout>
      )}
      <div ref={card} className="overflow-hidden card">
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-2">
          <AuditFilterBar
            filter={filter}
            people={people}
            onFilter={(change) => setNarrowed((before) => ({ ...before, ...change }))}
          />
        </div>
        {trail.rows.length === 0 ? (
          <EmptyState icon="audit" title={emptyTitle}>
            {emptyTitle === messages.empty ? messages.emptyHint : undefined}
          </EmptyState>
        ) : (
          <ScrollRegion label={messages.title} className="overflow-x-auto">
            <table className="w-full text-sm">
              <thead className="text-left text-xs text-dim">
                <tr className="border-b border-line">
                  <td className="w-10" />
                  {titles.map((title) => (
                    <th key={title} scope="col" className="h-row px-2 font-medium whitespace-nowrap">
                      {title}
                    </th>
                  ))}
                  {!isNarrow && (
                    <th scope="col" className="h-row pr-4 pl-2 text-right font-medium">
                      {messages.duration}
                    </th>
                  )}
                </tr>
              </thead>
              <tbody onKeyDown={moveAmongEntries}>
                {trail.rows.map(({ key, entry }) => (
                  <AuditRowView
                    key={key}
                    {...{ entry, isNarrow, now }}
                    isMeant={second !== null && entry.time >= second && entry.time < second + SECOND}
                    isNew={key.startsWith(LIVE)}
                  />
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )}
        {trail.more && (
          <div className="flex justify-center p-3">
            <Button disabled={trail.busy} onClick={trail.readMore}>
              {trail.busy ? messages.loading : messages.more}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** What was done to the main process is done to none of the daemons. */
function targetOf(scope: string | null): string {
  return scope === null || scope === MAIN_SOURCE ? '' : scope;
}

/** Live is everything, with what happens now on top. */
function timesOf(range: ViewRange, second: number | null, now: number): Pick<AuditFilter, 'since' | 'until'> {
  if (second !== null) return { since: null, until: second + SECOND };
  if (range.kind === 'live') return { since: null, until: null };
  if (range.kind === 'recent') return { since: endsOf(range, now).from, until: null };
  return { since: range.from, until: range.to };
}
