/** What the store says, in the codes that operators and windows know. */
import { SignalboxError, toWireError } from '../../../contract/errors.ts';
import { STORE_PROBLEMS, StoreError, type StoreProblem } from '../store/store-problems.ts';
import { URI_PROBLEMS, uriProblem, withoutSlash } from '../store/uri.ts';

const CODE_OF: Partial<
  Record<StoreProblem, 'not_found' | 'bad_request' | 'conflict' | 'unavailable' | 'limit_reached'>
> = {
  not_found: 'not_found',
  not_regular: 'not_found',
  invalid_uri: 'bad_request',
  uri_too_long: 'bad_request',
  conflict: 'conflict',
  changed: 'conflict',
  too_large: 'limit_reached',
  quota: 'limit_reached',
  unavailable: 'unavailable',
};

/** What was found, or why not as an exception. */
export function known<Found>(found: Found | StoreProblem, uri: string): Exclude<Found, StoreProblem> {
  if (typeof found !== 'string') return found as Exclude<Found, StoreProblem>;
  const problem = found as StoreProblem;
  const wrong = uriProblem(withoutSlash(uri));
  const why = wrong === null ? `: ${STORE_PROBLEMS[problem]}` : ` ${URI_PROBLEMS[wrong]}`;
  throw new SignalboxError(CODE_OF[problem] ?? 'refused', `${uri}${why}`);
}

/** Anything that was thrown, with a code. */
export function inCodes(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  if (error instanceof StoreError)
    return new SignalboxError(CODE_OF[error.problem] ?? 'refused', error.message, { cause: error });
  const { code, message } = toWireError(error);
  return new SignalboxError(code, message, { cause: error });
}
