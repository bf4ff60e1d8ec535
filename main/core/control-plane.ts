/**
 * The control plane: builds the supervisor, the records, the handlers and the local socket, and wires them together.
 * Both hosts make exactly one and speak to it through {@link ControlPlane}.
 */

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { Outcome, WireError } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import type { MetricSummary } from '../../contract/link/metric-summary.ts';
import { type FrameLayout, layoutOf } from '../../contract/metric-frame.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { ListenPlace } from '../../contract/network-addresses.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { mendPrivacy } from '../../daemons/runtime/files/private-files.ts';
import { openLogFile } from '../../daemons/runtime/telemetry/log-file.ts';
import type { LogSink } from '../../daemons/runtime/telemetry/logger.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { AccessGate } from './access-gate.ts';
import { removeStagings } from './backup-leftovers.ts';
import { type Caller, SYSTEM } from './caller.ts';
import { type Holder, holderOf, holdersOf, inUse } from './config/address-holder.ts';
import { DEFAULT_ON_CLOSE, type OnClose } from './config/config-document.ts';
import { ConfigReload } from './config/config-reload.ts';
import { ConfigStore } from './config/config-store.ts';
import type { ControlPlane, ControlPlaneOptions } from './control-plane-interface.ts';
import { ControlService } from './control-service.ts';
import { DaemonEvents } from './daemon-events.ts';
import { fitToDescriptors } from './descriptor-budget.ts';
import { EventHub } from './event-hub.ts';
import { auditHandlers } from './handlers/audit-handlers.ts';
import { commandHandlers } from './handlers/command-handlers.ts';
import { configHandlers } from './handlers/config-handlers.ts';
import type { HandlerTable } from './handlers/handler-table.ts';
import { historyHandlers } from './handlers/history-handlers.ts';
import { hostHandlers } from './handlers/host-handlers.ts';
import { byItself, lifecycleHandlers } from './handlers/lifecycle-handlers.ts';
import { logsHandlers } from './handlers/logs-handlers.ts';
import { metricsHandlers } from './handlers/metrics-handlers.ts';
import { makeDataFolder, unusableFolder } from './instance/data-folder.ts';
import { markDataFormat, readDataFormat } from './instance/data-format.ts';
import { type LocalSocket, openLocalSocket } from './instance/local-socket.ts';
import { CONTROL_LIMITS, type ControlLimits } from './limits.ts';
import { MAIN_METRICS, MainTelemetry } from './main-telemetry.ts';
import { AuditJournal } from './records/audit-journal.ts';
import { AuditTrail } from './records/audit-trail.ts';
import { HistoryClient, type RecorderLink } from './records/history-client.ts';
import { LogStore } from './records/log-store.ts';
import { MetricsStore } from './records/metrics-store.ts';
import { type OpenedStream, StreamBroker, type StreamRequest } from './stream-broker.ts';
import type { LaunchPlan } from './supervision/daemon-session.ts';
import { Supervisor } from './supervision/supervisor.ts';

export type { ControlPlane, ControlPlaneOptions };

/**
 * Builds the control plane and starts what should run.
 * @throws SignalboxError `conflict` when another instance uses the data directory, `data_unusable` when a newer program
 * wrote it or it cannot be read and written.
 */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { registry, dataDir } = options;
  const { limits, notice } = fitToDescriptors(options.limits ?? CONTROL_LIMITS);
  const clock = options.clock ?? systemClock;
  const logDir = join(dataDir, 'logs');
  const socket = await claimFolder(options, limits);
  try {
    // Who held the folder until now may have been a newer program.
    await markDataFormat(dataDir, readDataFormat(dataDir), options.version);
    for (const { id } of registry) await mkdir(join(dataDir, id), { recursive: true, mode: 0o700 });
    await mkdir(logDir, { recursive: true, mode: 0o700 });
    const exposed = await mendPrivacy(dataDir, [...OWN_ENTRIES, ...registry.map(({ id }) => id)]);
    const config = await ConfigStore.open(options.configFile, registry);
    const logFile = await openLogFile(logDir, MAIN_SOURCE, (error) => {
      process.stderr.write(`log file: ${error.message}\n`);
    });
    return new Plane({ options, config, socket, logDir, logFile, limits, notice, exposed, clock }).begin();
  } catch (error) {
    await socket.close();
    throw unusableFolder(dataDir, error);
  }
}

