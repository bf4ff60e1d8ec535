/** What travels between main and its clients beside arguments and results: envelopes, and events that nobody asked for. */

import { z } from 'zod';
import type { Access } from '../access.ts';
import type { Outcome, WireError } from '../errors.ts';
import type { Catalog } from '../link/catalog.ts';
import type { Task } from '../link/tasks.ts';
import type { SourcedLogRecord } from '../log-record.ts';
import type { LoggedMark } from '../logged-mark.ts';
import type { LoopBlock } from '../loop-block.ts';
import type { DaemonSnapshot } from '../states.ts';
import type { AuditEntry } from './audit.ts';
import type { HistoryStatus } from './history.ts';

/**
 * What a request is answered with. `audited` is false where something was done, or tried, and the audit trail could not
 * be written; otherwise it is not there.
 */
export type ControlOutcome<T> = Outcome<T> & { readonly audited?: false };

/** What main tells every connected client without being asked. */
export type ControlEvent =
  | { readonly type: 'daemon'; readonly daemon: DaemonSnapshot }
  /** What a process says that it measures, at its start and whenever that changes. */
  | { readonly type: 'catalog'; readonly source: string; readonly catalog: Catalog }
  /** One second of a process, to whoever asked by `metrics.follow`; values in the order of the catalog of that revision. */
  | {
      readonly type: 'metrics';
      readonly source: string;
      readonly time: number;
      readonly revision: number;
      readonly values: readonly number[];
    }
  /** Long work of a daemon began, went on or ended. */
  | { readonly type: 'task'; readonly source: string; readonly task: Task }
  /** The event loop of a process, main included, stood still. */
  | { readonly type: 'block'; readonly source: string; readonly block: LoopBlock }
  /** A daemon has logged what leaves a mark on charts. */
  | { readonly type: 'mark'; readonly source: string; readonly mark: LoggedMark }
  | { readonly type: 'history'; readonly history: HistoryStatus }
  /** Comes once more, under the same key, when the effects of an action have been measured. */
  | { readonly type: 'audit'; readonly entry: Omit<AuditEntry, 'id'> }
  | { readonly type: 'config'; readonly error: WireError | null }
  | { readonly type: 'logs'; readonly records: readonly SourcedLogRecord[] }
  /** A session has begun or ended; `sessions.list` says which there are. */
  | { readonly type: 'sessions' }
  /** The host is about to end. */
  | { readonly type: 'closing'; readonly reason: string };

/** What hearing each event needs: the same as asking for what it tells. */
export const EVENT_ACCESS: Readonly<Record<ControlEvent['type'], Access>> = {
  daemon: 'read',
  catalog: 'read',
  metrics: 'read',
  task: 'read',
  block: 'read',
  mark: 'read',
  history: 'read',
  audit: 'operate',
  config: 'read',
  logs: 'read',
  sessions: 'admin',
  closing: 'read',
};

/** Close code of a control WebSocket whose session was ended (4000 to 4999 are an application's own). */
export const SIGNED_OUT_CLOSE = 4401;

/** A request on a message transport (WebSocket text, or a line of JSON on the local socket). */
export interface ControlRequestMessage {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
  /** With the first request on the local socket: what local-caller.ts describes, unchecked. Elsewhere it says nothing. */
  readonly caller?: unknown;
}

/** What the host sends back on such a transport. */
export type ControlReplyMessage =
  | { readonly id: number; readonly outcome: ControlOutcome<unknown> }
  | { readonly event: ControlEvent };

export const controlRequestMessageSchema = z.object({
  id: z.number().int().nonnegative(),
  name: z.string().max(64),
  args: z.unknown(),
  caller: z.unknown().optional(),
});
