/**
 * Entry of every daemon process: speaks the link to main (handshake, commands, heartbeats, drain) around the daemon's
 * own code, or stands alone when asked to. A daemon's main.ts is one call of this.
 */

import type { z } from 'zod';
import { type Outcome, SignalboxError, toWireError } from '../../../contract/errors.ts';
import type { Actor } from '../../../contract/link/actor.ts';
import type { Catalog } from '../../../contract/link/catalog.ts';
import { endpointOf } from '../../../contract/link/endpoint.ts';
import { LINK_PROTOCOL } from '../../../contract/link/protocol.ts';
import type { CheckOutcome } from '../../../contract/link/reload.ts';
import { STOP_IMPACT, type ToDaemon, toDaemonSchema } from '../../../contract/link/to-daemon.ts';
import { placeText } from '../../../contract/listen-place.ts';
import type { LogRecord } from '../../../contract/log-record.ts';
import type { CommandSpec } from '../../../contract/manifest.ts';
import { firstProblem } from '../../../contract/plain-words.ts';
import type { WorkTiming } from '../../../contract/work-timing.ts';
import { systemClock } from '../../../kit/clock.ts';
import {
  ascendingIds,
  outcomeOf,
  type PendingOptions,
  PendingRequests,
} from '../../../kit/pending-requests.ts';
import { RequestFigures } from '../../../kit/request-figures.ts';
import { Batcher, instrumentBatcher } from '../async/batcher.ts';
import { instrumentCorrelation } from '../async/correlation.ts';
import { loopTurn } from '../async/loop-turn.ts';
import { keepFilesPrivate } from '../files/private-files.ts';
import { limits } from '../limits.ts';
import { openLogFile } from '../telemetry/log-file.ts';
import { countsOf, instrumentQueue } from '../telemetry/queue-instrument.ts';
import { stepBackCollectors } from './collector-threads.ts';
import type { DaemonDefinition, LifecycleWish } from './daemon-definition.ts';
import { DaemonHost } from './daemon-host.ts';
import { DeedLedger } from './deed-ledger.ts';
import { survivesLostOutput } from './lost-output.ts';
import { openParentLink, type ParentLink, type Transferred } from './parent-link.ts';
import { startFailure } from './passing-cause.ts';
import { runStandalone } from './standalone.ts';
import { StreamDoor } from './stream-door.ts';

/** How often main gets a summary, in milliseconds. */
const SUMMARY_MS = 1_000;
/** After log records went to main, the next are collected for so long, in milliseconds. */
const LOG_BATCH_MS = 100;
/** How long a daemon that lost main may take to put its things in order, in milliseconds. */
const ORPHAN_DRAIN_MS = 1_000;

/** Runs the daemon in this process. Never returns a value; the process ends when main says so or goes away. */
export function runDaemon<
  Config extends z.ZodType,
  Commands extends Record<string, CommandSpec>,
  Prepared = undefined,
>(definition: DaemonDefinition<Config, Commands, Prepared>): void {
  survivesLostOutput();
  keepFilesPrivate();
  stepBackCollectors();
  const link = openParentLink();
  if (link !== null) {
    new LinkedDaemon(definition, link).begin();
    return;
  }
  void runStandalone(definition, process.argv.slice(2));
}

class LinkedDaemon<Config extends z.ZodType, Commands extends Record<string, CommandSpec>, Prepared> {
  readonly #host: DaemonHost<Config, Commands, Prepared>;
  readonly #link: ParentLink;
  readonly #calls = new Map<number, AbortController>();
  readonly #door: StreamDoor;
  /** What main was asked for and has not answered. */
  readonly #wishes: PendingRequests<Outcome<unknown>>;
  readonly #deeds: DeedLedger;
  /** Records on their way to main. */
  readonly #logs: Batcher<LogRecord>;
  #logsDropped = 0;
  #stopping = false;
  /** The newest that main was told. */
  #toldCatalog: Catalog | null = null;

