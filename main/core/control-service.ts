/**
 * The boundary of the control plane: every request of every transport comes through `handle`, is checked against its
 * schema, answered by the one handler that the table names, and measured. Errors leave as values.
 */
import {
  CONTROL_REQUESTS,
  type ControlOutcome,
  type ControlRequestName,
} from '../../contract/control-api.ts';
import { SignalboxError, toWireError } from '../../contract/errors.ts';
import { firstProblem } from '../../contract/plain-words.ts';
import type { Caller } from './caller.ts';
import type { AnswerNotes, HandlerTable } from './handlers/handler-table.ts';
import type { MainTelemetry } from './main-telemetry.ts';

/** Answers requests; see {@link CONTROL_REQUESTS}. */
export class ControlService {
  readonly #handlers: HandlerTable;
  readonly #telemetry: MainTelemetry;

  constructor(handlers: HandlerTable, telemetry: MainTelemetry) {
    this.#handlers = handlers;
    this.#telemetry = telemetry;
  }

  /** Answers one request. Never rejects. */
  async handle(name: string, args: unknown, caller: Caller): Promise<ControlOutcome<unknown>> {
    const start = performance.now();
    let audited = true;
    const notes: AnswerNotes = {
      notAudited() {
        audited = false;
      },
    };
    const answer = await this.#answer(name, args, caller, notes);
    const outcome = audited ? answer : ({ ...answer, audited: false } as const);
    this.#telemetry.requests.add();
    this.#telemetry.requestSeconds.recordSince(start);
    if (!outcome.ok) this.#telemetry.requestErrors.add();
    return outcome;
  }

  async #answer(
    name: string,
    args: unknown,
    caller: Caller,
    notes: AnswerNotes,
  ): Promise<ControlOutcome<unknown>> {
    if (!Object.hasOwn(CONTROL_REQUESTS, name)) {
      const message = `There is no request "${name}".`;
      return { ok: false, error: { code: 'unknown_request', message } };
    }
    const request = name as ControlRequestName;
    const parsed = CONTROL_REQUESTS[request].safeParse(args ?? {});
    if (!parsed.success) {
      const message = `${name}: ${firstProblem(parsed.error)}`;
      return { ok: false, error: { code: 'bad_request', message } };
    }
    try {
      // The schema that was just applied belongs to the same name as the handler; the compiler cannot see that.
      const handler = this.#handlers[request] as (
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

  #logDefect(name: string, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#telemetry.logger.log('error', 'control', 'request_defect', `${name}: ${stack}`);
  }
}
