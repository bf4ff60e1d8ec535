/** `signalbox audit [D]`: who did what, what came of it, and what a slow action waited for. */
import type { AuditEntry } from '../../contract/control/audit.ts';
import { timingText } from '../../contract/work-timing.ts';
import {
  EXIT,
  fail,
  formatSeconds,
  formatTable,
  formatTime,
  parseWords,
  print,
  printable,
  printJson,
  UsageError,
} from '../terminal/terminal.ts';
import type { SocketClient } from './socket-client.ts';

/** What `signalbox audit` was asked for; `target` undefined stands for all daemons. */
export interface AuditRequest {
  readonly target?: string;
  readonly limit: number;
}

/** Throws UsageError. */
export function parseAuditRequest(words: readonly string[]): AuditRequest {
  const { values, positionals } = parseWords(words, { limit: { type: 'string' } });
  const [target, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  const limit = values.limit === undefined ? 50 : Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    throw new UsageError(`--limit: expected a whole number from 1 to 1000, got "${values.limit}"`);
  return target === undefined ? { limit } : { target, limit };
}

/** Prints the newest entries, the newest last, as a log does. Answers the exit code. */
export async function auditCommand(
  client: SocketClient,
  request: AuditRequest,
  json: boolean,
): Promise<number> {
  const outcome = await client.request('audit.query', request);
  if (!outcome.ok) return fail(outcome.error, json);
  const entries = outcome.result.entries.toReversed();
  if (json) printJson(entries);
  else print(entries.length === 0 ? 'The audit trail has no entry.' : showAudit(entries));
  return EXIT.ok;
}

/** A line for each entry, and under the table where the time of slow ones went. */
export function showAudit(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) => [
    String(entry.id),
    formatTime(entry.time),
    printable(entry.actor),
    printable([entry.target, entry.command || entry.action].filter((word) => word !== '').join(' ')),
    formatSeconds(entry.durationMs / 1000),
    printable(entry.outcome),
  ]);
  const table = formatTable(['id', 'time', 'who', 'what', 'took', 'outcome'], rows);
  const slow = entries.flatMap(({ id, timing }) =>
    timing === undefined ? [] : [printable(`${id}: ${timingText(timing)}`)],
  );
  return [table, ...slow].join('\n');
}
