/**
 * One process of a daemon from launch to end: handshake, requests, heartbeats, drain and kill. A ManagedDaemon holds
 * at most one session and starts the next only when this one has ended.
 */

import type { Outcome, WireError } from '../../../contract/errors.ts';
import type { Actor } from '../../../contract/link/actor.ts';
import type { Catalog } from '../../../contract/link/catalog.ts';
import { listenerInfosOf } from '../../../contract/link/endpoint.ts';
import { type FromDaemon, fromDaemonSchema } from '../../../contract/link/from-daemon.ts';
import type { Peer } from '../../../contract/link/peers.ts';
import { LINK_PROTOCOL } from '../../../contract/link/protocol.ts';
import type { ReloadStep } from '../../../contract/link/reload.ts';
import type { ToDaemon } from '../../../contract/link/to-daemon.ts';
import { firstProblem } from '../../../contract/plain-words.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import type { WorkTiming } from '../../../contract/work-timing.ts';
import { loopTurn } from '../../../daemons/runtime/async/loop-turn.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { ascendingIds, outcomeOf, PendingRequests } from '../../../kit/pending-requests.ts';
import type { QueueTally } from '../../../kit/queue-tally.ts';
import type { RequestFigures } from '../../../kit/request-figures.ts';
import type { DaemonLauncher, DaemonProcess, DaemonRuntime, ProcessEnd } from '../daemon-launcher.ts';
import type { ControlLimits } from '../limits.ts';
import { catalogProblem } from './catalog-check.ts';
import { Countdown } from './countdown.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Introduction } from './peers.ts';
import { settleVerdict, type Verdict } from './verdict.ts';

/** What a process is started with. */
export interface LaunchPlan {
  readonly runtime: DaemonRuntime;
  readonly config: unknown;
  readonly dataDir: string;
  readonly logDir: string;
  /** Adds to a mistake that the daemon found in `config` where the operator wrote it. */
  readonly locate?: (error: WireError) => WireError;
}

/** How a session ended. */
export interface SessionEnd {
  readonly verdict: Verdict;
  readonly end: ProcessEnd;
  readonly stderr: readonly string[];
  readonly uptimeMs: number;
}

/** Messages that the session does not handle itself. */
export type PassedOn = Extract<
  FromDaemon,
  {
    type:
      | 'catalog'
      | 'task'
      | 'loop-block'
      | 'summary'
      | 'logs'
      | 'lifecycle'
      | 'deed'
      | 'deed-done'
      | 'stream-data'
      | 'stream-close';
  }
>;

/** What a session tells. */
export interface SessionEvents {
  onHello(pid: number, runtime: string): void;
  onListeners(listeners: readonly ListenerInfo[], becameReady: boolean): void;
  /** The daemon stops by its own decision. */
  onAnnouncedStop(message: string): void;
  onUnresponsive(unresponsive: boolean): void;
  onMessage(message: PassedOn): void;
  onOutput(stream: 'stdout' | 'stderr', line: string): void;
  /** A message that the contract does not know; it was ignored. */
  onMalformed(reason: string): void;
  /** Most requests that may be outstanding are; told again only when there have been fewer. */
  onCrowded(outstanding: number, limit: number): void;
  /** Called exactly once; nothing follows. */
  onEnd(end: SessionEnd): void;
}

/** A request without its id, which the session gives it. */
export type SessionRequest =
  | {
      readonly type: 'command';
      readonly name: string;
      readonly args: unknown;
      readonly timeoutMs: number;
      readonly actor: Actor;
    }
  | { readonly type: 'impact'; readonly name: string; readonly args: unknown }
  | { readonly type: 'reload'; readonly step: ReloadStep; readonly config?: unknown };

/** A request under way. `outcome` always resolves. */
export interface OutstandingRequest {
  readonly requestId: number;
  readonly outcome: Promise<Outcome<unknown>>;
}

/** What a session is made of. */
export interface SessionOptions {
  readonly id: string;
  readonly instance: number;
  readonly plan: LaunchPlan;
  /** What the process learns of the other daemons; asked when it has said hello. */
  readonly introduction: () => Introduction;
  readonly launcher: DaemonLauncher;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  /** Where its requests are counted, which goes on from one process to the next. */
  readonly figures: RequestFigures;
  /** The same for messages on their way to it. */
  readonly outbox: QueueTally;
  readonly events: SessionEvents;
}

