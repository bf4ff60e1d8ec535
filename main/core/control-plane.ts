/**
 * The control plane: makes the supervisor, the records, the handlers and the bus between them, and wires them together.
 * Both hosts make exactly one and speak to it through {@link ControlPlane}.
 */

import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { Outcome, WireError } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import type { Catalog } from '../../contract/link/catalog.ts';
import type { MetricSummary } from '../../contract/link/metric-summary.ts';
import type { ListenPlace } from '../../contract/listen-place.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { instrumentCorrelation } from '../../daemons/runtime/async/correlation.ts';
import type { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { AccessGate } from './access-gate.ts';
import type { AnnouncementBus } from './announcements.ts';
import { type Caller, createCaller, SYSTEM } from './caller.ts';
import { DEFAULT_ON_CLOSE, type OnClose } from './config/config-document.ts';
import { SettingAdoption } from './config/setting-adoption.ts';
import type { ControlPlane, ControlPlaneOptions } from './control-plane-interface.ts';
import { ControlService } from './control-service.ts';
import { DaemonQuestions } from './daemon-questions.ts';
import { fitToDescriptors } from './descriptor-budget.ts';
import { EventBus } from './event-bus.ts';
import { EventHub } from './event-hub.ts';
import { allHandlers } from './handlers/all-handlers.ts';
import { byItself } from './handlers/lifecycle-handlers.ts';
import { type OpenInstance, openInstance } from './instance/open-instance.ts';
import { sayAtStart } from './instance/start-notices.ts';
import { LaunchPlans } from './launch-plans.ts';
import { CONTROL_LIMITS, type ControlLimits } from './limits.ts';
import { attachListeners } from './listeners/attach-listeners.ts';
import {
  instrumentFollowing,
  instrumentLinks,
  instrumentLocalSocket,
  instrumentRecords,
  instrumentRequests,
} from './main-instruments.ts';
import { MainTelemetry } from './main-telemetry.ts';
import { makeRecords, type Records } from './make-records.ts';
import { SessionNews } from './sessions/session-news.ts';
import { SessionRegistry } from './sessions/session-registry.ts';
import { type OpenedStream, StreamBroker, type StreamRequest } from './stream-broker.ts';
import { announcing } from './supervision/announcing.ts';
import { Supervisor } from './supervision/supervisor.ts';

export type { ControlPlane, ControlPlaneOptions };

/**
 * Builds the control plane and starts what should run.
 * @throws SignalboxError `conflict` when another instance uses the data directory, `data_unusable` when a newer program
 * wrote it or it cannot be read and written.
 */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { limits, notice } = fitToDescriptors(options.limits ?? CONTROL_LIMITS);
  const clock = options.clock ?? systemClock;
  return await openInstance(options, limits, (instance) =>
    new Plane({ options, instance, limits, notice, clock }).begin(),
  );
}

/** What a plane is built from. */
interface PlaneParts {
  readonly options: ControlPlaneOptions;
  readonly instance: OpenInstance;
  readonly limits: ControlLimits;
  readonly notice: string | null;
  readonly clock: Clock;
}

class Plane implements ControlPlane {
  readonly #options: ControlPlaneOptions;
  readonly #instance: OpenInstance;
  readonly limits: ControlLimits;
  readonly descriptorNotice: string | null;
  readonly #bus: AnnouncementBus;
  readonly #clients = new EventHub();
  readonly #sessionNews: SessionNews;
  readonly sessions: SessionRegistry;
  readonly #gate: AccessGate;
  readonly #telemetry: MainTelemetry;
  readonly #plans: LaunchPlans;
  readonly #supervisor: Supervisor;
  readonly #records: Records;
  readonly #streams: StreamBroker;
  readonly #service: ControlService;
  readonly #questions: DaemonQuestions;
  readonly #recorderId: string | null;
  #started: Promise<void> = Promise.resolve();
  /** The newest that was announced. */
  #catalogOfMain: Catalog | null = null;
  #closing: Promise<void> | null = null;
  #closingReason: string | null = null;

