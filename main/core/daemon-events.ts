/**
 * What daemons do, brought to where it belongs: changes of state, summaries, logs, deeds of their own operators, streams, requests of
 * their own operators and their output. The control plane makes one and gives it to the supervisor.
 */
import type { MetricSummary } from '../../contract/link/metric-summary.ts';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Caller } from './caller.ts';
import type { ControlService } from './control-service.ts';
import type { EventHub } from './event-hub.ts';
import type { ControlLimits } from './limits.ts';
import type { MainTelemetry } from './main-telemetry.ts';
import { OutputGate } from './output-gate.ts';
import type { AuditTrail } from './records/audit-trail.ts';
import type { HistoryClient } from './records/history-client.ts';
import type { LogStore } from './records/log-store.ts';
import type { MetricsStore } from './records/metrics-store.ts';
import type { StreamBroker } from './stream-broker.ts';
import type { PassedOn } from './supervision/daemon-session.ts';
import type { ManagedDaemonEvents } from './supervision/managed-daemon.ts';
import type { Supervisor } from './supervision/supervisor.ts';

/** The parts of the control plane that hear of daemons. */
export interface DaemonEventTargets {
  readonly telemetry: MainTelemetry;
  readonly metrics: MetricsStore;
  readonly logs: LogStore;
  readonly history: HistoryClient;
  readonly audit: AuditTrail;
  readonly streams: StreamBroker;
  readonly clients: EventHub;
  readonly service: ControlService;
  readonly supervisor: Supervisor;
  /** Null in a host without a recorder. */
  readonly recorderId: string | null;
}

/** The supervisor's listener. */
export class DaemonEvents implements ManagedDaemonEvents {
  readonly #targets: () => DaemonEventTargets;
  readonly #outputGate: OutputGate;

  /** `targets` is asked at each event: some of them are made after the supervisor that they need. */
  constructor(clock: Clock, limits: ControlLimits, targets: () => DaemonEventTargets) {
    this.#targets = targets;
    this.#outputGate = new OutputGate(clock, limits.outputLinesPerSecond);
  }

  onSnapshot(snapshot: DaemonSnapshot, previous: DaemonState): void {
    const { telemetry, metrics, history, audit, streams, clients, recorderId } = this.#targets();
    const { id, state, cause } = snapshot;
    if (state !== previous) {
      const broken = state === 'crashed' || state === 'failed';
      const level = broken ? 'error' : 'info';
      const why = cause === null ? '' : `: ${cause}`;
      telemetry.logger.log(
        level,
        'supervisor',
        `daemon_${state}`,
        `${id} ${broken ? state : `is ${state}`}${why}`,
      );
      history.addState({ time: snapshot.since, daemon: id, state, cause });
      if (state === 'crashed') telemetry.crashes.add();
      if (snapshot.pid === null && (previous === 'running' || previous === 'stopping')) {
        metrics.clear(id);
        streams.processEnded(id);
      }
    }
    if (snapshot.pid === null) audit.daemonEnded(id);
    if (id === recorderId) history.recorderChanged(snapshot);
    clients.publish({ type: 'daemon', daemon: snapshot });
  }

  onMessage(id: string, instance: number, message: PassedOn): void {
    const { logs, audit, streams, supervisor } = this.#targets();
    switch (message.type) {
      case 'summary':
        this.onSummary(id, instance, message.summary);
        return;
      case 'logs':
        logs.append(id, instance, message.records, message.dropped);
        return;
      case 'deed': {
        const outcome = audit.beginDeed(id, message);
        const { requestId } = message;
        supervisor.find(id)?.session?.process.send({ type: 'deed-begun', requestId, outcome });
        return;
      }
      case 'deed-done':
        audit.endDeed(id, message);
        return;
      case 'lifecycle':
        void this.#lifecycleRequest(id, message);
        return;
      default:
        streams.fromDaemon(message);
    }
  }

  /** One second of the metrics of `source`, which may be main itself. */
  onSummary(source: string, instance: number, summary: MetricSummary): void {
    const { telemetry, metrics, history } = this.#targets();
    if (!metrics.update(source, summary)) {
      telemetry.logger.log(
        'error',
        source,
        'summary_size',
        'A summary does not fit the catalog of its process.',
      );
      return;
    }
    const { time, values, intervals } = summary;
    history.addSample({ source, instance, time, values, intervals });
  }

  onOutput(id: string, _instance: number, stream: 'stdout' | 'stderr', line: string): void {
    const { pass, heldBefore } = this.#outputGate.admit(id);
    const { logger } = this.#targets().telemetry;
    if (heldBefore > 0)
      logger.log('warn', id, 'output_held', `${heldBefore} more lines of ${id} were left out.`);
    if (pass) logger.log(stream === 'stderr' ? 'warn' : 'info', id, `daemon_${stream}`, line);
  }

  onMalformed(id: string, reason: string): void {
    const { logger } = this.#targets().telemetry;
    logger.log('error', id, 'malformed_message', `${id} sent what main does not know: ${reason}`);
  }

  /** What an operator asked for by the daemon's own protocol (IRC's DIE, RESTART, REHASH). */
  async #lifecycleRequest(id: string, message: Extract<PassedOn, { type: 'lifecycle' }>): Promise<void> {
    const { telemetry, service, supervisor } = this.#targets();
    const session = supervisor.find(id)?.session;
    const actor = { name: message.actor, from: 'system', role: 'admin' } as const;
    const caller: Caller = { actor, send: () => {}, onClose: () => {} };
    const name = message.action === 'reload' ? 'config.reload' : `daemon.${message.action}`;
    telemetry.logger.log(
      'info',
      id,
      'lifecycle_request',
      `${message.actor} asked for ${name}: ${message.reason}`,
    );
    // Who typed DIE or sent the signal has decided; there is nobody to ask.
    const args = message.action === 'reload' ? {} : { id, confirmed: true };
    const outcome = await service.handle(name, args, caller);
    if (!outcome.ok) {
      telemetry.logger.log('warn', id, 'lifecycle_refused', `${name}: ${outcome.error.message}`);
    }
    // Not to the process that a restart has put in its place.
    session?.process.send({ type: 'lifecycle-outcome', requestId: message.requestId, outcome });
  }
}
