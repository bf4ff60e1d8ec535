/** The shape of the handler table: one function a request of the control API, its arguments checked already. */
import type { z } from 'zod';
import type {
  CONTROL_REQUESTS,
  ControlRequestName,
  ControlResults,
} from '../../../daemons/contract/control-api.ts';
import type { Caller } from '../caller.ts';

/** Throws SignalboxError for what the caller should read. */
export type Handler<Name extends ControlRequestName> = (
  args: z.output<(typeof CONTROL_REQUESTS)[Name]>,
  caller: Caller,
) => ControlResults[Name] | Promise<ControlResults[Name]>;

/** A handler for every request. */
export type HandlerTable = { readonly [Name in ControlRequestName]: Handler<Name> };

/** The part of the table that one file answers. */
export type Handlers<Names extends ControlRequestName> = Pick<HandlerTable, Names>;
