/**
 * Takes a changed configuration file over, in all running daemons or in none. Every daemon checks its table before any
 * changes anything; then addresses change hands, so that two daemons can exchange theirs; only then is the new document the
 * one in force. A document that was refused is never used, at a restart neither. The control plane makes one.
 */
import type { z } from 'zod';
import { asOneError, eachMistake } from '../../../contract/config-mistakes.ts';
import type { ControlResults } from '../../../contract/control/requests.ts';
import { fromWireError, type Outcome, type WireError } from '../../../contract/errors.ts';
import {
  type HeldAddress,
  type ReloadOutcome,
  type ReloadStep,
  reloadBegunSchema,
  reloadOutcomeSchema,
  stepDoneSchema,
} from '../../../contract/link/reload.ts';
import { firstProblem } from '../../../contract/plain-words.ts';
import type { ControlLimits } from '../limits.ts';
import type { DaemonSession } from '../supervision/daemon-session.ts';
import type { ManagedDaemon } from '../supervision/managed-daemon.ts';
import { EVERYTHING } from '../supervision/pending-restart.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { addressIn, type Holder, holderOf, inUse } from './address-holder.ts';
import type { ConfigDocument } from './config-document.ts';
import { type ConfigStore, locateIn } from './config-store.ts';

/** What a reload works with. */
export interface ConfigReloadParts {
  readonly store: ConfigStore;
  readonly supervisor: Supervisor;
  readonly limits: ControlLimits;
  /** Who listens now: daemons, and the host itself. */
  readonly holders: () => readonly Holder[];
  /** Hears of the mistake in the file, or that there is none. */
  readonly onError: (error: WireError | null) => void;
}

/** A daemon that takes part, with the process that it had when the reload began. */
interface Part {
  readonly daemon: ManagedDaemon;
  readonly session: DaemonSession;
  readonly input: unknown;
}

/** Reloads, one at a time. */
export class ConfigReload {
  readonly #parts: ConfigReloadParts;
  #last: Promise<unknown> = Promise.resolve();
  /** Processes that left a step unanswered. */
  readonly #silent = new WeakSet<DaemonSession>();

  constructor(parts: ConfigReloadParts) {
    this.#parts = parts;
  }

  /** Reads the file and takes it over. Throws SignalboxError; the configuration in force stays then. */
  run(): Promise<ControlResults['config.reload']> {
    const next = this.#last.then(() => this.#reload());
    this.#last = next.catch(() => {});
    return next;
  }

  async #reload(): Promise<ControlResults['config.reload']> {
    const { store, onError } = this.#parts;
    const read = await store.read();
    if (!read.ok) throw this.#refused(read.error);
    const document = read.result;
    const parts = this.#takingPart(document);
    const error = await this.#prepare(parts);
    if (error !== null) {
      const located = locateIn(document, store.file, error);
      throw this.#refused(await this.#takeBack(parts, located));
    }
    const { changed } = store.accept(document);
    onError(null);
    this.#parts.supervisor.helpRunning();
    const outcomes = await Promise.all(
      parts.map(async (part) => ({
        part,
        outcome: answerOf(reloadOutcomeSchema, await this.#step(part, 'commit')),
      })),
    );
    const daemons = outcomes.map(({ part, outcome }) => {
      const { id } = part.daemon;
      // The document is in force: a daemon that failed now runs on with what it had, and the others do not.
      const { applied, restartRequired, warnings } = outcome.ok
        ? outcome.result
        : notTaken(id, outcome.error);
      const waiting = part.daemon.reloaded(restartRequired);
      const news = [...applied, ...waiting, ...warnings].length > 0 || changed.some((one) => one.id === id);
      return news ? { id, applied, restartRequired: waiting, warnings } : null;
    });
    return { daemons: [...daemons, ...this.#late(document, parts)].filter((one) => one !== null) };
  }

  /** Daemons that were started during the reload, with settings that were in force until now. */
  #late(document: ConfigDocument, parts: readonly Part[]): ControlResults['config.reload']['daemons'] {
    const late = this.#takingPart(document).filter(
      ({ session }) => !parts.some((part) => part.session === session),
    );
    return late.flatMap(({ daemon }) => {
      const waiting = daemon.reloaded([EVERYTHING]);
      return waiting.length === 0
        ? []
        : [{ id: daemon.id, applied: [], restartRequired: waiting, warnings: [] }];
    });
  }

