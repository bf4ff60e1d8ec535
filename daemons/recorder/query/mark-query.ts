/**
 * Sums up states and actions of a time into marks: the time is divided into stretches, and what is of one kind and in one stretch is
 * one mark with its number, so that an answer is small however much happened.
 */
import {
  type HistoryMark,
  type HistoryMarks,
  MARK_BUCKETS,
  type MarkKind,
  markOfAction,
  markOfState,
} from '../../../contract/control/marks.ts';
import { limits } from '../limits.ts';
import type { ActionRow, MarkRows, StateRow } from '../store/mark-rows.ts';

/** What is asked for. Times are Unix milliseconds. */
export interface MarksQuery {
  readonly from: number;
  readonly to: number;
  readonly daemon?: string | undefined;
  readonly buckets?: number | undefined;
  /** Whether the audit trail is among it. */
  readonly actions: boolean;
  /** What only reads: daemon and command with a space between. */
  readonly reads: readonly string[];
}

/** Yields after every page of rows. */
export function* queryMarks(query: MarksQuery, rows: MarkRows): Generator<void, HistoryMarks> {
  const marks = new Map<string, { -readonly [Field in keyof HistoryMark]: HistoryMark[Field] }>();
  const width = (query.to - query.from + 1) / (query.buckets ?? MARK_BUCKETS);
  const add = (kind: MarkKind, time: number, daemon: string, text: string) => {
    const key = `${kind} ${Math.floor((time - query.from) / width)}`;
    const mark = marks.get(key);
    if (mark === undefined) {
      marks.set(key, { kind, time, until: time, count: 1, daemon, text: cut(text) });
      return;
    }
    Object.assign(mark, { until: time, count: mark.count + 1, daemon, text: cut(text) });
  };
  const range = { from: query.from, to: query.to, daemon: query.daemon ?? null };
  const limit = limits.markScanRows.default;
  for (let last: StateRow | undefined, page: readonly StateRow[]; ; last = page.at(-1)) {
    page = rows.states(range, last);
    for (const { time, daemon, state, cause } of page) {
      const kind = markOfState(state);
      if (kind !== undefined) add(kind, time, daemon, cause ?? '');
    }
    yield;
    if (page.length < limit) break;
  }
  const reads = new Set(query.reads);
  for (let last: ActionRow | undefined, page: readonly ActionRow[]; query.actions; last = page.at(-1)) {
    page = rows.actions(range, last);
    for (const row of page) {
      const { target, command, time } = row;
      if (command !== '' && reads.has(`${target} ${command}`)) continue;
      const mark = markOfAction({ ...row, ok: row.ok === 1 });
      if (mark !== null) add(mark.kind, time, target, mark.text);
    }
    yield;
    if (page.length < limit) break;
  }
  return { marks: [...marks.values()].sort((a, b) => a.time - b.time), actions: query.actions };
}

function cut(text: string): string {
  const most = limits.markTextCharacters.default;
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
