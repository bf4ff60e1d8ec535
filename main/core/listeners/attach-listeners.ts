/** Who hears what is announced, in this order. Called once by the control plane. */
import { MAIN_SOURCE } from '../../../contract/control/host.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AnnouncementBus } from '../announcements.ts';
import type { EventHub } from '../event-hub.ts';
import type { ControlLimits } from '../limits.ts';
import type { MainTelemetry } from '../main-telemetry.ts';
import type { Records } from '../make-records.ts';
import type { StreamBroker } from '../stream-broker.ts';
import { auditListens } from './audit-listener.ts';
import { blocksListen } from './blocks-listener.ts';
import { clientsListen } from './clients-listener.ts';
import { historyListens } from './history-listener.ts';
import { logsListen } from './logs-listener.ts';
import { marksListen } from './marks-listener.ts';
import { metricsListen } from './metrics-listener.ts';
import { streamsListen } from './streams-listener.ts';
import { tasksListen } from './tasks-listener.ts';
import { telemetryListens } from './telemetry-listener.ts';

/** The parts that hear. */
export interface ListenerParts {
  readonly bus: AnnouncementBus;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly registry: readonly Pick<Manifest, 'id' | 'marks'>[];
  readonly telemetry: MainTelemetry;
  readonly records: Records;
  readonly streams: StreamBroker;
  readonly clients: EventHub;
  /** Null in a host without a recorder. */
  readonly recorderId: string | null;
}

/** Clients come last, so that whoever asks on hearing something finds it done. */
export function attachListeners(parts: ListenerParts): void {
  const { bus, clock, limits, registry, telemetry, records, streams, clients, recorderId } = parts;
  const { logs, metrics, followers, tasks, blocks, history, audit } = records;
  telemetry.logger.subscribe((record) => logs.append(MAIN_SOURCE, 1, [record], 0));
  telemetryListens(bus, telemetry, clock, limits);
  metricsListen(bus, metrics, followers, telemetry.logger);
  tasksListen(bus, tasks, limits);
  logsListen(bus, logs);
  marksListen(bus, registry, clock, limits);
  blocksListen(bus, blocks);
  historyListens(bus, history, recorderId);
  auditListens(bus, audit);
  streamsListen(bus, streams);
  clientsListen(bus, clients);
}
