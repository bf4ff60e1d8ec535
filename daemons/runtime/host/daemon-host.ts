/**
 * Everything around a daemon's own code inside its process: metrics, logs, streams, commands. Shared by the process
 * that main supervises (`runDaemon`) and by the one that stands alone.
 */

import type { z } from 'zod';
import { MistakeCollector } from '../../../contract/config-mistakes.ts';
import { type Outcome, SignalboxError } from '../../../contract/errors.ts';
import { type Actor, describeActor } from '../../../contract/link/actor.ts';
import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import type { MetricSummary } from '../../../contract/link/metric-summary.ts';
import type { CheckOutcome, ReloadBegun, ReloadOutcome, ReloadStep } from '../../../contract/link/reload.ts';
import type { LoopBlock } from '../../../contract/loop-block.ts';
import type { CommandSpec, Unrecorded } from '../../../contract/manifest.ts';
import { allProblems } from '../../../contract/plain-words.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import type { WorkTiming } from '../../../contract/work-timing.ts';
import { loopTurn } from '../async/loop-turn.ts';
import { probePlaces } from '../net/listen-probe.ts';
import { carryOut, type ListenerChange } from '../net/listener-change.ts';
import { instrumentCounts } from '../telemetry/counted-instrument.ts';
import { Logger } from '../telemetry/logger.ts';
import { LoopWatch, loopWatchWanted } from '../telemetry/loop-watch.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { ProcessSampler } from '../telemetry/process-sampler.ts';
import { StreamHub } from '../telemetry/stream-hub.ts';
import { changedSettings } from './changed-settings.ts';
import type {
  CommandHandler,
  DaemonDefinition,
  LifecycleWish,
  PendingReload,
  ReloadApplied,
  RunningDaemon,
} from './daemon-definition.ts';
import type { DeedAnswer } from './deed-ledger.ts';
import { PeerDirectory } from './peer-directory.ts';
import { TaskBoard } from './task-board.ts';

/** What the daemon's code asks of the outside. */
export interface Outside {
  listenersChanged(listeners: readonly ListenerInfo[]): void;
  requestLifecycle(request: LifecycleWish): Promise<Outcome<unknown>>;
  beginDeed(deed: OperatorDeed, unrecorded: Unrecorded): DeedAnswer | Promise<DeedAnswer>;
}

/** What the operator should know although a configuration is taken. */
interface Warning {
  readonly event: string;
  readonly message: string;
}

/** A daemon's table of the configuration, with its defaults. */
type Settings = Readonly<Record<string, unknown>>;

/** One daemon in this process, before and after its start. */
export class DaemonHost<
  Config extends z.ZodType,
  Commands extends Record<string, CommandSpec>,
  Prepared = undefined,
