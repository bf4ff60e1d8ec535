/** Shows what waits in main: history and audit trail for the recorder, requests for their answers. Called by the control plane. */
import { instrumentCounts } from '../../daemons/runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { instrumentQueue } from '../../daemons/runtime/telemetry/queue-instrument.ts';
import { standardInstrument } from '../../daemons/runtime/telemetry/standard-instrument.ts';
import type { ControlService } from './control-service.ts';
import type { LocalSocket } from './instance/local-socket.ts';
import type { ControlLimits } from './limits.ts';
import type { AuditJournal } from './records/audit-journal.ts';
import type { HistoryClient } from './records/history-client.ts';

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

/** Registers the places of the local socket. */
export function instrumentLocalSocket(
  metrics: MetricRegistry,
  { localClients }: Pick<ControlLimits, 'localClients'>,
  socket: Pick<LocalSocket, 'counts'>,
): void {
  instrumentCounts(metrics, 'limiter', 'local clients', () => ({
    depth: socket.counts.open,
    capacity: localClients,
    completed: socket.counts.entered - socket.counts.refused,
    rejected: socket.counts.refused,
  }));
}