  constructor(definition: DaemonDefinition<Config, Commands, Prepared>, link: ParentLink) {
    this.#host = new DaemonHost(definition);
    this.#link = link;
    this.#door = new StreamDoor((message) => link.send(message), {
      watch: (channel, role) => this.#host.hub?.attach(channel, role),
      bytes: () => {
        const { running } = this.#host;
        return running?.bytes === undefined ? null : (channel, role) => running.bytes?.(channel, role);
      },
    });
    this.#wishes = new PendingRequests(
      systemClock,
      { ...this.#counted('wishes'), limit: limits.wishesWaiting.default },
      ascendingIds(),
    );
    this.#logs = new Batcher({
      name: 'logs',
      send: (records) => this.#sendLogs(records),
      maxEntries: limits.logBatchRecords.default,
      minDelayMs: LOG_BATCH_MS,
      maxDelayMs: LOG_BATCH_MS,
      // A daemon that logs without end must not flood main.
      whenFull: 'refuse',
    });
    instrumentBatcher(this.#host.registry, this.#logs);
    const { outbox } = link;
    if (outbox !== null)
      instrumentQueue(this.#host.registry, 'link to main', () => countsOf(outbox), 'second');
    this.#deeds = new DeedLedger((message) => link.send(message), systemClock, this.#counted('deeds'));
  }

  /** Shows requests to main as an instrument, and says when there are many. */
  #counted(name: string): Omit<PendingOptions, 'limit'> {
    const figures = new RequestFigures();
    const { registry, logger } = this.#host;
    instrumentCorrelation(registry, name, figures);
    return {
      figures,
      onCrowded: (outstanding, limit) =>
        logger.log(
          'warn',
          'link',
          'requests_crowded',
          `${outstanding} of ${limit} ${name} that may wait for an answer of main do.`,
        ),
    };
  }

  begin(): void {
    const versions = process.versions as Record<string, string | undefined>;
    this.#link.onMessage((message, transferred) => {
      const parsed = toDaemonSchema.safeParse(message);
      if (parsed.success) this.#receive(parsed.data, transferred);
      else
        this.#host.logger.log(
          'error',
          'link',
          'bad_message',
          `Main sent what this daemon does not know: ${firstProblem(parsed.error)}`,
        );
    });
    this.#link.onClose(() => {
      // The daemon knows that it ends before it hears that nothing is written any more.
      void this.#stop(ORPHAN_DRAIN_MS);
      this.#deeds.close();
      this.#wishes.close({ code: 'no_instance', message: 'Signalbox has ended before it answered.' });
    });
    // Ctrl-C in a terminal reaches the whole process group; only main decides when a daemon stops.
    process.on('SIGINT', () => {});
    process.on('SIGHUP', () => {});
    // A service manager ends a whole group at once: this way it is a drain in the right order, and never a crash.
    process.on('SIGTERM', () => {
      void this.#askMain({ action: 'stop', actor: 'SIGTERM', reason: 'the process was sent SIGTERM' });
    });
    this.#link.send({
      type: 'hello',
      protocol: LINK_PROTOCOL,
      id: this.#host.id,
      pid: process.pid,
      runtime: versions.electron === undefined ? `node ${versions.node}` : `electron ${versions.electron}`,
    });
  }

  #receive(message: ToDaemon, transferred: Transferred): void {
    loopTurn.enter();
    switch (message.type) {
      case 'init':
        void this.#init(message);
        return;
      case 'stop':
        void this.#stop(message.deadlineMs);
        return;
      case 'command':
        void this.#command(message);
        return;
      case 'impact':
        void this.#answer(message.requestId, async () =>
          message.name === STOP_IMPACT
            ? (this.#host.running?.stopImpact?.() ?? null)
            : this.#host.impactOf(message.name, message.args),
        );
        return;
      case 'cancel':
        this.#calls
          .get(message.requestId)
          ?.abort(new SignalboxError('cancelled', 'The command was cancelled.'));
        return;
      case 'check':
        void this.#check(message);
        return;
      case 'reload':
        void this.#answer(message.requestId, () => this.#host.reloadStep(message.step, message.config));
        return;
      case 'peers':
        this.#host.peers.update(message.peers);
        return;
      case 'task-cancel':
        this.#host.tasks.cancel(message.id);
        return;
      case 'catalog?':
        this.#sendCatalog();
        return;
      case 'deed-begun':
        this.#deeds.answered(message.requestId, message.outcome);
        return;
      case 'lifecycle-outcome':
        this.#wishes.resolve(message.requestId, message.outcome);
        return;
      case 'ping':
        this.#link.send({ type: 'pong', seq: message.seq });
        return;
      case 'stream-open':
        this.#door.open(message, transferred);
        return;
      case 'stream-data':
        this.#door.data(message.streamId, message.data);
        return;
      case 'stream-close':
        this.#door.close(message.streamId);
        return;
    }
  }

  /** Asks main for something that only main can do. Never rejects. */
  #askMain(wish: LifecycleWish): Promise<Outcome<unknown>> {
    const { requestId, answer } = this.#wishes.open(
      `The wish to ${wish.action}`,
      limits.wishAnswerMs.default,
    );
    if (this.#wishes.has(requestId)) this.#link.send({ type: 'lifecycle', requestId, ...wish });
    return outcomeOf(answer);
  }

  async #check(message: Extract<ToDaemon, { type: 'check' }>): Promise<void> {
    let outcome: Outcome<CheckOutcome>;
    try {
      outcome = { ok: true, result: await this.#host.check(message.config, message.dataDir) };
    } catch (error) {
      outcome = { ok: false, error: toWireError(error) };
    }
    this.#link.send({ type: 'checked', outcome });
    await this.#link.flush();
    process.exit(0);
  }

  async #init(message: Extract<ToDaemon, { type: 'init' }>): Promise<void> {
    const { logger, peers, registry, tasks } = this.#host;
    peers.introduce(message.peers, message.secret);
    tasks.onReport((task) => this.#link.send({ type: 'task', task }));
    const logFile = await openLogFile(message.logDir, this.#host.id, (error) => {
      process.stderr.write(`log file: ${error.message}\n`);
    });
    logger.addSink(logFile);
    instrumentQueue(registry, 'log file bytes', () => logFile.queue, 'second');
    logger.subscribe((record) => {
      if (!this.#logs.add(record)) this.#logsDropped++;
    });
    try {
      await this.#host.start({
        config: message.config,
        dataDir: message.dataDir,
        instance: message.instance,
        outside: {
          listenersChanged: (listeners) =>
            this.#link.send({ type: 'listeners', listeners: listeners.map(endpointOf) }),
          requestLifecycle: (wish) => this.#askMain(wish),
          beginDeed: (deed, unrecorded) => this.#deeds.begin(deed, unrecorded),
        },
      });
    } catch (error) {
      const wire = startFailure(error);
      const detail =
        wire.code === 'internal' && error instanceof Error ? (error.stack ?? wire.message) : wire.message;
      logger.log('error', 'daemon', 'init_failed', detail);
      process.stderr.write(`${detail}\n`);
      this.#logs.flush();
      this.#link.send({ type: 'failed', error: wire });
      await this.#link.flush();
      process.exit(1);
    }
    const listeners = this.#host.running?.listeners() ?? [];
    // Instruments that it made while it started are in the catalog from the first sample on.
    this.#host.registry.sample();
    const { catalog } = this.#host.registry;
    this.#toldCatalog = catalog;
    this.#link.send({ type: 'ready', listeners: listeners.map(endpointOf), catalog });
    const places = listeners.map((listener) => {
      const { protocol } = listener;
      return `${protocol}${'tls' in listener && listener.tls ? ' over TLS' : ''} on ${placeText(listener)}`;
    });
    logger.log('info', 'daemon', 'ready', places.length === 0 ? 'Ready' : `Ready for ${places.join(', ')}`);
    this.#sendSummary();
    setInterval(() => this.#sendSummary(), SUMMARY_MS).unref();
    this.#host.watchLoop((block) => this.#link.send({ type: 'loop-block', block }));
  }

  /** One second of metrics, after what it measures where that is something else than before. */
  #sendSummary(): void {
    const summary = this.#host.summarise();
    if (this.#host.registry.catalog !== this.#toldCatalog) this.#sendCatalog();
    this.#link.send({ type: 'summary', summary });
  }

  #sendCatalog(): void {
    const { catalog } = this.#host.registry;
    this.#toldCatalog = catalog;
    this.#link.send({ type: 'catalog', catalog });
  }

  async #command(message: Extract<ToDaemon, { type: 'command' }>): Promise<void> {
    const controller = new AbortController();
    this.#calls.set(message.requestId, controller);
    const deadline = setTimeout(
      () =>
        controller.abort(
          new SignalboxError('timeout', `${message.name} took longer than ${message.timeoutMs} ms.`),
        ),
      message.timeoutMs,
    );
    const actor: Actor = message.actor;
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    });
    let timing: WorkTiming | undefined;
    await this.#answer(
      message.requestId,
      () =>
        Promise.race([
          this.#host.runCommand(message.name, message.args, { signal: controller.signal, actor }, (took) => {
            timing = took;
          }),
          aborted,
        ]),
      () => timing,
    );
    clearTimeout(deadline);
    this.#calls.delete(message.requestId);
  }

  async #answer(
    requestId: number,
    work: () => Promise<unknown>,
    timing: () => WorkTiming | undefined = () => undefined,
  ): Promise<void> {
    const reply = (outcome: Outcome<unknown>) => {
      const took = timing();
      this.#link.send({ type: 'reply', requestId, outcome, ...(took === undefined ? {} : { timing: took }) });
    };
    try {
      const result = await work();
      reply({ ok: true, result });
    } catch (error) {
      if (!(error instanceof SignalboxError)) {
        const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#host.logger.log('error', 'command', 'command_defect', stack);
      }
      reply({ ok: false, error: toWireError(error) });
    }
  }

  #sendLogs(records: readonly LogRecord[]): void {
    this.#link.send({ type: 'logs', records, dropped: this.#logsDropped });
    this.#logsDropped = 0;
  }

  async #stop(deadlineMs: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#host.logger.log('info', 'daemon', 'draining', `Draining for at most ${deadlineMs} ms`);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    try {
      await this.#host.running?.drain(controller.signal);
    } catch (error) {
      this.#host.logger.log('error', 'daemon', 'drain_failed', toWireError(error).message);
    }
    clearTimeout(timer);
    this.#sendSummary();
    this.#logs.flush();
    await this.#host.close();
    await this.#link.flush();
    process.exit(0);
  }
}
