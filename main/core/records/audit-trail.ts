/**
 * Writes down every command and lifecycle action: who, from where, what with secrets masked, how it ended, how long it
 * took, and what it did to the metrics that the command declares as its effects. The entry is in the journal before the
 * action is answered; the effects follow when they have been measured.
 */
import type { z } from 'zod';
import { type Outcome, SignalboxError, toWireError } from '../../../contract/errors.ts';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import { type Actor, describeActor } from '../../../contract/link/actor.ts';
import type { DeedReport, DeedRequest, OperatorDeed } from '../../../contract/link/deeds.ts';
import type { Unrecorded } from '../../../contract/manifest.ts';
import { loopTurn } from '../../../daemons/runtime/async/loop-turn.ts';
import { counted } from '../../../daemons/runtime/host/impact-text.ts';
import type { Counts } from '../../../daemons/runtime/telemetry/counted-instrument.ts';
import type { Clock } from '../../../kit/clock.ts';
import { schemaOf } from '../config/expectations.ts';
import { fileWords, maskSecrets, REDACTED } from '../config/secrets.ts';
import type { AnswerNotes } from '../handlers/handler-table.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../limits.ts';
import type { AuditJournal } from './audit-journal.ts';
import type { MetricsStore } from './metrics-store.ts';

/** An action about to happen. */
export interface AuditedAction {
  readonly actor: Actor;
  readonly action: string;
  readonly target: string;
  readonly command?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** Fields of the result that are written down masked. */
  readonly secretFields?: readonly string[];
  /** Its text is a file that is handed over: only how long it is is written down. */
  readonly handsOver?: boolean;
  /** Metrics of the target that the action is expected to move. */
  readonly effects?: readonly string[];
  /** What to do when the entry cannot be written. */
  readonly unrecorded: Unrecorded;
}

/** An entry and the key under which more may be said of it. */
export type KeyedAuditEntry = NewAuditEntry & { readonly key: string };

/** What an audit trail is made of. */
export interface AuditTrailOptions {
  readonly metrics: MetricsStore;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  /** Null in a host without a recorder, which keeps no trail. */
  readonly journal: Pick<AuditJournal, 'folder' | 'problem' | 'write' | 'writeOrHold'> | null;
  /** Begins the keys of this run; no other run has it. */
  readonly run: string;
  /** Gets each entry, and once more with its effects. */
  readonly publish: (entry: KeyedAuditEntry) => void;
}

const OUTCOME_CHARS = CONTROL_LIMITS.auditOutcomeChars;

/** What the trail says of an action when Signalbox ended before the outcome was written. */
const UNKNOWN_OUTCOME =
  'unknown: Signalbox ended before the outcome was written down; it may have been done or not.';

/** A deed whose beginning is in the journal. */
interface BegunEntry {
  readonly key: string;
  readonly entry: NewAuditEntry;
  /** By the monotonic clock. */
  readonly start: number;
}

