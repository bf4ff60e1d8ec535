/** How a request of the control API is defined: once, with everything that is said of it. Used by the domains beside this file. */
import type { z } from 'zod';
import type { Access } from '../access.ts';
import type { ErrorCode } from '../errors.ts';
import type { Unrecorded } from '../manifest.ts';

/** The type of a result, which is not checked at run time: main is trusted by those who ask it. */
export interface ResultType<Result> {
  readonly of?: Result;
}

/** Names the type of a request's result. */
export function resultType<Result>(): ResultType<Result> {
  return {};
}

/** One request. */
export interface RequestDefinition<Args extends z.ZodObject = z.ZodObject, Result = unknown> {
  readonly summary: string;
  /** What it needs; `command`: what the command that it names needs. */
  readonly access: Access | 'command';
  /** Whom it disturbs, in words; null where that is nobody. */
  readonly danger: string | null;
  /** Whether it leaves an entry in the audit trail, also when it was refused for want of access. */
  readonly audited: boolean;
  /** How the audit trail says that it was done: see `sentence.ts`. What leaves no entry has none, and commands have their own. */
  readonly sentence?: string;
  /**
   * What becomes of it while the audit trail cannot be written; `command`: what the manifest says of the command. A request
   * that leaves no entry runs.
   */
  readonly unrecorded: Unrecorded | 'command';
  readonly args: Args;
  readonly result: ResultType<Result>;
  /** Codes that it may be answered with beside {@link COMMON_ERRORS}. */
  readonly errors: readonly ErrorCode[];
  /** Arguments that a test asks it with, and the reference page shows. */
  readonly example: z.input<Args>;
}

/** Keeps the literal types of a definition. */
export function defineRequest<
  Args extends z.ZodObject,
  Result,
  Needed extends Access | 'command',
  Then extends Unrecorded | 'command',
>(
  definition: RequestDefinition<Args, Result> & { readonly access: Needed; readonly unrecorded: Then },
): RequestDefinition<Args, Result> & { readonly access: Needed; readonly unrecorded: Then } {
  return definition;
}

/** Codes that any request may be answered with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'bad_request',
  'unauthorized',
  'forbidden',
  'access_denied',
  'limit_reached',
  'internal',
];
