/** The audit trail as the page holds it: what was read, older pages after it, and what arrived meanwhile before it. */
import type { AuditEntry } from '../../daemons/contract/control-api.ts';
import type { ActorOrigin } from '../../daemons/contract/daemon-link.ts';
import { messages } from './messages.ts';

/** An entry that arrived as an event: the recorder gives it its id later. */
export type LiveEntry = Omit<AuditEntry, 'id'>;

export interface AuditRow {
  readonly key: string;
  readonly entry: LiveEntry;
}

export interface AuditFilter {
  readonly target: string;
  readonly text: string;
}

/** What is the same in an entry from the recorder and in its event. */
function identity(entry: LiveEntry): string {
  return `${entry.time} ${entry.actor} ${entry.action} ${entry.target} ${entry.command} ${entry.durationMs}`;
}

/** Whether an entry is one that the recorder would find. */
export function matches(entry: LiveEntry, filter: AuditFilter): boolean {
  if (filter.target !== '' && entry.target !== filter.target) return false;
  if (filter.text === '') return true;
  const text = `${entry.actor} ${entry.action} ${entry.target} ${entry.command} ${JSON.stringify(entry.args)} ${entry.outcome}`;
  return text.toLowerCase().includes(filter.text.toLowerCase());
}

/** Rows, newest first: live entries that match and were not read, then those that were read. */
export function auditRows(
  read: readonly AuditEntry[],
  live: readonly LiveEntry[],
  filter: AuditFilter,
): readonly AuditRow[] {
  const known = new Set(read.map(identity));
  const fresh = live.filter((entry) => !known.has(identity(entry)) && matches(entry, filter));
  return [
    ...fresh.map((entry, index) => ({ key: `live ${identity(entry)} ${index}`, entry })).reverse(),
    ...read.map((entry) => ({ key: `read ${entry.id}`, entry })),
  ];
}

/** Where an entry came from, in words; an operator on a daemon is shown with that daemon. */
export function originText(from: string): string {
  return Object.hasOwn(messages.origins, from) ? messages.origins[from as ActorOrigin] : from;
}

/** What was done, in a few words: the command with its daemon, or the lifecycle action. */
export function actionText(entry: LiveEntry): string {
  if (entry.command !== '') return `${entry.target} ${entry.command}`;
  return entry.target === '' ? entry.action : `${entry.action} ${entry.target}`;
}
