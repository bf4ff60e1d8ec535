/**
 * Everything around a daemon's own code inside its process: metrics, logs, streams, commands. Shared by the process
 * that main supervises (`runDaemon`) and by the one that stands alone.
 */
import type { z } from 'zod';
import type { Actor, AuditReport, ReloadOutcome } from '../contract/daemon-link.ts';
import { type Outcome, SignalboxError } from '../contract/errors.ts';
import type { CommandSpec } from '../contract/manifest.ts';
import type { MetricSummary } from '../contract/metric-frame.ts';
import type { ListenerInfo } from '../contract/states.ts';
import type { CommandHandler, DaemonDefinition, LifecycleWish, RunningDaemon } from './daemon.ts';
import { Logger } from './logger.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ProcessSampler } from './process-sampler.ts';
import { StreamHub } from './stream-hub.ts';

/** What the daemon's code asks of the outside. */
export interface Outside {
  listenersChanged(listeners: readonly ListenerInfo[]): void;
  requestLifecycle(request: LifecycleWish): Promise<Outcome<unknown>>;
  audit(report: Omit<AuditReport, 'type'>): void;
}

/** Problems of a zod error in one line, each with its path. */
function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`))
    .join('; ');
}

/** One daemon in this process, before and after its start. */
export class DaemonHost<Config extends z.ZodType, Commands extends Record<string, CommandSpec>> {
  readonly registry: MetricRegistry;
  readonly sampler: ProcessSampler;
  readonly logger = new Logger(process.env.SIGNALBOX_LOG_LEVEL === 'debug' ? 'debug' : 'info');
  readonly #definition: DaemonDefinition<Config, Commands>;
  #hub: StreamHub | null = null;
  #running: RunningDaemon<z.output<Config>, Commands> | null = null;

  constructor(definition: DaemonDefinition<Config, Commands>) {
    this.#definition = definition;
    const { id, metrics } = definition.manifest;
    this.registry = new MetricRegistry(id, metrics);
    this.sampler = new ProcessSampler(id, this.registry);
  }

  get id(): string {
    return this.#definition.manifest.id;
  }

  /** The hub that serves windows; only after {@link start}. */
  get hub(): StreamHub | null {
    return this.#hub;
  }

  get running(): RunningDaemon<z.output<Config>, Commands> | null {
    return this.#running;
  }

  /** Checks the configuration and starts the daemon's own code. Throws SignalboxError. */
  async start(options: {
    config: unknown;
    dataDir: string;
    instance: number;
    outside: Outside;
  }): Promise<void> {
    const { registry, sampler, logger } = this;
    const { instance, dataDir, outside } = options;
    const config = this.#parseConfig(options.config);
    const hub = new StreamHub({ source: this.id, instance, registry, sampler, logger });
    this.#hub = hub;
    const running = await this.#definition.start({
      config,
      dataDir,
      metrics: registry,
      log: (subsystem) => logger.child(subsystem),
      touchTable: (name) => hub.touchTable(name),
      listenersChanged: () => {
        if (this.#running !== null) outside.listenersChanged(this.#running.listeners());
      },
      requestLifecycle: (request) => outside.requestLifecycle(request),
      audit: (report) => outside.audit(report),
    });
    this.#running = running;
    for (const [name, provider] of Object.entries(running.tables ?? {})) hub.provideTable(name, provider);
  }

  /** One second of metrics; the caller's timer decides when. */
  summarise(): MetricSummary {
    const summary = this.sampler.summarise();
    this.#hub?.secondEnded();
    return summary;
  }

  /** Runs a command after checking its arguments. Throws SignalboxError. */
  async runCommand(
    name: string,
    args: unknown,
    call: { signal: AbortSignal; actor: Actor },
  ): Promise<unknown> {
    const { handler, parsed } = this.#prepare(name, args);
    handler.check?.(parsed);
    return await handler.run(parsed, call);
  }

  /** What a command would do to users. Throws SignalboxError where the command would be refused. */
  impactOf(name: string, args: unknown): string | null {
    const { handler, parsed } = this.#prepare(name, args);
    handler.check?.(parsed);
    return handler.impact?.(parsed) ?? null;
  }

  /** Takes a new configuration over. Throws SignalboxError and changes nothing when it is not valid. */
  async reload(config: unknown): Promise<ReloadOutcome> {
    const parsed = this.#parseConfig(config);
    const running = this.#requireRunning();
    if (running.reload === undefined) return { applied: [], restartRequired: ['everything'] };
    return await running.reload(parsed);
  }

  /** Closes streams and timers, after the daemon has drained. */
  async close(): Promise<void> {
    this.#hub?.close();
    this.sampler.close();
    await this.logger.close();
  }

  #requireRunning(): RunningDaemon<z.output<Config>, Commands> {
    if (this.#running === null) throw new SignalboxError('not_running', `${this.id} is still starting.`);
    return this.#running;
  }

  #parseConfig(config: unknown): z.output<Config> {
    const parsed = this.#definition.manifest.config.safeParse(config);
    if (!parsed.success) {
      throw new SignalboxError(
        'config_invalid',
        `The configuration of ${this.id} is not valid: ${describeIssues(parsed.error)}`,
      );
    }
    return parsed.data;
  }

  #prepare(name: string, args: unknown): { handler: CommandHandler<unknown>; parsed: unknown } {
    const running = this.#requireRunning();
    const spec = Object.hasOwn(this.#definition.manifest.commands, name)
      ? this.#definition.manifest.commands[name]
      : undefined;
    if (spec === undefined)
      throw new SignalboxError('unknown_command', `${this.id} has no command "${name}".`);
    const parsed = spec.args.safeParse(args);
    if (!parsed.success) {
      throw new SignalboxError('bad_request', `${this.id} ${name}: ${describeIssues(parsed.error)}`);
    }
    const handlers = running.commands as Readonly<Record<string, CommandHandler<unknown>>>;
    const handler = handlers[name];
    if (handler === undefined)
      throw new SignalboxError('internal', `${this.id} declares ${name} without a handler.`);
    return { handler, parsed: parsed.data };
  }
}
