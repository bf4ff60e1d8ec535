/** The audit trail: newest first, searched by the recorder, with what happens now on top. */
import { type ReactNode, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useWidth } from '../ui/use-width.ts';
import { ANY_ENTRY, auditQuery } from './audit-entries.ts';
import { AuditExport } from './audit-export-buttons.tsx';
import { AuditFilterBar } from './audit-filter.tsx';
import { AuditRowView } from './audit-row.tsx';
import { messages } from './messages.ts';
import { useAudit } from './use-audit.ts';

/** A narrower table has no column of outcomes, in pixels: the others and a sentence need as much. */
const OUTCOME_COLUMN_FROM = 960;

export function AuditPage(): ReactNode {
  const card = useRef<HTMLDivElement>(null);
  const isNarrow = (useWidth(card) ?? OUTCOME_COLUMN_FROM) < OUTCOME_COLUMN_FROM;
  const titles = [messages.time, messages.actor, messages.from];
  const rest = isNarrow ? [messages.actionAndOutcome] : [messages.action, messages.outcome];
  const [filter, setFilter] = useState(ANY_ENTRY);
  const trail = useAudit(filter);
  const filtered = Object.keys(auditQuery(filter)).length > 0;
  const people = [...new Set(trail.rows.map(({ entry }) => entry.actor))].sort();
  const paused = trail.error?.code === 'history_paused';
  const unknown = trail.busy || trail.error !== null;
  const emptyTitle = unknown
    ? trail.busy
      ? messages.loading
      : messages.nothingRead
    : filtered
      ? messages.noMatch
      : messages.empty;
  return (
    <div className="page">
      <PageHeader title={messages.title} />
      <p className="text-sm text-dim">{messages.hint}</p>
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
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <AuditFilterBar
            filter={filter}
            people={people}
            onFilter={(change) => setFilter((before) => ({ ...before, ...change }))}
          />
          <AuditExport filter={filter} />
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
                  {[...titles, ...rest].map((title) => (
                    <th key={title} scope="col" className="px-3 py-2 font-medium">
                      {title}
                    </th>
                  ))}
                  <th scope="col" className="px-4 py-2 text-right font-medium">
                    {messages.duration}
                  </th>
                </tr>
              </thead>
              <tbody>
                {trail.rows.map((row) => (
                  <AuditRowView key={row.key} entry={row.entry} isNarrow={isNarrow} />
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