  /**
   * Every running daemon, also one whose table is as it was: the files that it names (certificates, the message of the day)
   * may be others now. One that is starting takes part when it is ready.
   */
  #takingPart(document: ConfigDocument): Part[] {
    const { supervisor } = this.#parts;
    return supervisor.snapshots().flatMap(({ id }) => {
      const daemon = supervisor.find(id);
      const session = daemon?.session ?? null;
      if (daemon === null || session === null || daemon.state === 'stopping') return [];
      return [{ daemon, session, input: document.daemons.get(id)?.input ?? {} }];
    });
  }

  /** Everything that can fail; null when it went well. */
  async #prepare(parts: readonly Part[]): Promise<WireError | null> {
    const begun = await this.#all(parts, 'begin', reloadBegunSchema);
    if (!begun.ok) return begun.error;
    const held = begun.result.flatMap(({ held }) => held);
    if (held.length === 0) return null;
    const foreign = held.find((address) => !address.own && !this.#isOurs(address, parts));
    if (foreign !== undefined) return this.#named(inUse(foreign, null));
    const released = await this.#all(parts, 'release', stepDoneSchema);
    if (!released.ok) return released.error;
    const bound = await this.#all(parts, 'bind', stepDoneSchema);
    return bound.ok ? null : this.#named(bound.error);
  }

  /** Whether a daemon that takes part holds an address: it may be about to give it up. */
  #isOurs(address: HeldAddress, parts: readonly Part[]): boolean {
    const holder = holderOf(this.#parts.holders(), address);
    return holder !== null && parts.some(({ daemon }) => daemon.id === holder);
  }

  /** With the daemon that holds an address, should it be one of ours. */
  #named(error: WireError): WireError {
    const address = error.code === 'address_in_use' ? addressIn(error) : null;
    if (address === null) return error;
    return inUse(address, holderOf(this.#parts.holders(), address));
  }

  /** Undoes what the daemons have begun; answers `error`, with what could not be undone. */
  async #takeBack(parts: readonly Part[], error: WireError): Promise<WireError> {
    // What was opened anew may stand where another daemon was before.
    const answering = parts.filter(({ session }) => !this.#silent.has(session));
    // One that did not answer in time does it when it can; nobody waits for it again.
    for (const part of parts) {
      if (answering.includes(part)) continue;
      void this.#step(part, 'undo');
      void this.#step(part, 'restore');
    }
    await Promise.all(answering.map((part) => this.#step(part, 'undo')));
    const restored = await Promise.all(answering.map((part) => this.#step(part, 'restore')));
    const lost = restored.flatMap((outcome) =>
      // A daemon that has ended meanwhile opens its listeners when it starts.
      outcome.ok || addressIn(outcome.error) === null ? [] : [outcome.error.message],
    );
    if (lost.length === 0) return error;
    return { ...error, message: `${error.message}. And what was open before: ${lost.join('; ')}` };
  }

  #refused(error: WireError): Error {
    this.#parts.store.refuse(error);
    this.#parts.onError(error);
    return fromWireError(error);
  }

  /** Has all take a step, whose answer `schema` describes. */
  async #all<Schema extends z.ZodType>(
    parts: readonly Part[],
    step: ReloadStep,
    schema: Schema,
  ): Promise<Outcome<z.output<Schema>[]>> {
    const outcomes = await Promise.all(
      parts.map(async (part) => answerOf(schema, await this.#step(part, step))),
    );
    const results: z.output<Schema>[] = [];
    const errors: WireError[] = [];
    for (const outcome of outcomes) {
      if (outcome.ok) results.push(outcome.result);
      else errors.push(outcome.error);
    }
    // What is wrong with the file is told as a whole; of other failures the first one will do.
    const mistakes = errors.filter(({ code }) => code === 'config_invalid').flatMap(eachMistake);
    const error = asOneError(mistakes) ?? errors[0];
    return error === undefined ? { ok: true, result: results } : { ok: false, error };
  }

  async #step({ daemon, session, input }: Part, step: ReloadStep): Promise<Outcome<unknown>> {
    const request = { type: 'reload', step, ...(step === 'begin' ? { config: input } : {}) } as const;
    const outcome = await session.request(
      request,
      `the reload of ${daemon.id} (${step})`,
      this.#parts.limits.reloadMs,
    ).outcome;
    if (outcome.ok) this.#silent.delete(session);
    else if (outcome.error.code === 'timeout') this.#silent.add(session);
    return outcome;
  }
}

/** An answer of the declared shape; what is none is a defect of the daemon, said as such. */
function answerOf<Schema extends z.ZodType>(
  schema: Schema,
  outcome: Outcome<unknown>,
): Outcome<z.output<Schema>> {
  if (!outcome.ok) return outcome;
  const parsed = schema.safeParse(outcome.result);
  if (parsed.success) return { ok: true, result: parsed.data };
  const message = `the daemon answered what main does not know: ${firstProblem(parsed.error)}`;
  return { ok: false, error: { code: 'internal', message } };
}

/** What is said of a daemon that failed at the last step. */
function notTaken(id: string, { message }: WireError): ReloadOutcome {
  const warning = `${id} has not taken the new settings over: ${message}`;
  return { applied: [], restartRequired: [EVERYTHING], warnings: [warning] };
}
