/** The audit trail as the page holds it: what was read, older pages after it, and what arrived meanwhile before it. */

import type { AuditEntry } from '../../contract/control/audit.ts';
import type { ControlApi } from '../../contract/control/requests.ts';
import type { ActorOrigin } from '../../contract/link/actor.ts';
import { labelOf } from '../commands/form-values.ts';
import { messages } from './messages.ts';

/** What the keys of rows begin with that arrived while the page was shown. */
export const LIVE = 'live ';

/** An entry that arrived as an event: the recorder gives it its id later. */
export type LiveEntry = Omit<AuditEntry, 'id'>;

export interface AuditRow {
  readonly key: string;
  readonly entry: LiveEntry;
}

/** Which entries are looked for; an empty text, or null, stands for any. */
export interface AuditFilter {
  readonly target: string;
  readonly text: string;
  /** Part of the name of who did it. */
  readonly actor: string;
  readonly outcome: '' | 'ok' | 'failed';
  /** Unix milliseconds. */
  readonly since: number | null;
  /** Unix milliseconds; that moment is no longer part of it. */
  readonly until: number | null;
  /** Whether what only reads is part of it. */
  readonly reads: boolean;
}

/** Lets every entry through. */
export const ANY_ENTRY: AuditFilter = {
  target: '',
  text: '',
  actor: '',
  outcome: '',
  since: null,
  until: null,
  reads: true,
};

/** What the page begins with: who comes to see what was changed is not shown what was looked at. */
export const CHANGES_ONLY: AuditFilter = { ...ANY_ENTRY, reads: false };

/** The filter as the recorder is asked. */
export function auditQuery(filter: AuditFilter): ControlApi['audit.query']['args'] {
  const { target, text, actor, outcome, since, until, reads } = filter;
  return {
    ...(target === '' ? {} : { target }),
    ...(text === '' ? {} : { text }),
    ...(actor === '' ? {} : { actor }),
    ...(outcome === '' ? {} : { ok: outcome === 'ok' }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
    ...(reads ? {} : { reads }),
  };
}

function holds(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** What is the same in an entry from the recorder and in its events. */
function identity(entry: LiveEntry): string {
  if (entry.key !== undefined) return entry.key;
  return `${entry.time} ${entry.actor} ${entry.action} ${entry.target} ${entry.command} ${entry.durationMs}`;
}

/**
 * Whether an entry is one that the recorder would find.
 * @param onlyReads whether it is of a command that only reads
 */
export function matches(entry: LiveEntry, filter: AuditFilter, onlyReads = false): boolean {
  if (!filter.reads && onlyReads) return false;
  if (filter.target !== '' && entry.target !== filter.target) return false;
  if (filter.outcome !== '' && entry.ok !== (filter.outcome === 'ok')) return false;
  if (filter.since !== null && entry.time < filter.since) return false;
  if (filter.until !== null && entry.time >= filter.until) return false;
  if (!holds(entry.actor, filter.actor)) return false;
  const text = `${entry.actor} ${entry.action} ${entry.target} ${entry.command} ${JSON.stringify(entry.args)} ${entry.outcome}`;
  return holds(text, filter.text);
}

/** Adds an entry that arrived, at most `limit`; one that comes again, with its measured effects, takes its own place. */
export function withLive(
  before: readonly LiveEntry[],
  entry: LiveEntry,
  limit: number,
): readonly LiveEntry[] {
  const same = before.findLastIndex(({ key }) => key !== undefined && key === entry.key);
  return same === -1 ? [...before.slice(-(limit - 1)), entry] : before.with(same, entry);
}

/**
 * Rows, newest first: live entries that match and were not read, then those that were read, with the effects that were
 * measured since.
 */
export function auditRows(
  read: readonly AuditEntry[],
  live: readonly LiveEntry[],
  filter: AuditFilter,
  onlyReads: (entry: LiveEntry) => boolean = () => false,
): readonly AuditRow[] {
  const known = new Set(read.map(identity));
  const amended = new Map(live.map((entry) => [identity(entry), entry]));
  const fresh = live.filter(
    (entry) => !known.has(identity(entry)) && matches(entry, filter, onlyReads(entry)),
  );
  return [
    ...fresh.map((entry, index) => ({ key: `${LIVE}${identity(entry)} ${index}`, entry })).reverse(),
    ...read.map((entry) => ({
      key: `read ${entry.id}`,
      entry: entry.effects.length > 0 ? entry : (amended.get(identity(entry)) ?? entry),
    })),
  ];
}

/** Where an entry came from, in words; an operator on a daemon is shown with that daemon. */
export function originText(from: string): string {
  return Object.hasOwn(messages.origins, from) ? messages.origins[from as ActorOrigin] : from;
}

/** A value that is one thing, not a list or an object of others. */
function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

/** What came of it, in words: `{"clients":0}` is `clients 0`. Anything but the JSON of one flat object is as it was written. */
export function outcomeText(outcome: string): string {
  if (!outcome.startsWith('{')) return outcome;
  let result: unknown;
  try {
    result = JSON.parse(outcome);
  } catch {
    return outcome;
  }
  const fields = Object.entries(result as Record<string, unknown>);
  if (fields.length === 0 || !fields.every(([, value]) => isPlain(value))) return outcome;
  return fields.map(([name, value]) => `${labelOf(name).toLowerCase()} ${value ?? messages.none}`).join(', ');
}

/** What an outcome says of values that were changed: those that are plain and stand under `before` and `after`. */
export function changedValues(
  outcome: string,
): readonly { readonly name: string; readonly before: string; readonly after: string }[] {
  if (!outcome.startsWith('{"before":')) return [];
  try {
    const { before, after } = JSON.parse(outcome) as { before?: unknown; after?: unknown };
    if (!isRecord(before) || !isRecord(after)) return [];
    return Object.keys(after)
      .filter((name) => isPlain(after[name]) && isPlain(before[name]) && before[name] !== after[name])
      .map((name) => ({ name, before: String(before[name] ?? messages.none), after: String(after[name]) }));
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was done, in a few words: the command with its daemon, or the lifecycle action. */
export function actionText(entry: LiveEntry): string {
  if (entry.command !== '') return `${entry.target} ${entry.command}`;
  return entry.target === '' ? entry.action : `${entry.action} ${entry.target}`;
}
