/** The shape of the handler table: one function a request of the control API, its arguments checked already. */
import type { z } from 'zod';
import type {
  CONTROL_REQUESTS,
  ControlRequestName,
  ControlResults,
} from '../../../contract/control/requests.ts';
import type { Caller } from '../caller.ts';

/** What a handler says about its answer beside the result. */
export interface AnswerNotes {
  /** What was done is not in the audit trail, because that cannot be written. */
  notAudited(): void;
}

/** Throws SignalboxError for what the caller should read. */
export type Handler<Name extends ControlRequestName> = (
  args: z.output<(typeof CONTROL_REQUESTS)[Name]['args']>,
  caller: Caller,
  answer: AnswerNotes,
) => ControlResults[Name] | Promise<ControlResults[Name]>;

/** A handler for every request. */
export type HandlerTable = { readonly [Name in ControlRequestName]: Handler<Name> };

/** The part of the table that one file answers. */
export type Handlers<Names extends ControlRequestName> = Pick<HandlerTable, Names>;