  constructor({ options, instance, limits, notice, clock }: PlaneParts) {
    const { registry, launcher } = options;
    this.#options = options;
    this.#instance = instance;
    this.limits = limits;
    this.descriptorNotice = notice;
    this.#gate = new AccessGate(registry);
    this.#recorderId = registry.find((manifest) => manifest.role === 'recorder')?.id ?? null;
    this.#telemetry = new MainTelemetry(instance.logFile, (summary) => this.#summaryOfMain(summary));
    const { logger } = this.#telemetry;
    this.#bus = new EventBus((name, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      logger.log('error', 'main', 'listener_defect', `${name}: ${text}`);
    });
    this.#sessionNews = new SessionNews(clock, limits.sessionNewsMs, () =>
      this.#bus.publish('sessionsChanged', null),
    );
    this.sessions = new SessionRegistry(this.#sessionNews.changed);
    const { config, logDir } = instance;
    const snapshots = () => this.#supervisor.snapshots();
    this.#plans = new LaunchPlans({ options, config, logDir, logger, snapshots });
    this.#supervisor = new Supervisor({
      registry,
      launcher,
      plan: (id) => this.#plans.plan(id),
      helpersOf: (id) => this.#plans.helpersOf(id),
      clock,
      limits,
      random: Math.random,
      events: announcing(this.#bus, () => this.#questions),
    });
    this.#records = makeRecords({
      options,
      clock,
      limits,
      logger,
      bus: this.#bus,
      supervisor: this.#supervisor,
      recorderId: this.#recorderId,
    });
    const { audit } = this.#records;
    this.#streams = new StreamBroker(this.#supervisor, this.#telemetry.hub);
    this.#service = new ControlService({
      handlers: allHandlers({
        options,
        clock,
        limits,
        startedAt: clock.now(),
        bus: this.#bus,
        config,
        plans: this.#plans,
        supervisor: this.#supervisor,
        records: this.#records,
        sessions: this.sessions,
        closing: () => this.#closingReason,
      }),
      gate: this.#gate,
      limits,
      audit,
      telemetry: this.#telemetry,
    });
    this.#questions = new DaemonQuestions({
      audit,
      service: this.#service,
      supervisor: this.#supervisor,
      logger,
      registry,
      adoption: new SettingAdoption({
        store: config,
        reload: (actor) =>
          this.#service.handle(
            'config.reload',
            {},
            createCaller({ ...SYSTEM, name: actor }, () => {}),
          ),
      }),
    });
    const [bus, telemetry, records, streams] = [this.#bus, this.#telemetry, this.#records, this.#streams];
    const [clients, recorderId] = [this.#clients, this.#recorderId];
    attachListeners({ bus, clock, limits, registry, telemetry, records, streams, clients, recorderId });
    this.#bus.subscribe('catalogMissing', ({ source }) =>
      this.#supervisor.find(source)?.session?.askForCatalog(),
    );
    this.#observe();
  }

  /** Figures of main that are kept elsewhere. */
  #observe(): void {
    const { history, journal, logs } = this.#records;
    const daemons = this.#options.registry.map(({ id }) => this.#supervisor.find(id)!);
    for (const { id, requests } of daemons) instrumentCorrelation(this.metrics, id, requests);
    instrumentLinks(this.metrics, daemons);
    instrumentFollowing(this.metrics, this.#records);
    instrumentRecords(this.metrics, history, journal);
    instrumentRequests(this.metrics, this.#service);
    instrumentLocalSocket(this.metrics, this.limits, this.#instance.socket);
    this.#telemetry.observe(() => {
      const { buffered, dropped } = history.status();
      return {
        clients: this.#clients.size,
        daemons_running: this.#supervisor.snapshots().filter(({ state }) => state === 'running').length,
        history_buffered: buffered,
        history_dropped_total: dropped,
        log_records_dropped_total: logs.dropped,
      };
    });
  }

  get metrics(): MetricRegistry {
    return this.#telemetry.registry;
  }

  #summaryOfMain(summary: MetricSummary): void {
    const { catalog } = this.#telemetry.registry;
    if (catalog !== this.#catalogOfMain) this.#bus.publish('catalogCame', { source: MAIN_SOURCE, catalog });
    this.#catalogOfMain = catalog;
    this.#bus.publish('summaryCame', { source: MAIN_SOURCE, instance: 1, summary });
  }

  begin(): this {
    this.#telemetry.watchLoop((block) => this.#bus.publish('blockCame', { source: MAIN_SOURCE, block }));
    this.#instance.socket.serve(this);
    this.#summaryOfMain(this.#telemetry.summarise());
    const { configError, descriptorNotice } = this;
    const { dataDir } = this.#options;
    sayAtStart(this.#telemetry.logger, this.#instance, { dataDir, configError, descriptorNotice });
    if (configError === null) {
      this.#started = this.#supervisor.startAll(
        this.autostart,
        byItself(this.#records.audit, this.#options.registry, 'daemon.start', 'autostart'),
      );
    }
    return this;
  }

  get configError(): WireError | null {
    return this.#instance.config.error;
  }

  get historyPaused(): boolean {
    return this.#recorderId !== null && this.#records.history.status().state === 'paused';
  }

  get started(): Promise<void> {
    return this.#started;
  }

  get allowedHosts(): readonly string[] {
    return this.#instance.config.current?.allowedHosts ?? [];
  }

  get onClose(): OnClose {
    return this.#instance.config.current?.onClose ?? DEFAULT_ON_CLOSE;
  }

  get autostart(): readonly string[] {
    const wanted = this.#options.autostart ?? this.#instance.config.current?.autostart ?? [];
    return this.#options.registry
      .filter(({ id, internal, onDemand }) => (internal === true && onDemand !== true) || wanted.includes(id))
      .map((manifest) => manifest.id);
  }

  serves(place: ListenPlace): void {
    this.#plans.dashboard = place;
  }

  handle(name: string, args: unknown, caller: Caller): Promise<ControlOutcome<unknown>> {
    return this.#service.handle(name, args, caller);
  }

  subscribe(actor: Actor, listener: (event: ControlEvent) => void): () => void {
    return this.#clients.subscribe((event) => {
      if (this.#gate.hears(event, actor)) listener(event);
    });
  }

  openStream(
    source: string,
    request: StreamRequest,
    { actor, session: sessionId }: Pick<Caller, 'actor' | 'session'>,
  ): Outcome<OpenedStream> {
    const denial = this.#gate.stream(source, request.purpose, actor);
    if (denial !== null) return { ok: false, error: denial };
    const session = sessionId === null ? null : this.sessions.find(sessionId);
    if (sessionId !== null && session === null) {
      const message = 'This session has ended; connect again.';
      return { ok: false, error: { code: 'unauthorized', message } };
    }
    let forget = () => {};
    const opened = this.#streams.open(source, request, actor.role, () => forget());
    if (opened.ok && session !== null) forget = session.hold('stream', () => opened.result.close());
    return opened;
  }

  snapshots(): readonly DaemonSnapshot[] {
    return this.#supervisor.snapshots();
  }

  latestMetrics(): ReturnType<ControlPlane['latestMetrics']> {
    return this.#records.metrics.all();
  }

  log(level: 'info' | 'warn' | 'error', subsystem: string, event: string, message: string): void {
    this.#telemetry.logger.log(level, subsystem, event, message);
  }

  suspend(): void {
    this.#supervisor.suspend();
  }

  resume(): void {
    this.#supervisor.resume();
  }

  close(reason: string, beforeRelease?: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(reason, beforeRelease);
    return this.#closing;
  }

  forceClose(): void {
    this.#supervisor.killAll('killed: Signalbox was told to end at once');
  }

  async #close(reason: string, beforeRelease: (() => Promise<void>) | undefined): Promise<void> {
    this.#closingReason = reason;
    this.#telemetry.logger.log('info', 'main', 'closing', reason);
    this.#bus.publish('closing', { reason });
    await this.#supervisor.stopAll(
      (layer) => this.#beforeStopping(layer),
      byItself(this.#records.audit, this.#options.registry, 'daemon.stop', reason),
    );
    this.#records.history.close();
    this.#records.journal?.close();
    this.#records.logs.close();
    // Whoever waits for this folder may start from here on.
    await beforeRelease?.();
    await this.#instance.socket.close();
    this.#sessionNews.close();
    this.#telemetry.close();
  }

  /** Before the recorder goes, it gets what is left to record. */
  async #beforeStopping(layer: readonly string[]): Promise<void> {
    if (this.#recorderId === null || !layer.includes(this.#recorderId)) return;
    await this.#records.audit.close();
    await this.#records.history.flush();
  }
}
