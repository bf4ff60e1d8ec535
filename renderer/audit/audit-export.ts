/** Everything that a filter of the audit trail matches, read from the recorder page by page, as a file. */
import type { AuditEntry } from '../../contract/control/audit.ts';
import type { Outcome } from '../../contract/errors.ts';
import type { ControlClient } from '../client/control-client.ts';
import { type AuditFilter, auditQuery } from './audit-entries.ts';

/** Entries a page: the most that one query answers. */
const PAGE = 1_000;

/** How reading goes, and the way to end it. */
export interface ReadingAll {
  /** Called with the number of entries read so far. */
  readonly onProgress: (entries: number) => void;
  readonly signal: AbortSignal;
}

/** All entries that match, newest first; the error of the page that could not be read. */
export async function readAll(
  client: Pick<ControlClient, 'request'>,
  filter: AuditFilter,
  { onProgress, signal }: ReadingAll,
): Promise<Outcome<readonly AuditEntry[]>> {
  const entries: AuditEntry[] = [];
  for (;;) {
    const before = entries.at(-1)?.id;
    const page = await client.request('audit.query', {
      ...auditQuery(filter),
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    if (signal.aborted)
      return { ok: false, error: { code: 'cancelled', message: 'The export was cancelled.' } };
    if (!page.ok) return page;
    entries.push(...page.result.entries);
    onProgress(entries.length);
    if (!page.result.more) return { ok: true, result: entries };
  }
}

const CSV_COLUMNS = [
  'id',
  'time',
  'actor',
  'from',
  'action',
  'target',
  'command',
  'args',
  'ok',
  'outcome',
  'duration_ms',
  'effects',
  'timing',
] as const;

/** Entries as comma-separated values (RFC 4180), with a line of titles; times in UTC. */
export function toCsv(entries: readonly AuditEntry[]): string {
  const lines = entries.map((entry) => [
    String(entry.id),
    new Date(entry.time).toISOString(),
    entry.actor,
    entry.from,
    entry.action,
    entry.target,
    entry.command,
    JSON.stringify(entry.args),
    String(entry.ok),
    entry.outcome,
    String(entry.durationMs),
    JSON.stringify(entry.effects),
    entry.timing === undefined ? '' : JSON.stringify(entry.timing),
  ]);
  return [CSV_COLUMNS, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** Entries as JSON. */
export function toJson(entries: readonly AuditEntry[]): string {
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function csvCell(text: string): string {
  // A spreadsheet would take such a text, which may come from anybody's nick, for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
