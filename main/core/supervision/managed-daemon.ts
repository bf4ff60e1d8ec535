/**
 * The state machine of one daemon. Every change of state goes through `#enter`, which checks it against the table of
 * the contract and publishes one snapshot. Invariant: a process exists only in starting, running and stopping.
 */
import type { Outcome, WireError } from '../../../contract/errors.ts';
import {
  type CrashRecord,
  type DaemonSnapshot,
  type DaemonState,
  type ListenerInfo,
  TRANSITIONS,
} from '../../../contract/states.ts';
import type { WorkTiming } from '../../../contract/work-timing.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { QueueTally } from '../../../kit/queue-tally.ts';
import { RequestFigures } from '../../../kit/request-figures.ts';
import type { DaemonLauncher } from '../daemon-launcher.ts';
import type { ControlLimits } from '../limits.ts';
import { CrashPolicy } from './backoff.ts';
import {
  DaemonSession,
  type LaunchPlan,
  type OutstandingRequest,
  type PassedOn,
  type SessionEnd,
  type SessionRequest,
} from './daemon-session.ts';
import type { Introduction } from './peers.ts';
import { settingsWaiting } from './pending-restart.ts';

/** What a daemon tells. */
export interface ManagedDaemonEvents {
  onSnapshot(snapshot: DaemonSnapshot, previous: DaemonState): void;
  onMessage(id: string, instance: number, message: PassedOn): void;
  onOutput(id: string, instance: number, stream: 'stdout' | 'stderr', line: string): void;
  onMalformed(id: string, reason: string): void;
  /** Most requests that may be outstanding at it are. */
  onCrowded(id: string, outstanding: number, limit: number): void;
}

/** What a daemon is made of. */
export interface ManagedDaemonOptions {
  readonly id: string;
  readonly launcher: DaemonLauncher;
  /** Called before each launch: what to start the process with, or why it cannot be started. */
  readonly plan: () => Outcome<LaunchPlan>;
  readonly introduction: () => Introduction;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly random: () => number;
  readonly events: ManagedDaemonEvents;
}

/** The parts of a snapshot that change with the state. */
interface Condition {
  readonly state: DaemonState;
  readonly since: number;
  readonly cause: string | null;
  readonly nextStartAt: number | null;
}

/** One daemon, with or without a process. */
export class ManagedDaemon {
  readonly id: string;
  /** What was asked of all its processes. */
  readonly requests: RequestFigures;
  /** Messages on their way to its processes, where the launcher can tell. */
  readonly outbox = new QueueTally();
  readonly #options: ManagedDaemonOptions;
  readonly #policy: CrashPolicy;
  readonly #crashes: CrashRecord[] = [];
  #condition: Condition;
  #session: DaemonSession | null = null;
  #instance = 0;
  #restarts = 0;
  #unresponsive = false;
  #suspended = false;
  #pid: number | null = null;
  #runtime: string | null = null;
  #listeners: readonly ListenerInfo[] = [];
  #launched: LaunchPlan | null = null;
  #pendingRestart: readonly string[] = [];
  /** Why the last start failed, with its stable code. */
  #lastError: WireError | null = null;
  #backoff: Timer | null = null;
  #waiters: (() => void)[] = [];

  constructor(options: ManagedDaemonOptions) {
    this.requests = new RequestFigures(options.limits.outstandingRequests);
    this.id = options.id;
    this.#options = options;
    this.#policy = new CrashPolicy(options.limits, options.random);
    this.#condition = { state: 'stopped', since: options.clock.now(), cause: null, nextStartAt: null };
  }

  get state(): DaemonState {
    return this.#condition.state;
  }

  get instance(): number {
    return this.#instance;
  }

  /** The process, where there is one. */
  get session(): DaemonSession | null {
    return this.#session;
  }

  /** What the process was started with; null where there is none. */
  get launched(): LaunchPlan | null {
    return this.#launched;
  }