/** Writes an entry for each action. */
export class AuditTrail {
  readonly #metrics: MetricsStore;
  readonly #clock: Clock;
  readonly #limits: ControlLimits;
  readonly #options: AuditTrailOptions;
  #entries = 0;
  /** What operators of each daemon have begun, by the number that the daemon gave it. */
  readonly #deeds = new Map<string, Map<number, BegunEntry>>();
  readonly #deedCounts = { submitted: 0, completed: 0, cancelled: 0, rejected: 0, most: 0 };
  readonly #measuring = new Set<Promise<void>>();
  #closing: (() => void) | null = null;
  readonly #closed: Promise<void>;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#closed = new Promise((resolve) => {
      this.#closing = resolve;
    });
  }

  /**
   * Does `work` and writes down how it went; tells `answer` where that cannot be written. Throws what `work` throws, and
   * `audit_unavailable` without doing it where it may not be done unrecorded.
   */
  async run<T>(action: AuditedAction, answer: AnswerNotes, work: () => Promise<T>): Promise<T> {
    const time = this.#clock.now();
    const start = this.#clock.monotonic();
    const key = this.#nextKey();
    if (action.unrecorded === 'refuse')
      this.#begin(key, this.#entry(action, time, false, UNKNOWN_OUTCOME, 0));
    const { traced } = loopTurn;
    if (traced !== null) traced.auditKey = key;
    const before = this.#figures(action);
    const finish = (ok: boolean, outcome: string) => {
      const ms = this.#clock.monotonic() - start;
      const slow = traced !== null && ms >= this.#limits.slowRequestMs ? { timing: traced.timing(ms) } : {};
      const entry = { ...this.#entry(action, time, ok, outcome, ms), ...slow, key };
      if (!this.#write(entry)) answer.notAudited();
      if (ok && before.length > 0) this.#measure(entry, action.target, before);
    };
    try {
      const result = await work();
      const outcome = shortForm(withMasked(result, action.secretFields ?? []));
      finish(true, action.handsOver === true ? fileWords(outcome) : outcome);
      return result;
    } catch (error) {
      const { code, message } = toWireError(error);
      finish(false, `${code}: ${message}`);
      throw error;
    }
  }

  /**
   * Writes down what a daemon's own operator is about to do by its protocol; an error where that cannot be written, and the
   * daemon decides then whether it may be done. {@link endDeed} says what came of it.
   */
  beginDeed(daemon: string, { requestId, ...deed }: Omit<DeedRequest, 'type'>): Outcome<null> {
    const begun = this.#deeds.get(daemon) ?? new Map<number, BegunEntry>();
    this.#deeds.set(daemon, begun);
    const most = this.#limits.deedsBegun;
    if (begun.size >= most) {
      this.#deedCounts.rejected++;
      const message = `${daemon} has not said what came of ${most} deeds of its operators.`;
      return { ok: false, error: { code: 'limit_reached', message } };
    }
    const start = this.#clock.monotonic();
    const entry = this.#deedEntry(daemon, deed, this.#clock.now());
    const key = this.#nextKey();
    const { journal } = this.#options;
    if (journal !== null && !journal.write({ kind: 'begun', key, entry })) {
      const message = `The audit trail in ${journal.folder} cannot be written (${journal.problem}).`;
      return { ok: false, error: { code: 'audit_unavailable', message } };
    }
    begun.set(requestId, { key, entry, start });
    this.#deedCounts.submitted++;
    this.#deedCounts.most = Math.max(this.#deedCounts.most, this.#deedsOpen);
    return { ok: true, result: null };
  }

  /** Writes down what came of a deed, also of one whose beginning could not be written. */
  endDeed(daemon: string, { requestId, ok, outcome, ...deed }: Omit<DeedReport, 'type'>): void {
    const begun = this.#deeds.get(daemon)?.get(requestId);
    if (this.#deeds.get(daemon)?.delete(requestId)) this.#deedCounts.completed++;
    this.#write({
      ...(begun?.entry ?? this.#deedEntry(daemon, deed, this.#clock.now())),
      key: begun?.key ?? this.#nextKey(),
      ok,
      outcome: outcome.slice(0, OUTCOME_CHARS),
      durationMs: begun === undefined ? 0 : this.#msSince(begun.start),
    });
  }

  /** The process of a daemon has ended: nobody will say any more what came of the deeds that it began. */
  daemonEnded(daemon: string): void {
    const begun = this.#deeds.get(daemon);
    this.#deeds.delete(daemon);
    this.#deedCounts.cancelled += begun?.size ?? 0;
    const outcome = `unknown: ${daemon} ended before it said what came of it; it may have been done or not.`;
    for (const { key, entry, start } of begun?.values() ?? [])
      this.#write({ ...entry, key, outcome, durationMs: this.#msSince(start) });
  }

  /** Deeds that were written down and have not ended; those whose daemon ended first are cancelled. */
  get deeds(): Counts<'correlation'> {
    const { most, ...totals } = this.#deedCounts;
    return { depth: this.#deedsOpen, high_water: most, ...totals };
  }

  get #deedsOpen(): number {
    const { submitted, completed, cancelled } = this.#deedCounts;
    return submitted - completed - cancelled;
  }

  /** Writes the effects that still wait for a measurement, with what is known. */
  async close(): Promise<void> {
    this.#closing?.();
    await Promise.all(this.#measuring);
  }

  #nextKey(): string {
    return `${this.#options.run}-${++this.#entries}`;
  }

  /** Writes that something is about to be done, so that it is not done where its end could not be written either. */
  #begin(key: string, entry: NewAuditEntry): void {
    const { journal } = this.#options;
    if (journal === null || journal.write({ kind: 'begun', key, entry })) return;
    const what = entry.command === '' ? entry.action : `${entry.target} ${entry.command}`;
    throw new SignalboxError(
      'audit_unavailable',
      `${what} was not done, because it cannot be written to the audit trail in ${journal.folder} (${journal.problem}). ` +
        'Make room there or restore the folder, and try again. Reading, start, stop, kill and ban work without a record.',
    );
  }

  /** Whether the entry is on disk; one that is not is written when that is possible. */
  #write({ key, ...entry }: KeyedAuditEntry): boolean {
    const { journal, publish } = this.#options;
    const written = journal === null || journal.writeOrHold({ kind: 'entry', key, entry });
    publish({ ...entry, key });
    return written;
  }

  #entry(
    action: AuditedAction,
    time: number,
    ok: boolean,
    outcome: string,
    durationMs: number,
  ): NewAuditEntry {
    return {
      time,
      actor: describeActor(action.actor),
      from: action.actor.from,
      action: action.action,
      target: action.target,
      command: action.command ?? '',
      args: this.#bounded(action.args ?? {}),
      ok,
      outcome: outcome.slice(0, OUTCOME_CHARS),
      durationMs: Math.round(durationMs * 1000) / 1000,
      effects: [],
    };
  }

  /** What the trail says of a deed while nothing is known of its end. */
  #deedEntry(daemon: string, { actor, command, args }: OperatorDeed, time: number): NewAuditEntry {
    return {
      time,
      actor,
      from: daemon,
      action: 'command',
      target: daemon,
      command,
      args: this.#bounded(args),
      ok: false,
      outcome: UNKNOWN_OUTCOME,
      durationMs: 0,
      effects: [],
    };
  }

  #msSince(start: number): number {
    return Math.round((this.#clock.monotonic() - start) * 1000) / 1000;
  }

  #figures(action: AuditedAction): { metric: string; value: number }[] {
    const found: { metric: string; value: number }[] = [];
    for (const metric of action.effects ?? []) {
      const value = this.#metrics.figure(action.target, metric);
      if (value !== null) found.push({ metric, value });
    }
    return found;
  }

  #bounded(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const { length } = JSON.stringify(args);
    return length <= this.#limits.auditArgsChars ? args : { omitted: `${length} characters of arguments` };
  }

  /** Waits for a summary that was taken after the command, then adds what it says. */
  #measure(
    entry: KeyedAuditEntry,
    target: string,
    before: readonly { metric: string; value: number }[],
  ): void {
    const measuring = Promise.race([
      this.#metrics.next(target, this.#limits.effectWaitMs),
      this.#closed,
    ]).then(() => {
      const effects = before.map(({ metric, value }) => ({
        metric,
        before: value,
        after: this.#metrics.figure(target, metric) ?? value,
      }));
      const { journal, publish } = this.#options;
      journal?.writeOrHold({ kind: 'effects', key: entry.key, effects });
      publish({ ...entry, effects });
      this.#measuring.delete(measuring);
    });
    this.#measuring.add(measuring);
  }
}

/** Copies arguments with the values of fields masked that the schema marks as secret. */
export function maskArgs(
  schema: z.ZodObject,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return maskSecrets(args, schemaOf(schema)) as Record<string, unknown>;
}

/** Copies a result with some of its fields masked. */
function withMasked(result: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0 || typeof result !== 'object' || result === null) return result;
  return { ...result, ...Object.fromEntries(fields.map((field) => [field, REDACTED])) };
}

function shortForm(result: unknown): string {
  if (result === null || result === undefined) return 'ok';
  if (typeof result === 'object' && 'rows' in result && Array.isArray(result.rows)) {
    return counted(result.rows.length, 'row');
  }
  if (typeof result === 'object' && 'text' in result && typeof result.text === 'string') return result.text;
  if (typeof result === 'object' && 'state' in result && typeof result.state === 'string')
    return result.state;
  return typeof result === 'string' ? result : JSON.stringify(result);
}