> {
  readonly registry: MetricRegistry;
  readonly sampler: ProcessSampler;
  readonly peers = new PeerDirectory();
  readonly tasks = new TaskBoard();
  readonly logger = new Logger(process.env.SIGNALBOX_LOG_LEVEL === 'debug' ? 'debug' : 'info');
  readonly #definition: DaemonDefinition<Config, Commands, Prepared>;
  #hub: StreamHub | null = null;
  #loopWatch: LoopWatch | null = null;
  #running: RunningDaemon<z.output<Config>, Commands, Prepared> | null = null;
  #dataDir = '';
  #listenersChanged = () => {};
  /** The settings that the daemon goes by: of those that need a restart still the ones that it started with. */
  #inForce: Settings = {};
  /** The reload that has begun; `pending` is null where the daemon takes over nothing while it runs. */
  #reload: {
    readonly pending: PendingReload | null;
    readonly settings: Settings;
    readonly warnings: readonly Warning[];
  } | null = null;
  #lastStep: Promise<unknown> = Promise.resolve();

  constructor(definition: DaemonDefinition<Config, Commands, Prepared>) {
    this.#definition = definition;
    const { id, metrics } = definition.manifest;
    this.registry = new MetricRegistry(id, metrics, (event, message) =>
      this.logger.log('warn', 'metrics', event, message),
    );
    this.sampler = new ProcessSampler(id, this.registry);
    instrumentCounts(this.registry, 'limiter', 'tasks', () => this.tasks.counts);
  }

  get id(): string {
    return this.#definition.manifest.id;
  }

  /** The hub that serves windows; only after {@link start}. */
  get hub(): StreamHub | null {
    return this.#hub;
  }

  get running(): RunningDaemon<z.output<Config>, Commands, Prepared> | null {
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
    const { config, prepared, warnings } = await this.#prepared(options.config, dataDir);
    this.#dataDir = dataDir;
    this.#listenersChanged = () => {
      if (this.#running !== null) outside.listenersChanged(this.#running.listeners());
    };
    for (const warning of warnings) logger.log('warn', 'config', warning.event, warning.message);
    const hub = new StreamHub({
      source: this.id,
      instance,
      registry,
      sampler,
      logger,
      tables: this.#definition.manifest.tables ?? {},
    });
    this.#hub = hub;
    const running = await this.#definition.start({
      config,
      prepared,
      dataDir,
      metrics: registry,
      peers: this.peers,
      tasks: this.tasks,
      log: (subsystem) => logger.child(subsystem),
      touchTable: (name) => hub.touchTable(name),
      requestLifecycle: (request) => outside.requestLifecycle(request),
      beginDeed: (deed, unrecorded) => outside.beginDeed(deed, unrecorded),
    });
    this.#running = running;
    this.#inForce = config as Settings;
    for (const [name, provider] of Object.entries({ ...running.tables, ...running.innerTables }))
      hub.provideTable(name, provider);
  }

  /** Tells from here on what keeps the loop, in the log and to `onBlock`; nothing where the operator does not want it. */
  watchLoop(onBlock: (block: LoopBlock) => void): void {
    if (!loopWatchWanted() || this.#loopWatch !== null) return;
    const blocks = this.registry.counter(`signalbox_${this.id}_loop_blocks_total`);
    const watch = new LoopWatch({ log: this.logger.child('loop'), blocks, onBlock });
    this.#loopWatch = watch;
    this.sampler.onLate = (ms) => watch.timerLate(ms);
    watch.start();
  }

  /** One second of metrics; the caller's timer decides when. */
  summarise(): MetricSummary {
    const summary = this.sampler.summarise();
    this.#hub?.secondEnded();
    return summary;
  }

  /** Runs a command after checking its arguments, and tells `onEnd` what it took. Throws SignalboxError. */
  async runCommand(
    name: string,
    args: unknown,
    call: { signal: AbortSignal; actor: Actor },
    onEnd: (timing: WorkTiming) => void = () => {},
  ): Promise<unknown> {
    const { handler, parsed } = this.#prepare(name, args);
    return await loopTurn.trace(
      name,
      describeActor(call.actor),
      () => {
        handler.check?.(parsed);
        return handler.run(parsed, call);
      },
      (traced) => onEnd(traced.timing()),
    );
  }

  /** What a command would do to users. Throws SignalboxError where the command would be refused. */
  impactOf(name: string, args: unknown): string | null | Promise<string | null> {
    const { handler, parsed } = this.#prepare(name, args);
    handler.check?.(parsed);
    return handler.impact?.(parsed) ?? null;
  }

  /**
   * What a start with a configuration would say, without starting: its mistakes, warnings, and addresses that are held.
   * Throws SignalboxError for a configuration that does not have the declared shape.
   */
  async check(config: unknown, dataDir: string): Promise<CheckOutcome> {
    const parsed = this.#parseConfig(config);
    const warnings: string[] = [];
    const mistakes = new MistakeCollector();
    const warn = (_event: string, message: string) => warnings.push(message);
    await mistakes.attempt(() => this.#definition.prepare?.(parsed, { dataDir, warn }));
    const places = this.#definition.manifest.places?.(parsed, dataDir) ?? [];
    const { held, refused } = await probePlaces(
      places.map((place) => ({ ...place, setting: [this.id, ...place.setting] })),
      dataDir,
    );
    return { mistakes: [...mistakes.found, ...refused], warnings, held };
  }

  /** Takes a new configuration over. Throws SignalboxError and changes nothing when it cannot be. */
  reload(config: unknown): Promise<ReloadOutcome> {
    return this.#inTurn(async () => {
      await this.#begin(config);
      const { listeners } = this.#requireReload();
      return listeners === undefined ? this.#commit() : await carryOut(listeners, () => this.#commit());
    });
  }

  /** One step of a reload that main leads; `config` comes with `begin`. Throws SignalboxError. */
  reloadStep(step: ReloadStep, config: unknown): Promise<ReloadBegun | ReloadOutcome | null> {
    return this.#inTurn(async () => {
      if (step === 'begin') return await this.#begin(config);
      const { listeners } = this.#requireReload();
      if (step === 'commit') return this.#commit();
      if (step === 'release') listeners?.release();
      else if (step === 'bind') await listeners?.bind();
      else if (step === 'undo') listeners?.undo();
      else await this.#restore(listeners);
      return null;
    });
  }

  /** Steps follow each other, also where main gave one up and sent the next. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.#lastStep.then(work);
    this.#lastStep = next.catch(() => {});
    return next;
  }

  /** Opens again what was closed, and tells main where that failed. */
  async #restore(listeners: ListenerChange | undefined): Promise<void> {
    try {
      await listeners?.restore();
    } catch (error) {
      this.#listenersChanged();
      throw error;
    }
  }

  /** One that was begun before and has not ended is undone. */
  async #begin(config: unknown): Promise<ReloadBegun> {
    const running = this.#requireRunning();
    this.#reload?.pending?.listeners?.undo();
    await this.#restore(this.#reload?.pending?.listeners);
    this.#reload = null;
    const { config: parsed, prepared, warnings } = await this.#prepared(config, this.#dataDir);
    const pending = (await running.reload?.(parsed, prepared)) ?? null;
    this.#reload = { pending, settings: parsed as Settings, warnings };
    return { held: pending?.listeners?.held ?? [] };
  }

  #commit(): ReloadOutcome {
    if (this.#reload === null) throw noReload(this.id);
    const { pending, settings, warnings } = this.#reload;
    const outcome = pending === null ? NOTHING_TAKEN_OVER : this.#takeOver(pending, settings);
    this.#reload = null;
    for (const { event, message } of warnings) this.logger.log('warn', 'config', event, message);
    return { ...outcome, warnings: warnings.map(({ message }) => message) };
  }

  #takeOver(pending: PendingReload, settings: Settings): ReloadApplied {
    const running = this.#requireRunning();
    const listenersBefore = JSON.stringify(running.listeners());
    const outcome = changedSettings(this.#inForce, settings, pending.commit() ?? {});
    const { applied, restartRequired } = outcome;
    const kept = restartRequired.map((key) => [key, this.#inForce[key]]);
    this.#inForce = { ...settings, ...Object.fromEntries(kept) };
    if (JSON.stringify(running.listeners()) !== listenersBefore) this.#listenersChanged();
    const text = applied.length === 0 ? 'Nothing changed' : `Changed: ${applied.join(', ')}`;
    this.logger.log('info', 'config', 'reloaded', text);
    return outcome;
  }

  /** Closes streams and timers, after the daemon has drained. */
  async close(): Promise<void> {
    this.#hub?.close();
    this.#loopWatch?.close();
    this.sampler.close();
    await this.logger.close();
  }

  #requireReload(): { readonly listeners?: ListenerChange } {
    if (this.#reload === null) throw noReload(this.id);
    return this.#reload.pending ?? {};
  }

  /** The configuration with its defaults, and what the daemon made of the files that it names. */
  async #prepared(
    input: unknown,
    dataDir: string,
  ): Promise<{ config: z.output<Config>; prepared: Prepared; warnings: readonly Warning[] }> {
    const config = this.#parseConfig(input);
    const warnings: Warning[] = [];
    const warn = (event: string, message: string) => warnings.push({ event, message });
    // A daemon without this step has declared that it needs nothing of it.
    const prepared = (await this.#definition.prepare?.(config, { dataDir, warn })) as Prepared;
    return { config, prepared, warnings };
  }

  #requireRunning(): RunningDaemon<z.output<Config>, Commands, Prepared> {
    if (this.#running === null) throw new SignalboxError('not_running', `${this.id} is still starting.`);
    return this.#running;
  }

  #parseConfig(config: unknown): z.output<Config> {
    const parsed = this.#definition.manifest.config.safeParse(config);
    if (!parsed.success) {
      throw new SignalboxError(
        'config_invalid',
        `The configuration of ${this.id} is not valid: ${allProblems(parsed.error)}`,
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
      throw new SignalboxError('bad_request', `${this.id} ${name}: ${allProblems(parsed.error)}`);
    }
    const handlers = running.commands as Readonly<Record<string, CommandHandler<unknown>>>;
    const handler = handlers[name];
    if (handler === undefined)
      throw new SignalboxError('internal', `${this.id} declares ${name} without a handler.`);
    return { handler, parsed: parsed.data };
  }
}

/** What a reload comes to in a daemon that takes over nothing while it runs. */
const NOTHING_TAKEN_OVER: ReloadApplied = { applied: [], restartRequired: ['everything'] };

function noReload(id: string): SignalboxError {
  return new SignalboxError('conflict', `No reload of ${id} has begun.`);
}
