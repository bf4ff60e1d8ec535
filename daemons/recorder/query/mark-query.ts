/**
 * Sums up states and actions of a time into marks: the time is divided into stretches, and what is of one kind and in one stretch is
 * one mark with its number, so that an answer is small however much happened.
 */
import {
  type HistoryMark,
  type HistoryMarks,
  MARK_BUCKETS,
  type MarkKind,
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

/** The mark that a state leaves when it is entered; others are on the way to one of these. */
const STATE_MARKS: Readonly<Record<string, MarkKind>> = {
  running: 'start',
  stopped: 'stop',
  crashed: 'crash',
  failed: 'failed',
};

/** Of starts and stops of the system states tell already. */
const LIFECYCLE = /^daemon\.(start|stop|restart)$/;

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
      const kind = Object.hasOwn(STATE_MARKS, state) ? STATE_MARKS[state] : undefined;
      if (kind !== undefined) add(kind, time, daemon, cause ?? '');
    }
    yield;
    if (page.length < limit) break;
  }
  const reads = new Set(query.reads);
  for (let last: ActionRow | undefined, page: readonly ActionRow[]; query.actions; last = page.at(-1)) {
    page = rows.actions(range, last);
    for (const row of page) {
      const { action, target, command, time } = row;
      if (command !== '' && reads.has(`${target} ${command}`)) continue;
      if (row.origin === 'system' && LIFECYCLE.test(action)) continue;
      add(action === 'config.reload' ? 'reload' : 'action', time, target, textOf(row));
    }
    yield;
    if (page.length < limit) break;
  }
  return { marks: [...marks.values()].sort((a, b) => a.time - b.time), actions: query.actions };
}

/** Who did what, and that it failed where it did. */
function textOf({ actor, action, command, ok }: ActionRow): string {
  return `${actor}: ${command === '' ? action : command}${ok === 1 ? '' : ' (failed)'}`;
}

function cut(text: string): string {
  const most = limits.markTextCharacters.default;
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
