/** What a client is told of what the store did not do. */
import type { RefusalName } from '../protocol/status.ts';
import { STORE_PROBLEMS, StoreError, type StoreProblem } from '../store/store-problems.ts';

const STATUS_OF: Readonly<Record<StoreProblem, RefusalName>> = {
  invalid_uri: 'invalid_request',
  uri_too_long: 'uri_too_long',
  not_found: 'not_found',
  // What a link would lead to is not an object here, and whether it exists is nobody's business.
  not_regular: 'not_found',
  conflict: 'invalid_request',
  too_large: 'storage',
  quota: 'storage',
  changed: 'invalid_request',
  denied: 'storage',
  storage: 'storage',
  no_memory: 'out_of_memory',
  unavailable: 'unavailable',
};

/** Why a request was not carried out, as the client is told. */
export interface Refusal {
  readonly status: RefusalName;
  readonly message: string;
}

const BY_PROBLEM = Object.fromEntries(
  (Object.keys(STATUS_OF) as StoreProblem[]).map((problem) => [
    problem,
    { status: STATUS_OF[problem], message: STORE_PROBLEMS[problem] },
  ]),
) as Record<StoreProblem, Refusal>;

/** The answer to a problem of the store. */
export const refusalOf = (problem: StoreProblem): Refusal => BY_PROBLEM[problem];

/** The answer to what the store threw, in its own words; null for a defect. */
export function refusalOfThrown(thrown: unknown): Refusal | null {
  if (!(thrown instanceof StoreError)) return null;
  return { status: STATUS_OF[thrown.problem], message: thrown.message };
}

/** Refusals that are not the store's. */
export const REFUSALS = {
  fdpassOverTcp: {
    status: 'unsupported',
    message: 'FDPASS hands out descriptors, which only a Unix socket can carry; use COPY or SPLICE.',
  },
  spliceOverTls: {
    status: 'unsupported',
    message: 'SPLICE cannot encrypt what the kernel moves; use COPY over TLS.',
  },
  notWritable: {
    status: 'unsupported',
    message:
      'This listener is not writable: it serves modes 1, 2 and 3, and none that puts, deletes, lists or tells. Use one that has writable = true.',
  },
  tokenFirst: {
    status: 'unsupported',
    message: 'Prove the token of this listener first, by mode a of version 2.',
  },
  noTokenHere: {
    status: 'unsupported',
    message: 'This listener wants no token: leave out mode a, or use one that has a token_file.',
  },
  wrongToken: {
    status: 'unsupported',
    message: 'That is not the token of this listener: send what is in its token_file.',
  },
  bodyTooSlow: {
    status: 'timeout',
    message: 'The body came too slowly: see request_seconds and put_bytes_per_second.',
  },
  mayNotRead: { status: 'not_found', message: STORE_PROBLEMS.not_found },
  mayNotWrite: {
    status: 'unsupported',
    message: 'You may not write there: a rule of [[objects.access]] has to name you under write.',
  },
  failed: { status: 'internal', message: 'A defect of the server; its log has the details.' },
} as const satisfies Record<string, Refusal>;

/** The platform lacks what a mode stands on. */
export function withoutNative(mode: 'FDPASS' | 'SPLICE', reason: string): Refusal {
  return { status: 'unsupported', message: `${mode} is not possible here: ${reason}. COPY is.` };
}