async function claimFolder(
  { dataDir, host, onWaiting }: ControlPlaneOptions,
  limits: ControlLimits,
): Promise<LocalSocket> {
  try {
    // Before anything: a folder of a newer Signalbox stays as it is, to the last byte.
    readDataFormat(dataDir);
    makeDataFolder(dataDir);
    // Nothing in the folder is touched before it is ours.
    return await openLocalSocket(dataDir, limits, { host, say: onWaiting });
  } catch (error) {
    throw unusableFolder(dataDir, error);
  }
}

/** What main and its hosts keep in the data directory beside the folders of the daemons. */
const OWN_ENTRIES = [
  'control.json',
  'control.lock',
  'control.sock',
  'format.json',
  'journal',
  'logs',
  'sessions.json',
  'token',
  'window.json',
];

/** What is opened before the plane itself is built. */
interface PlaneParts {
  readonly options: ControlPlaneOptions;
  readonly config: ConfigStore;
  readonly socket: LocalSocket;
  readonly logDir: string;
  readonly logFile: LogSink;
  readonly limits: ControlLimits;
  readonly notice: string | null;
  /** Files and folders that others can still read, with the cause. */
  readonly exposed: readonly string[];
  readonly clock: Clock;
}

class Plane implements ControlPlane {
  readonly #options: ControlPlaneOptions;
  readonly #config: ConfigStore;
  readonly #socket: LocalSocket;
  readonly limits: ControlLimits;
  readonly descriptorNotice: string | null;
  readonly #exposed: readonly string[];
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #events = new EventHub();
  readonly #gate: AccessGate;
  readonly #telemetry: MainTelemetry;
  readonly #metrics: MetricsStore;
  readonly #logs: LogStore;
  readonly #history: HistoryClient;
  readonly #audit: AuditTrail;
  readonly #journal: AuditJournal | null;
  readonly #supervisor: Supervisor;
  readonly #streams: StreamBroker;
  readonly #service: ControlService;
  readonly #daemonEvents: DaemonEvents;
  readonly #recorderId: string | null;
  #dashboard: ListenPlace | null = null;
  #started: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;
  #closingReason: string | null = null;

