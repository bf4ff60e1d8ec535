/**
 * Writes down every command and lifecycle action: who, from where, what with secrets masked, how it ended, how long it
 * took, and what it did to the metrics that the command declares as its effects.
 */
import type { z } from 'zod';
import type { Actor, AuditReport } from '../../../daemons/contract/daemon-link.ts';
import { toWireError } from '../../../daemons/contract/errors.ts';
import type { NewAuditEntry } from '../../../daemons/contract/history-batch.ts';
import { counted } from '../../../daemons/runtime/impact-text.ts';
import type { Clock } from '../clock.ts';
import { schemaOf } from '../config/expectations.ts';
import { maskSecrets } from '../config/secrets.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../limits.ts';
import type { MetricsStore } from './metrics-store.ts';

/** An action about to happen. */
export interface AuditedAction {
  readonly actor: Actor;
  readonly action: string;
  readonly target: string;
  readonly command?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** Metrics of the target that the action is expected to move. */
  readonly effects?: readonly string[];
}

const OUTCOME_CHARS = CONTROL_LIMITS.auditOutcomeChars;

/** Writes an entry for each action; that of a command with effects follows when they have been measured. */
export class AuditTrail {
  readonly #metrics: MetricsStore;
  readonly #clock: Clock;
  readonly #limits: ControlLimits;
  readonly #write: (entry: NewAuditEntry) => void;
  readonly #measuring = new Set<Promise<void>>();
  #closing: (() => void) | null = null;
  readonly #closed: Promise<void>;

  /** `write` gets each finished entry. */
  constructor(
    metrics: MetricsStore,
    clock: Clock,
    limits: ControlLimits,
    write: (entry: NewAuditEntry) => void,
  ) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#limits = limits;
    this.#write = write;
    this.#closed = new Promise((resolve) => {
      this.#closing = resolve;
    });
  }

  /** Does `work` and writes down how it went. Throws what `work` throws. */
  async run<T>(action: AuditedAction, work: () => Promise<T>): Promise<T> {
    const time = this.#clock.now();
    const start = this.#clock.monotonic();
    const before = this.#figures(action);
    const finish = (ok: boolean, outcome: string) => {
      const entry = this.#entry(action, time, ok, outcome, this.#clock.monotonic() - start);
      if (!ok || before.length === 0) this.#write(entry);
      else this.#measure(entry, action.target, before);
    };
    try {
      const result = await work();
      finish(true, shortForm(result));
      return result;
    } catch (error) {
      const { code, message } = toWireError(error);
      finish(false, `${code}: ${message}`);
      throw error;
    }
  }

  /** Writes down what a daemon's own operator did by its protocol. */
  report(daemon: string, report: AuditReport): void {
    this.#write({
      time: this.#clock.now(),
      actor: report.actor,
      from: daemon,
      action: 'command',
      target: daemon,
      command: report.command,
      args: report.args,
      ok: report.ok,
      outcome: report.outcome.slice(0, OUTCOME_CHARS),
      durationMs: 0,
      effects: [],
    });
  }

  /** Writes entries that still wait for a measurement, with what is known. */
  async close(): Promise<void> {
    this.#closing?.();
    await Promise.all(this.#measuring);
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
      actor: action.actor.name,
      from: action.actor.from,
      action: action.action,
      target: action.target,
      command: action.command ?? '',
      args: action.args ?? {},
      ok,
      outcome: outcome.slice(0, OUTCOME_CHARS),
      durationMs: Math.round(durationMs * 1000) / 1000,
      effects: [],
    };
  }

  #figures(action: AuditedAction): { metric: string; value: number }[] {
    const found: { metric: string; value: number }[] = [];
    for (const metric of action.effects ?? []) {
      const value = this.#metrics.figure(action.target, metric);
      if (value !== null) found.push({ metric, value });
    }
    return found;
  }

  /** Waits for a summary that was taken after the command, then writes. */
  #measure(entry: NewAuditEntry, target: string, before: readonly { metric: string; value: number }[]): void {
    const measuring = Promise.race([
      this.#metrics.next(target, this.#limits.effectWaitMs),
      this.#closed,
    ]).then(() => {
      const effects = before.map(({ metric, value }) => ({
        metric,
        before: value,
        after: this.#metrics.figure(target, metric) ?? value,
      }));
      this.#write({ ...entry, effects });
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