  snapshot(): DaemonSnapshot {
    return {
      id: this.id,
      ...this.#condition,
      unresponsive: this.#unresponsive,
      pid: this.#pid,
      instance: this.#instance,
      restarts: this.#restarts,
      listeners: this.#listeners,
      crashes: [...this.#crashes],
      runtime: this.#runtime,
      pendingRestart: this.#pendingRestart,
    };
  }

  /**
   * Starts the daemon and resolves when it runs, or with the reason why it does not. After a crash loop this is how
   * the operator gives it another chance: earlier crashes no longer count.
   */
  async start(): Promise<Outcome<DaemonSnapshot>> {
    const { state } = this.#condition;
    if (state === 'starting' || state === 'running') {
      return fail('already_running', `${this.id} is ${state} already.`);
    }
    if (state === 'stopping') return fail('busy', `${this.id} is stopping; start it when it has stopped.`);
    const plan = this.#options.plan();
    if (!plan.ok) return plan;
    this.#cancelBackoff();
    this.#policy.forget();
    this.#launch(plan.result);
    await this.#whileIn('starting');
    return this.#startOutcome();
  }

  /** Resolves when no start is under way any more. */
  async settled(): Promise<Outcome<DaemonSnapshot>> {
    await this.#whileIn('starting');
    return this.#startOutcome();
  }

  /** Stops the daemon and resolves when its process has ended. Stopping what is stopped is fine. */
  async stop(): Promise<DaemonSnapshot> {
    switch (this.#condition.state) {
      case 'starting':
      case 'running':
        this.#enter('stopping', { cause: null });
        this.#session?.stop();
        break;
      case 'backoff':
      case 'failed':
        this.#cancelBackoff();
        this.#enter('stopped', { cause: null });
        break;
    }
    await this.#whileIn('stopping');
    return this.snapshot();
  }

  /** Ends the process without draining; used when the operator forces the host to end. */
  kill(reason: string): void {
    this.#cancelBackoff();
    if (this.#condition.state === 'starting' || this.#condition.state === 'running') {
      this.#enter('stopping', { cause: reason });
      this.#session?.stop();
    }
    this.#session?.kill(reason);
  }

  /** Asks the process something; with no process the answer says why there is none. */
  request(
    request: SessionRequest,
    what: string,
    timeoutMs: number,
    onTiming?: (timing: WorkTiming) => void,
  ): OutstandingRequest {
    if (this.#session !== null) return this.#session.request(request, what, timeoutMs, onTiming);
    return { requestId: 0, outcome: Promise.resolve({ ok: false, error: this.#absence() }) };
  }

  /**
   * Settles after a reload which settings wait for a restart, tells of a change, and returns them.
   * @param restartRequired what the process said that it cannot take over
   */
  reloaded(restartRequired: readonly string[]): readonly string[] {
    const next = this.#options.plan();
    if (this.#launched === null || !next.ok) return this.#pendingRestart;
    const waiting = settingsWaiting(this.#launched, next.result, restartRequired);
    const before = this.#pendingRestart;
    this.#pendingRestart = waiting;
    if (before.join() !== waiting.join()) this.#publish(this.state);
    return waiting;
  }

  suspend(): void {
    this.#suspended = true;
    this.#session?.suspend();
  }

  resume(): void {
    this.#suspended = false;
    this.#session?.resume();
  }

  #absence(): WireError {
    const { state, cause } = this.#condition;
    const why = cause === null ? '' : `: ${cause}`;
    const code = state === 'failed' ? 'init_failed' : 'not_running';
    return { code, message: `${this.id} is not running (${state})${why}.` };
  }

  #startOutcome(): Outcome<DaemonSnapshot> {
    if (this.#condition.state === 'running') return { ok: true, result: this.snapshot() };
    if (this.#condition.state === 'stopping' || this.#condition.state === 'stopped') {
      return fail('cancelled', `${this.id} was stopped before it was ready.`);
    }
    const error = this.#lastError;
    if (error !== null) {
      return fail(error.code, `${this.id} did not start: ${error.message}`, error.detail);
    }
    return { ok: false, error: this.#absence() };
  }

  #launch(plan: LaunchPlan): void {
    const { clock, limits, launcher, events, introduction } = this.#options;
    const instance = ++this.#instance;
    this.#lastError = null;
    this.#unresponsive = false;
    this.#listeners = [];
    this.#launched = plan;
    this.#pendingRestart = [];
    this.#enter('starting', { cause: null });
    const session = new DaemonSession({
      id: this.id,
      instance,
      plan,
      introduction,
      launcher,
      clock,
      limits,
      figures: this.requests,
      outbox: this.outbox,
      events: {
        onHello: (pid, runtime) => {
          this.#pid = pid;
          this.#runtime = runtime;
          this.#publish(this.state);
        },
        onListeners: (listeners, becameReady) => {
          this.#listeners = listeners;
          if (becameReady && this.#condition.state === 'starting') {
            this.#policy.started();
            this.#enter('running', { cause: null });
          } else this.#publish(this.state);
        },
        onAnnouncedStop: (message) => {
          if (this.#condition.state === 'running' || this.#condition.state === 'starting') {
            this.#enter('stopping', { cause: message });
          }
        },
        onUnresponsive: (unresponsive) => {
          this.#unresponsive = unresponsive;
          this.#publish(this.state);
        },
        onMessage: (message) => events.onMessage(this.id, instance, message),
        onOutput: (stream, line) => events.onOutput(this.id, instance, stream, line),
        onMalformed: (reason) => events.onMalformed(this.id, reason),
        onCrowded: (outstanding, limit) => events.onCrowded(this.id, outstanding, limit),
        onEnd: (end) => this.#ended(end),
      },
    });
    // A launcher may report the end before the constructor returns.
    if (this.#condition.state !== 'starting') return;
    this.#session = session;
    this.#pid = session.process.pid;
    if (this.#suspended) session.suspend();
    this.#publish('starting');
  }

  #ended(end: SessionEnd): void {
    this.#session = null;
    this.#pid = null;
    this.#runtime = null;
    this.#listeners = [];
    this.#launched = null;
    this.#pendingRestart = [];
    this.#unresponsive = false;
    const { verdict } = end;
    if (this.#condition.state === 'stopping') {
      this.#enter('stopped', { cause: verdict.cause });
      return;
    }
    this.#lastError = verdict.error;
    if (verdict.kind === 'refused') {
      this.#enter('failed', { cause: verdict.cause });
      return;
    }
    if (verdict.kind === 'unavailable') {
      this.#wait(this.#policy.unavailable(), verdict.cause);
      return;
    }
    this.#crashed(end, verdict.cause ?? 'ended without being asked to');
  }

  #crashed(end: SessionEnd, cause: string): void {
    const { clock, limits } = this.#options;
    this.#crashes.push({
      time: clock.now(),
      cause,
      exitCode: end.end.exitCode,
      signal: end.end.signal,
      uptimeMs: end.uptimeMs,
      stderr: [...end.stderr],
    });
    if (this.#crashes.length > limits.crashHistory) this.#crashes.shift();
    this.#enter('crashed', { cause });
    const delayMs = this.#policy.crashed(clock.monotonic(), end.uptimeMs);
    if (delayMs === null) {
      const minutes = limits.crashLoopWindowMs / 60_000;
      const text = `crashed ${limits.crashLoopCount} times within ${minutes} minutes; last: ${cause}`;
      this.#enter('failed', { cause: text });
      return;
    }
    this.#wait(delayMs, cause);
  }

  #wait(delayMs: number, cause: string | null): void {
    const { clock } = this.#options;
    this.#enter('backoff', { cause, nextStartAt: clock.now() + delayMs });
    this.#backoff = clock.after(delayMs, () => this.#retry());
  }

  #retry(): void {
    this.#backoff = null;
    const plan = this.#options.plan();
    this.#restarts++;
    if (plan.ok) {
      this.#launch(plan.result);
      return;
    }
    this.#enter('starting', { cause: null });
    this.#lastError = plan.error;
    this.#enter('failed', { cause: plan.error.message });
  }

  #cancelBackoff(): void {
    this.#backoff?.cancel();
    this.#backoff = null;
  }

  /** The only place where the state changes. */
  #enter(state: DaemonState, more: { cause: string | null; nextStartAt?: number }): void {
    const previous = this.#condition.state;
    if (!TRANSITIONS[previous].includes(state)) {
      throw new Error(`${this.id}: the transition from ${previous} to ${state} is not in the table`);
    }
    const since = this.#options.clock.now();
    this.#condition = { state, since, cause: more.cause, nextStartAt: more.nextStartAt ?? null };
    this.#publish(previous);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #publish(previous: DaemonState): void {
    this.#options.events.onSnapshot(this.snapshot(), previous);
  }

  async #whileIn(state: DaemonState): Promise<void> {
    while (this.#condition.state === state) {
      await new Promise<void>((wake) => {
        this.#waiters.push(wake);
      });
    }
  }
}

function fail(code: WireError['code'], message: string, detail?: WireError['detail']): Outcome<never> {
  return { ok: false, error: { code, message, detail } };
}