  constructor(parts: PlaneParts) {
    const { options, config, socket, logDir, limits, clock } = parts;
    const { registry, launcher } = options;
    this.#options = options;
    this.#config = config;
    this.#socket = socket;
    this.limits = limits;
    this.descriptorNotice = parts.notice;
    this.#exposed = parts.exposed;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#gate = new AccessGate(registry);
    this.#recorderId = registry.find((manifest) => manifest.role === 'recorder')?.id ?? null;
    this.#logs = new LogStore(clock, limits);
    this.#telemetry = new MainTelemetry(parts.logFile, (summary) =>
      this.#daemonEvents.onSummary(MAIN_SOURCE, 1, summary),
    );
    this.#telemetry.logger.subscribe((record) => this.#logs.append(MAIN_SOURCE, 1, [record], 0));
    const catalogs = [
      { source: MAIN_SOURCE, metrics: catalogOf(MAIN_SOURCE, MAIN_METRICS) },
      ...registry.map(({ id, metrics }) => ({ source: id, metrics: catalogOf(id, metrics) })),
    ];
    const layouts = new Map(catalogs.map(({ source, metrics }) => [source, layoutOf(metrics)]));
    this.#metrics = new MetricsStore(clock, layouts);
    this.#daemonEvents = new DaemonEvents(clock, limits, () => ({
      telemetry: this.#telemetry,
      metrics: this.#metrics,
      logs: this.#logs,
      history: this.#history,
      audit: this.#audit,
      streams: this.#streams,
      clients: this.#events,
      service: this.#service,
      supervisor: this.#supervisor,
      recorderId: this.#recorderId,
    }));
    this.#supervisor = new Supervisor({
      registry,
      launcher,
      plan: (id) => this.#plan(id, logDir),
      clock,
      limits,
      random: Math.random,
      events: this.#daemonEvents,
    });
    // Twelve digits: enough for no two runs of one data directory to share them.
    const run = randomBytes(6).toString('hex');
    this.#journal = this.#openJournal(run);
    this.#history = new HistoryClient({
      recorder: this.#recorderLink(),
      journal: this.#journal,
      catalogs,
      clock,
      limits,
      onStatus: (history) => this.#events.publish({ type: 'history', history }),
    });
    this.#audit = new AuditTrail({
      metrics: this.#metrics,
      clock,
      limits,
      journal: this.#journal,
      run,
      publish: (entry) => this.#events.publish({ type: 'audit', entry }),
    });
    this.#streams = new StreamBroker(this.#supervisor, this.#telemetry.hub);
    this.#service = new ControlService({
      handlers: this.#handlers(),
      gate: this.#gate,
      audit: this.#audit,
      telemetry: this.#telemetry,
    });
    this.#telemetry.observe(() => {
      const history = this.#history.status();
      return {
        clients: this.#events.size,
        daemons_running: this.#supervisor.snapshots().filter(({ state }) => state === 'running').length,
        history_buffered: history.buffered,
        history_dropped_total: history.dropped,
        log_records_dropped_total: this.#logs.dropped,
      };
    });
  }

  begin(): this {
    this.#socket.serve(this);
    this.#socket.onNotice(({ level, event, message }) =>
      this.#telemetry.logger.log(level, 'main', event, message),
    );
    this.#daemonEvents.onSummary(MAIN_SOURCE, 1, this.#telemetry.summarise());
    void removeStagings(this.#options.dataDir).then((removed) => {
      for (const name of removed) {
        const text = `${name}, which a backup left that was killed, was removed from the data folder.`;
        this.#telemetry.logger.log('info', 'main', 'backup_leftover_removed', text);
      }
    });
    const { configError, descriptorNotice } = this;
    if (descriptorNotice !== null) {
      this.#telemetry.logger.log('warn', 'main', 'descriptors_low', descriptorNotice);
    }
    if (this.#exposed.length > 0) {
      const text = `Others may read these, and it could not be changed: ${this.#exposed.join(', ')}`;
      this.#telemetry.logger.log('warn', 'main', 'files_exposed', text);
    }
    if (configError !== null) {
      this.#telemetry.logger.log('error', 'config', 'config_invalid', configError.message);
    } else {
      this.#started = this.#supervisor.startAll(
        this.autostart,
        byItself(this.#audit, this.#options.registry, 'daemon.start', 'autostart'),
      );
    }
    return this;
  }

  get configError(): WireError | null {
    return this.#config.error;
  }

  get historyPaused(): boolean {
    return this.#recorderId !== null && this.#history.status().state === 'paused';
  }

  get started(): Promise<void> {
    return this.#started;
  }

  get allowedHosts(): readonly string[] {
    return this.#config.current?.allowedHosts ?? [];
  }

  get onClose(): OnClose {
    return this.#config.current?.onClose ?? DEFAULT_ON_CLOSE;
  }

  get autostart(): readonly string[] {
    const wanted = this.#options.autostart ?? this.#config.current?.autostart ?? [];
    return this.#options.registry
      .filter((manifest) => manifest.internal === true || wanted.includes(manifest.id))
      .map((manifest) => manifest.id);
  }

  serves(place: ListenPlace): void {
    this.#dashboard = place;
  }

  handle(name: string, args: unknown, caller: Caller): Promise<ControlOutcome<unknown>> {
    return this.#service.handle(name, args, caller);
  }

  subscribe(actor: Actor, listener: (event: ControlEvent) => void): () => void {
    return this.#events.subscribe((event) => {
      if (this.#gate.hears(event, actor)) listener(event);
    });
  }

  openStream(
    source: string,
    request: StreamRequest,
    actor: Actor,
    onClosed?: () => void,
  ): Outcome<OpenedStream> {
    const denial = this.#gate.stream(source, actor);
    if (denial !== null) return { ok: false, error: denial };
    return this.#streams.open(source, request, actor.role, onClosed);
  }

  snapshots(): readonly DaemonSnapshot[] {
    return this.#supervisor.snapshots();
  }

  latestMetrics(): readonly { source: string; layout: FrameLayout; summary: MetricSummary }[] {
    const sources = [MAIN_SOURCE, ...this.#options.registry.map((manifest) => manifest.id)];
    return sources.flatMap((source) => {
      const layout = this.#metrics.layout(source);
      const summary = this.#metrics.latest(source);
      return layout === null || summary === null ? [] : [{ source, layout, summary }];
    });
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
    this.#events.publish({ type: 'closing', reason });
    await this.#supervisor.stopAll(
      (layer) => this.#beforeStopping(layer),
      byItself(this.#audit, this.#options.registry, 'daemon.stop', reason),
    );
    this.#history.close();
    this.#journal?.close();
    this.#logs.close();
    // Whoever waits for this folder may start from here on.
    await beforeRelease?.();
    await this.#socket.close();
    this.#telemetry.close();
  }

  /** Before the recorder goes, it gets what is left to record. */
  async #beforeStopping(layer: readonly string[]): Promise<void> {
    if (this.#recorderId === null || !layer.includes(this.#recorderId)) return;
    await this.#audit.close();
    await this.#history.flush();
  }

  #handlers(): HandlerTable {
    const { registry, launcher, daemonRuntime, dataDir } = this.#options;
    const parts = { registry, clock: this.#clock, limits: this.limits };
    return {
      ...hostHandlers({
        options: this.#options,
        startedAt: this.#startedAt,
        supervisor: this.#supervisor,
        history: this.#history,
        config: this.#config,
        dashboard: () => this.#dashboard,
        closing: () => this.#closingReason,
      }),
      ...lifecycleHandlers(this.#supervisor, this.#audit, this.limits),
      ...commandHandlers({ ...parts, supervisor: this.#supervisor, audit: this.#audit }),
      ...metricsHandlers(this.#metrics, this.#supervisor),
      ...logsHandlers(this.#logs, this.#metrics),
      ...historyHandlers(this.#history),
      ...auditHandlers(this.#history),
      ...configHandlers({
        store: this.#config,
        supervisor: this.#supervisor,
        audit: this.#audit,
        reload: new ConfigReload({
          store: this.#config,
          supervisor: this.#supervisor,
          holders: () => this.#holders(),
          limits: this.limits,
          onError: (error) => this.#events.publish({ type: 'config', error }),
        }),
        holders: () => this.#holders(),
        check: { ...parts, launcher, daemonRuntime, dataDirOf: (id) => join(dataDir, id) },
      }),
    };
  }

  #holders(): readonly Holder[] {
    return holdersOf(this.#dashboard, this.#supervisor.snapshots());
  }

  /** Says so where it is another daemon of this host that holds the address which `id` wants. */
  #nameHolder(id: string, error: WireError): WireError {
    const { host, port, key } = error.detail ?? {};
    if (error.code !== 'address_in_use' || typeof host !== 'string' || typeof port !== 'number') return error;
    const address = { host, port, key: String(key) };
    const others = this.#holders().filter((holder) => holder.id !== id);
    return inUse(address, holderOf(others, address));
  }

  #plan(id: string, logDir: string): Outcome<LaunchPlan> {
    const config = this.#config.daemon(id);
    if (!config.ok) return config;
    const { error } = this.#config;
    if (error !== null) {
      const message = `${id} starts with the last good configuration, because the file has a mistake: ${error.message}`;
      this.#telemetry.logger.log('warn', 'config', 'last_good_configuration', message);
    }
    const { input, runtime } = config.result;
    const { daemonRuntime, dataDir } = this.#options;
    return {
      ok: true,
      result: {
        runtime: daemonRuntime(id, runtime),
        config: input,
        dataDir: join(dataDir, id),
        logDir,
        locate: (error) => this.#config.locate(this.#nameHolder(id, error)),
      },
    };
  }

  #openJournal(run: string): AuditJournal | null {
    if (this.#recorderId === null) return null;
    return new AuditJournal({
      folder: join(this.#options.dataDir, 'journal'),
      run,
      clock: this.#clock,
      limits: this.limits,
      log: (level, event, message) => this.#telemetry.logger.log(level, 'audit', event, message),
    });
  }

  #recorderLink(): RecorderLink | null {
    const recorder = this.#recorderId === null ? null : this.#supervisor.find(this.#recorderId);
    if (recorder === null) return null;
    return {
      call: (name, args, timeoutMs) => {
        const request = { type: 'command', name, args, timeoutMs, actor: SYSTEM } as const;
        return recorder.request(request, `${recorder.id} ${name}`, timeoutMs).outcome;
      },
    };
  }
}
