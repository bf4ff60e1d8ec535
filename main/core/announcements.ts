/**
 * What happens in the control plane, by name. Supervisor and records publish it; each part that cares has a file in
 * listeners/ that says what it does then.
 */

import type { HistoryStatus } from '../../contract/control/history.ts';
import type { WireError } from '../../contract/errors.ts';
import type { Catalog } from '../../contract/link/catalog.ts';
import type { MetricSummary } from '../../contract/link/metric-summary.ts';
import type { Task } from '../../contract/link/tasks.ts';
import type { LoggedMark } from '../../contract/logged-mark.ts';
import type { LoopBlock } from '../../contract/loop-block.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import type { EventBus } from './event-bus.ts';
import type { KeyedAuditEntry } from './records/audit-trail.ts';
import type { PassedOn } from './supervision/daemon-session.ts';

/** One message of a daemon's process, by its type. */
type Said<Type extends PassedOn['type']> = Extract<PassedOn, { type: Type }>;

/** Event name -> payload. */
export interface Announcements {
  /** Something about a daemon is different now; `previous` is its state before. */
  readonly daemonChanged: { readonly snapshot: DaemonSnapshot; readonly previous: DaemonState };
  /** One second of a process, main included, as it came. */
  readonly summaryCame: {
    readonly source: string;
    readonly instance: number;
    readonly summary: MetricSummary;
  };
  /** The same, once it has been found to fit the catalog. */
  readonly secondMeasured: {
    readonly source: string;
    readonly instance: number;
    readonly summary: MetricSummary;
    /** In whose order its values are. */
    readonly metrics: readonly MetricSpec[];
  };
  /** What a process says that it measures. */
  /** A summary came whose catalog main does not know. */
  readonly catalogMissing: { readonly source: string };
  readonly catalogCame: { readonly source: string; readonly catalog: Catalog };
  /** Long work of a daemon began, went on or ended. */
  readonly taskCame: { readonly source: string; readonly task: Task };
  /** The event loop of a process, main included, stood still. */
  readonly blockCame: { readonly source: string; readonly block: LoopBlock };
  readonly logsCame: {
    readonly id: string;
    readonly instance: number;
    readonly records: Said<'logs'>['records'];
    readonly dropped: number;
  };
  /** A daemon has logged what leaves a mark on charts. */
  readonly markLeft: { readonly source: string; readonly mark: LoggedMark };
  /** What a process wrote to its standard output or error. */
  readonly outputCame: {
    readonly id: string;
    readonly stream: 'stdout' | 'stderr';
    readonly line: string;
  };
  readonly malformedCame: { readonly id: string; readonly reason: string };
  /** Most requests that may be outstanding at a daemon are. */
  readonly requestsCrowded: { readonly id: string; readonly outstanding: number; readonly limit: number };
  /** What came of what a daemon's own operator did. */
  readonly deedDone: { readonly id: string; readonly report: Said<'deed-done'> };
  readonly streamSaid: { readonly id: string; readonly message: Said<'stream-data' | 'stream-close'> };
  readonly historyChanged: { readonly history: HistoryStatus };
  readonly entryWritten: { readonly entry: KeyedAuditEntry };
  /** The configuration file was read; `error` is the mistake in it. */
  readonly configRead: { readonly error: WireError | null };
  readonly sessionsChanged: null;
  readonly closing: { readonly reason: string };
}

/** The bus of the control plane. */
export type AnnouncementBus = EventBus<Announcements>;
