/**
 * The boundary of the control plane: every request of every transport comes through `handle`, is checked against its
 * schema and the role of whoever asks, answered by the one handler that the table names, and measured. Errors leave as
 * values.
 */
import type { ControlOutcome } from '../../contract/control/messages.ts';
import {
  CONTROL_REQUESTS,
  type ControlRequestName,
  isControlRequest,
} from '../../contract/control/requests.ts';
import { fromWireError, SignalboxError, toWireError } from '../../contract/errors.ts';
import { describeActor } from '../../contract/link/actor.ts';
import { firstProblem } from '../../contract/plain-words.ts';
import { timingText } from '../../contract/work-timing.ts';
import { loopTurn } from '../../daemons/runtime/async/loop-turn.ts';
import type { TracedWork } from '../../daemons/runtime/async/traced-work.ts';
import type { AccessGate } from './access-gate.ts';
import type { Caller } from './caller.ts';
import type { AnswerNotes, HandlerTable } from './handlers/handler-table.ts';
import { CONTROL_LIMITS, type ControlLimits } from './limits.ts';
import type { MainTelemetry } from './main-telemetry.ts';
import type { AuditTrail } from './records/audit-trail.ts';
import { refusedAttempt } from './refused-attempt.ts';

/** What answers are made of. */
export interface ControlServiceParts {
  readonly handlers: HandlerTable;
  readonly gate: AccessGate;
  readonly limits?: Pick<ControlLimits, 'slowRequestMs'>;
  readonly audit: Pick<AuditTrail, 'run'>;
  readonly telemetry: Pick<MainTelemetry, 'requests' | 'requestErrors' | 'requestSeconds' | 'logger'>;
}

/** Answers requests; see {@link CONTROL_REQUESTS}. */
export class ControlService {
  readonly #parts: ControlServiceParts;
  #begun = 0;
  #answered = 0;
  #mostOpen = 0;
  /** Told of each answer when its request came, in milliseconds of `performance.now()`. */
  onAnswered: (startMs: number) => void = () => {};

  constructor(parts: ControlServiceParts) {
    this.#parts = parts;
  }

  /** Requests that came, were answered, and were without an answer at once at most. */
  get counts(): { readonly begun: number; readonly answered: number; readonly mostOpen: number } {
    return { begun: this.#begun, answered: this.#answered, mostOpen: this.#mostOpen };
  }

  /** Answers one request. Never rejects. */
  async handle(name: string, args: unknown, caller: Caller): Promise<ControlOutcome<unknown>> {
    const { telemetry } = this.#parts;
    const start = performance.now();
    this.#begun++;
    this.#mostOpen = Math.max(this.#mostOpen, this.#begun - this.#answered);
    let audited = true;
    const notes: AnswerNotes = {
      notAudited() {
        audited = false;
      },
    };
    const answer = await loopTurn.trace(
      isControlRequest(name) ? name : 'unknown request',
      describeActor(caller.actor),
      () => this.#answer(name, args, caller, notes),
      (traced) => this.#tellSlow(traced),
    );
    const outcome = audited ? answer : ({ ...answer, audited: false } as const);
    this.#answered++;
    this.onAnswered(start);
    telemetry.requests.add();
    telemetry.requestSeconds.recordSince(start);
    if (!outcome.ok) telemetry.requestErrors.add();
    return outcome;
  }

  async #answer(
    name: string,
    args: unknown,
    caller: Caller,
    notes: AnswerNotes,
  ): Promise<ControlOutcome<unknown>> {
    if (!isControlRequest(name)) {
      const message = `There is no request "${name}".`;
      return { ok: false, error: { code: 'unknown_request', message } };
    }
    const parsed = CONTROL_REQUESTS[name].args.safeParse(args ?? {});
    if (!parsed.success) {
      const message = `${name}: ${firstProblem(parsed.error)}`;
      return { ok: false, error: { code: 'bad_request', message } };
    }
    try {
      await this.#requireAccess(name, parsed.data, caller, notes);
      // The schema that was just applied belongs to the same name as the handler; the compiler cannot see that.
      const handler = this.#parts.handlers[name] as (
        args: unknown,
        caller: Caller,
        notes: AnswerNotes,
      ) => unknown;
      return { ok: true, result: await handler(parsed.data, caller, notes) };
    } catch (error) {
      if (!(error instanceof SignalboxError)) this.#logDefect(name, error);
      return { ok: false, error: toWireError(error) };
    }
  }

  /** Throws `access_denied` where the caller's role may not do this; an attempt to change something is written down. */
  async #requireAccess(
    name: ControlRequestName,
    args: Readonly<Record<string, unknown>>,
    { actor }: Caller,
    notes: AnswerNotes,
  ): Promise<void> {
    const { gate, audit } = this.#parts;
    const denial = gate.request(name, args, actor);
    if (denial === null) return;
    const attempt = refusedAttempt(gate, name, args, actor);
    const refuse = () => Promise.reject(fromWireError(denial));
    await (attempt === null ? refuse() : audit.run(attempt, notes, refuse));
  }

  /** One that took long is told with its time in queue and in work, under the key that the audit trail has it by. */
  #tellSlow(traced: TracedWork): void {
    const { ms, work, connection, auditKey } = traced;
    const { limits = CONTROL_LIMITS, telemetry } = this.#parts;
    if (ms < limits.slowRequestMs) return;
    const timing = traced.timing(ms);
    telemetry.logger.log(
      'info',
      'control',
      'slow_command',
      `${work} of ${connection}: ${timingText(timing)}`,
      {
        request: work,
        caller: connection,
        ms: Math.round(ms),
        queue_ms: timing.queueMs,
        work_ms: timing.workMs,
        ahead: timing.ahead.map(({ name, count }) => `${name} x ${count}`).join(', '),
        ...(auditKey === '' ? {} : { audit: auditKey }),
      },
    );
  }

  #logDefect(name: string, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#parts.telemetry.logger.log('error', 'control', 'request_defect', `${name}: ${stack}`);
  }
}
