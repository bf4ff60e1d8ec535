/**
 * What main sends to the recorder once a second: the arguments of the recorder's internal commands `append` and
 * `journal`. The recorder checks them again, with its limits (daemons/recorder/store/batch.ts).
 */
import type { AuditEntry } from './control/audit.ts';
import type { SparseHistogram } from './histogram.ts';
import type { LoggedMarkKind } from './logged-mark.ts';
import type { MetricSpec } from './manifest.ts';
import type { DaemonState } from './states.ts';

/** One second of one process; `time` in Unix milliseconds, `values` in the order of its catalog. */
export interface HistorySample {
  readonly source: string;
  readonly instance: number;
  readonly time: number;
  /** The number of the list in whose order the values are. */
  readonly catalog: number;
  readonly values: Float64Array;
  readonly intervals: readonly { readonly metric: string; readonly buckets: SparseHistogram }[];
}

/** One change of a daemon's state, or a mark that it left by its log; `time` in Unix milliseconds. */
export interface StateChange {
  readonly time: number;
  readonly daemon: string;
  readonly state: DaemonState | LoggedMarkKind;
  /** Of a mark what was logged. */
  readonly cause: string | null;
}

/** An entry of the audit trail before the recorder has given it an id; its key stands beside it. */
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'key'>;

/** The answer to `journal`: what became of the audit journal. */
export interface JournalTaken {
  /** Segments of which everything is stored; they may be removed unless they are still written to. */
  readonly done: readonly string[];
  /** Whether there is more to take over. */
  readonly more: boolean;
}

/** The metrics of one source, in the order of its samples' values. */
export interface SourceCatalog {
  readonly source: string;
  readonly metrics: readonly MetricSpec[];
}

/** A list of metrics as the recorder keeps it, under the number that samples refer to. `name` is the id of a series. */
export interface NumberedCatalog {
  readonly source: string;
  readonly id: number;
  readonly metrics: readonly Pick<MetricSpec, 'name' | 'kind' | 'unit'>[];
}

/** One batch. It is sent again, unchanged and under its number, until the recorder has confirmed it. */
export interface HistoryBatch {
  /** Tells one run of main from another. */
  readonly epoch: string;
  /** Rises by one; the recorder ignores a batch that it has committed already. */
  readonly batch: number;
  readonly samples: readonly HistorySample[];
  readonly states: readonly StateChange[];
  /** Lists that samples refer to and the recorder may not know: it remembers that of the last sample of each source. */
  readonly catalogs: readonly NumberedCatalog[];
}