/** One process. */
export class DaemonSession {
  readonly #options: SessionOptions;
  readonly #process: DaemonProcess;
  readonly #requests: PendingRequests<Outcome<unknown>>;
  /** Who wants to know what a request under way took in the daemon. */
  readonly #timings = new Map<number, (timing: WorkTiming) => void>();
  readonly #heartbeat: Heartbeat;
  readonly #countdown: Countdown;
  readonly #startedAt: number;
  readonly #stderr: string[] = [];
  /** Requests made before `ready`, sent when it comes. */
  #unsent: ToDaemon[] = [];
  #phase: 'hello' | 'init' | 'ready' | 'stopping' | 'ended' = 'hello';
  #becameReady = false;
  #stopRequested = false;
  /** Revision of the newest catalog; 0 before the first. */
  #catalogRevision = 0;
  #announced: string | null = null;
  #refusal: WireError | null = null;
  #killReason: string | null = null;
  #killConfirm: Timer | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock, limits } = options;
    this.#requests = new PendingRequests(
      clock,
      {
        limit: limits.outstandingRequests,
        perCaller: limits.outstandingPerUser,
        figures: options.figures,
        onCrowded: options.events.onCrowded,
      },
      ascendingIds(),
    );
    this.#countdown = new Countdown(clock, limits.countdownStepMs);
    this.#heartbeat = new Heartbeat(clock, limits, {
      sendPing: (seq) => this.#process.send({ type: 'ping', seq }),
      onUnresponsive: options.events.onUnresponsive,
      onDead: () => this.kill(`did not answer heartbeats for ${limits.deadMs / 1000} s and was killed`),
    });
    this.#startedAt = clock.monotonic();
    this.#expect('say hello', limits.helloMs);
    this.#process = options.launcher.launch(
      { id: options.id, runtime: options.plan.runtime, outbox: options.outbox },
      {
        onMessage: (message) => this.#receive(message),
        onOutput: (stream, line) => this.#output(stream, line),
        onEnd: (end) => this.#ended(end),
      },
    );
  }

  get process(): DaemonProcess {
    return this.#process;
  }

  /** Whether the handshake is complete and no stop has begun. */
  get ready(): boolean {
    return this.#phase === 'ready';
  }

  /** Sends a request, or holds it until the daemon is ready. Always resolves, whatever becomes of the process. */
  request(
    request: SessionRequest,
    what: string,
    timeoutMs: number,
    onTiming: (timing: WorkTiming) => void = () => {},
  ): OutstandingRequest {
    const refusal = this.#closedFor(what);
    if (refusal !== null) return { requestId: 0, outcome: Promise.resolve({ ok: false, error: refusal }) };
    const deadlineMs = timeoutMs + this.#options.limits.requestSlackMs;
    const { requestId, answer } = this.#requests.open(what, deadlineMs, {
      ...callerOf(request),
      onTimeout: (id) => this.#process.send({ type: 'cancel', requestId: id }),
    });
    const outcome = outcomeOf(answer);
    if (!this.#requests.has(requestId)) return { requestId, outcome };
    this.#timings.set(requestId, onTiming);
    void outcome.then(() => this.#timings.delete(requestId));
    const message: ToDaemon = { ...request, requestId };
    if (this.#phase === 'ready') this.#process.send(message);
    else this.#unsent.push(message);
    return { requestId, outcome };
  }

  /** Tells the daemon to give up a request and answers it with `cancelled` at once. */
  cancel(requestId: number): boolean {
    if (!this.#requests.cancel(requestId)) return false;
    this.#unsent = this.#unsent.filter((one) => !('requestId' in one) || one.requestId !== requestId);
    this.#process.send({ type: 'cancel', requestId });
    return true;
  }

  /** Drains and ends the process; past the deadline it is killed. */
  stop(): void {
    if (this.#stopRequested || this.#phase === 'ended') return;
    this.#stopRequested = true;
    const { limits, id } = this.#options;
    const handshaking = this.#phase === 'hello';
    this.#phase = 'stopping';
    this.#heartbeat.stop();
    if (handshaking) {
      // It knows nothing yet and holds nothing.
      this.#signalKill();
      return;
    }
    this.#process.send({ type: 'stop', deadlineMs: limits.stopMs });
    this.#countdown.start(limits.stopMs + limits.stopGraceMs, () =>
      this.kill(`${id} did not stop within ${limits.stopMs / 1000} s and was killed`),
    );
  }

  /** Ends the process at once; `reason` becomes the cause. */
  kill(reason: string): void {
    if (this.#phase === 'ended') return;
    this.#killReason ??= reason;
    this.#signalKill();
  }

  /** Another daemon listens elsewhere now. A process that has not said hello learns it in `init`. */
  tellPeers(peers: readonly Peer[]): void {
    if (this.#phase === 'init' || this.#phase === 'ready') this.#process.send({ type: 'peers', peers });
  }

  /** Asks what the process measures; it answers with `catalog`. */
  askForCatalog(): void {
    if (this.#phase === 'ready') this.#process.send({ type: 'catalog?' });
  }

  /** The machine goes to sleep: no deadline runs. */
  suspend(): void {
    this.#heartbeat.stop();
    this.#countdown.pause();
  }

  resume(): void {
    this.#countdown.resume();
    if (this.#phase === 'ready') this.#heartbeat.start();
  }

  #signalKill(): void {
    this.#countdown.cancel();
    this.#heartbeat.stop();
    // Before the kill: its end may be told at once, and takes the timer back.
    this.#killConfirm ??= this.#options.clock.after(this.#options.limits.killConfirmMs, () =>
      this.#ended({
        exitCode: null,
        signal: null,
        reason: 'the system did not report its end after SIGKILL',
      }),
    );
    this.#process.kill();
  }

  #expect(what: string, withinMs: number): void {
    const { id } = this.#options;
    this.#countdown.start(withinMs, () =>
      this.kill(`${id} did not ${what} within ${withinMs / 1000} s and was killed`),
    );
  }

  #closedFor(what: string): WireError | null {
    const { id } = this.#options;
    if (this.#refusal !== null) return initFailed(id, this.#refusal);
    if (this.#phase === 'stopping' || this.#phase === 'ended' || this.#killReason !== null) {
      return { code: 'not_running', message: `${id} is stopping; ${what} was not sent.` };
    }
    return null;
  }

  #receive(raw: unknown): void {
    if (this.#phase === 'ended') return;
    loopTurn.enter();
    const parsed = fromDaemonSchema.safeParse(raw);
    if (!parsed.success) {
      this.#options.events.onMalformed(firstProblem(parsed.error));
      return;
    }
    this.#heartbeat.alive();
    const message = parsed.data;
    const { events } = this.#options;
    switch (message.type) {
      case 'hello':
        this.#hello(message);
        return;
      case 'ready':
        this.#ready(message);
        return;
      case 'failed':
        this.#refuse(this.#options.plan.locate?.(message.error) ?? message.error);
        return;
      case 'listeners':
        events.onListeners(listenerInfosOf(message.listeners), false);
        return;
      case 'catalog': {
        const problem = this.#becameReady
          ? this.#takeCatalog(message.catalog)
          : 'a catalog before it was ready';
        if (problem !== null) events.onMalformed(problem);
        return;
      }
      case 'pong':
        return;
      case 'checked':
        // Only a process that was asked to check says that.
        return;
      case 'reply':
        if (message.timing !== undefined) this.#timings.get(message.requestId)?.(message.timing);
        this.#requests.resolve(message.requestId, message.outcome);
        return;
      case 'stopping':
        if (this.#stopRequested || this.#announced !== null) return;
        this.#announced = message.message;
        this.#phase = 'stopping';
        this.#heartbeat.stop();
        this.#stopDeadlineAfterAnnouncement();
        events.onAnnouncedStop(message.message);
        return;
      default:
        events.onMessage(message);
    }
  }

  #stopDeadlineAfterAnnouncement(): void {
    const { limits, id } = this.#options;
    this.#countdown.start(limits.stopMs + limits.stopGraceMs, () =>
      this.kill(`${id} announced its stop but did not end within ${limits.stopMs / 1000} s and was killed`),
    );
  }

  #hello(message: Extract<FromDaemon, { type: 'hello' }>): void {
    if (this.#phase !== 'hello') return;
    const { id, plan, instance, events, limits } = this.#options;
    events.onHello(message.pid, message.runtime);
    if (message.protocol !== LINK_PROTOCOL || message.id !== id) {
      const text = `The process says it is ${message.id} with protocol ${message.protocol}; expected ${id} with protocol ${LINK_PROTOCOL}.`;
      this.#refuse({ code: 'init_failed', message: text });
      return;
    }
    this.#phase = 'init';
    this.#expect('become ready', limits.initMs);
    const { config, dataDir, logDir } = plan;
    const { peers, secret } = this.#options.introduction();
    this.#process.send({ type: 'init', config, dataDir, logDir, instance, peers, secret });
  }

  #ready({ listeners, catalog }: Extract<FromDaemon, { type: 'ready' }>): void {
    if (this.#phase !== 'init' || this.#refusal !== null) return;
    // Who hears that it runs asks what it measures.
    const problem = this.#takeCatalog(catalog);
    if (problem !== null) {
      this.#refuse({ code: 'init_failed', message: `${problem}.` });
      return;
    }
    this.#phase = 'ready';
    this.#becameReady = true;
    this.#countdown.cancel();
    this.#heartbeat.start();
    this.#options.events.onListeners(listenerInfosOf(listeners), true);
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const message of unsent) this.#process.send(message);
  }

  /** Passes a catalog on, or says what is wrong with it. */
  #takeCatalog(catalog: Catalog): string | null {
    const { id, limits, events } = this.#options;
    const problem = catalogProblem(id, catalog, this.#catalogRevision, limits);
    if (problem !== null) return problem;
    this.#catalogRevision = catalog.revision;
    events.onMessage({ type: 'catalog', catalog });
    return null;
  }

  /** The daemon cannot start: everything asked of it fails with the cause. */
  #refuse(error: WireError): void {
    if (this.#refusal !== null || this.#becameReady) return;
    this.#refusal = error;
    this.#requests.close(initFailed(this.#options.id, error));
    this.#countdown.start(this.#options.limits.failedExitMs, () => this.#signalKill());
  }

  #output(stream: 'stdout' | 'stderr', line: string): void {
    if (this.#phase === 'ended') return;
    const kept = line.slice(0, this.#options.limits.outputLineChars);
    if (stream === 'stderr') {
      this.#stderr.push(kept);
      if (this.#stderr.length > this.#options.limits.stderrLines) this.#stderr.shift();
    }
    this.#options.events.onOutput(stream, kept);
  }

  #ended(end: ProcessEnd): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#countdown.cancel();
    this.#heartbeat.stop();
    this.#killConfirm?.cancel();
    const verdict = settleVerdict({
      end,
      stopRequested: this.#stopRequested,
      announced: this.#announced,
      refusal: this.#refusal,
      killReason: this.#killReason,
      becameReady: this.#becameReady,
    });
    this.#requests.close(outcomeOfEnd(this.#options.id, verdict));
    const uptimeMs = Math.round(this.#options.clock.monotonic() - this.#startedAt);
    this.#options.events.onEnd({ verdict, end, stderr: this.#stderr, uptimeMs });
  }
}

/** The user whose requests are limited; Signalbox's own are not. */
function callerOf(request: SessionRequest): { readonly caller?: string } {
  if (request.type !== 'command' || request.actor.from === 'system') return {};
  return { caller: `${request.actor.name} (${request.actor.from})` };
}

/** What everything asked of a daemon gets that could not be initialised. */
function initFailed(id: string, error: WireError): WireError {
  return {
    code: 'init_failed',
    message: `${id} could not start: ${error.message}`,
    detail: { ...error.detail, cause: error.code },
  };
}

function outcomeOfEnd(id: string, verdict: Verdict): WireError {
  if (verdict.kind !== 'crashed' && verdict.kind !== 'stopped' && verdict.error !== null)
    return initFailed(id, verdict.error);
  if (verdict.kind === 'crashed') return { code: 'crashed', message: `${id} ended: ${verdict.cause}.` };
  return { code: 'not_running', message: `${id} was stopped before it answered.` };
}
