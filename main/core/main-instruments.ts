/** Shows what waits in main: history and audit trail for the recorder, requests for their answers. Called by the control plane. */
import { instrumentCounts } from '../../daemons/runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { countsOf, instrumentQueue } from '../../daemons/runtime/telemetry/queue-instrument.ts';
import { standardInstrument } from '../../daemons/runtime/telemetry/standard-instrument.ts';
import type { ControlService } from './control-service.ts';
import type { LocalSocket } from './instance/local-socket.ts';
import type { ControlLimits } from './limits.ts';
import type { AuditJournal } from './records/audit-journal.ts';
import type { AuditTrail } from './records/audit-trail.ts';
import type { HistoryClient } from './records/history-client.ts';
import type { LogStore } from './records/log-store.ts';
import type { ManagedDaemon } from './supervision/managed-daemon.ts';

/** Registers the queues; in a host without a recorder `journal` is null, and nothing waits. */
export function instrumentRecords(
  metrics: MetricRegistry,
  history: Pick<HistoryClient, 'queue'>,
  journal: Pick<AuditJournal, 'queue' | 'heldQueue'> | null,
): void {
  if (journal === null) return;
  instrumentQueue(metrics, 'history', () => history.queue);
  instrumentQueue(metrics, 'audit journal', () => journal.queue);
  instrumentQueue(metrics, 'audit in memory', () => journal.heldQueue);
}

/** Registers messages on their way to daemons, each from the first on that is known to be on its way: not all launchers can tell. */
export function instrumentLinks(
  metrics: MetricRegistry,
  daemons: readonly Pick<ManagedDaemon, 'id' | 'outbox'>[],
): void {
  const silent = new Set(daemons);
  const stop = metrics.onSecond(() => {
    for (const daemon of silent) {
      const { id, outbox } = daemon;
      if (outbox.submitted === 0) continue;
      silent.delete(daemon);
      instrumentQueue(metrics, `link to ${id}`, () => countsOf(outbox), 'second');
    }
    if (silent.size === 0) stop();
  });
}

/** Registers log records on their way to who follows them, and deeds of daemons' operators without an end. */
export function instrumentFollowing(
  metrics: MetricRegistry,
  { logs, audit }: { readonly logs: Pick<LogStore, 'counts'>; readonly audit: Pick<AuditTrail, 'deeds'> },
): void {
  instrumentCounts(metrics, 'batcher', 'log followers', () => logs.counts, 'second');
  instrumentCounts(metrics, 'correlation', 'deeds', () => audit.deeds);
}

/** Registers the requests of windows, browsers and command lines that have no answer yet. */
export function instrumentRequests(
  metrics: MetricRegistry,
  service: Pick<ControlService, 'counts' | 'onAnswered'>,
): void {
  const { handles } = standardInstrument(metrics, 'correlation', 'control requests', (latest) => {
    const { begun, answered, mostOpen } = service.counts;
    latest.depth.set(begun - answered);
    latest.high_water.set(mostOpen);
    latest.submitted.setTotal(begun);
    latest.completed.setTotal(answered);
  });
  service.onAnswered = (startMs) => handles.run.recordSince(startMs);
}

/** Registers the places of the local socket, and what its clients have not read. */
export function instrumentLocalSocket(
  metrics: MetricRegistry,
  { localClients }: Pick<ControlLimits, 'localClients'>,
  socket: Pick<LocalSocket, 'counts' | 'backlog'>,
): void {
  instrumentCounts(metrics, 'limiter', 'local clients', () => ({
    depth: socket.counts.open,
    capacity: localClients,
    completed: socket.counts.entered - socket.counts.refused,
    rejected: socket.counts.refused,
  }));
  instrumentCounts(metrics, 'queue', 'bytes to local clients', () => socket.backlog, 'second');
}
