/** What a daemon's own code implements, and what it is given. `runDaemon` calls it; it never sees main or a window. */

import type { z } from 'zod';
import type { Role } from '../../../contract/access.ts';
import type { Outcome } from '../../../contract/errors.ts';
import type { Actor } from '../../../contract/link/actor.ts';
import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import type { LifecycleRequest } from '../../../contract/link/lifecycle.ts';
import type { ReloadOutcome } from '../../../contract/link/reload.ts';
import type { CommandSpec, Manifest, Unrecorded } from '../../../contract/manifest.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import type { ByteChannel } from '../../../kit/byte-channel.ts';
import type { ListenerChange } from '../net/listener-change.ts';
import type { SubsystemLogger } from '../telemetry/logger.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { InnerTableProvider, TableProvider } from '../telemetry/stream-hub.ts';
import type { DeedAnswer } from './deed-ledger.ts';
import type { Peers } from './peer-directory.ts';
import type { TaskBoard } from './task-board.ts';

/** Given to a command while it runs. */
export interface CommandCall {
  /** Aborted when the caller cancels or the deadline passes. */
  readonly signal: AbortSignal;
  /** For whom it runs. */
  readonly actor: Actor;
}

/** The code of one admin command. Throw SignalboxError for what the operator should read. */
export interface CommandHandler<Args> {
  run(args: Args, call: CommandCall): unknown | Promise<unknown>;
  /**
   * Throws what `run` would refuse, and changes nothing. Called before `run`, and before anybody is asked whether it
   * may run: nobody confirms what is refused afterwards.
   */
  check?(args: Args): void;
  /** What running it would do to users, in words ("disconnects 42 clients"); null when it would disturb nobody. */
  impact?(args: Args): string | null | Promise<string | null>;
}

/** A handler for every command of the manifest. */
export type CommandHandlers<Commands extends Record<string, CommandSpec>> = {
  readonly [Name in keyof Commands]: CommandHandler<z.output<Commands[Name]['args']>>;
};

/** What a daemon may ask of the process that runs it. */
export type LifecycleWish = Omit<LifecycleRequest, 'type' | 'requestId'>;

/** Given to a daemon that looks at a configuration. */
export interface PrepareContext {
  /** Folder for the daemon's own files; it need not exist. */
  readonly dataDir: string;
  /** Tells the operator what is wrong although the configuration is taken. `event` names it in the log. */
  warn(event: string, message: string): void;
}

/** Given to a daemon when it starts. */
export interface DaemonContext<Config, Prepared = undefined> {
  readonly config: Config;
  /** What its `prepare` made of the configuration. */
  readonly prepared: Prepared;
  /** Folder for the daemon's own files; exists. */
  readonly dataDir: string;
  readonly metrics: MetricRegistry;
  /** Long work is told as it goes on. */
  readonly tasks: TaskBoard;
  /** The other daemons of the instance. */
  readonly peers: Peers;
  /** A logger for one part of the daemon. */
  log(subsystem: string): SubsystemLogger;
  /** Says that a live table has changed; cheap when nobody watches. */
  touchTable(name: string): void;
  /** Asks main to stop or restart this daemon or to reload the configuration, and says what came of it. Never rejects. */
  requestLifecycle(request: LifecycleWish): Promise<Outcome<unknown>>;
  /**
   * Has what one of the daemon's own operators is about to do written down, and says whether it may be done: see
   * {@link DeedAnswer}. `unrecorded` decides where it cannot be written. Never rejects.
   */
  beginDeed(deed: OperatorDeed, unrecorded: Unrecorded): DeedAnswer | Promise<DeedAnswer>;
}

/** A reload that has begun: what can fail is behind it, but for listeners whose address is still held. */
export interface PendingReload {
  /** What happens at the listeners; absent where there are none. */
  readonly listeners?: ListenerChange;
  /**
   * Puts the configuration into force; it can no longer fail. The runtime compares the two configurations, logs what changed,
   * and tells main where the listeners are others.
   */
  readonly commit: (() => ReloadFacts) | (() => void);
}

/** What a plain comparison of two configurations does not show. */
export interface ReloadFacts {
  /** Settings that changed although their text did not: files with another content. */
  readonly renewed?: readonly string[];
  /** Settings that only a start puts into force. */
  readonly needRestart?: readonly string[];
}

/** What a reload changed; see {@link ReloadOutcome}. */
export type ReloadApplied = Omit<ReloadOutcome, 'warnings'>;

/** A started daemon. */
export interface RunningDaemon<Config, Commands extends Record<string, CommandSpec>, Prepared = undefined> {
  listeners(): readonly ListenerInfo[];
  readonly commands: CommandHandlers<Commands>;
  readonly tables?: Readonly<Record<string, TableProvider>>;
  /** Those tables of the manifest that are about one row of another. */
  readonly innerTables?: Readonly<Record<string, InnerTableProvider>>;
  /**
   * Begins to take over a new, valid configuration without dropping anyone. Throws SignalboxError, and nothing has changed
   * then.
   */
  reload?(config: Config, prepared: Prepared): Promise<PendingReload>;
  /**
   * Serves a channel for files that main has brokered for somebody of this role; not there in a daemon without files. What it
   * opens the channel with is its answer.
   */
  bytes?(channel: ByteChannel, role: Role): void;
  /** What stopping would do to users, in words; null when it would disturb nobody. */
  stopImpact?(): string | null;
  /** Stops accepting, finishes what is under way, and resolves; at once when `deadline` aborts. */
  drain(deadline: AbortSignal): Promise<void>;
}

/** A daemon: its manifest and how it starts. */
export interface DaemonDefinition<
  Config extends z.ZodType,
  Commands extends Record<string, CommandSpec>,
  Prepared = undefined,
> {
  readonly manifest: Manifest<Config, Commands>;
  /**
   * Does everything that can be found wrong with a configuration before anything is touched: reads the files that it names
   * and checks what is in them. It changes nothing, so it also answers what a start would say. Throws SignalboxError
   * `config_invalid` with the key as `detail.key`, and everything that is wrong where it is more, see `MistakeCollector`.
   */
  prepare?(config: z.output<Config>, context: PrepareContext): Promise<Prepared>;
  start(
    context: DaemonContext<z.output<Config>, Prepared>,
  ): Promise<RunningDaemon<z.output<Config>, Commands, Prepared>>;
}
