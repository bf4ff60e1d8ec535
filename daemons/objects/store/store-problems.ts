/** Why the store did not do what it was asked. The network path makes a status of the protocol of each; commands an error. */

import { SignalboxError } from '../../../contract/errors.ts';

/** The table: each problem with what it means. A problem never changes its meaning. */
export const STORE_PROBLEMS = {
  invalid_uri: 'The URI names no object that could be; the message says why.',
  uri_too_long: 'The URI, or the path that it makes, is longer than the protocol or the system allows.',
  not_found: 'No object has that URI.',
  not_regular: 'What is there is no regular file, or a link is on the way to it; links are never followed.',
  conflict: 'An object or a folder of objects is in the way, or the names differ only in case.',
  too_large: 'The object is larger than an object may be.',
  quota: 'A quota of bytes or objects would be exceeded.',
  changed: 'The body was shorter or longer than was said, or the object changed under the request.',
  denied: 'The system does not let this process read or write there.',
  storage: 'The system could not read or write: a full disk, a broken one, a file system that is read-only.',
  no_memory: 'The system has no memory for it.',
  unavailable: 'The store cannot do it now: no descriptors are left, or it is closing.',
} as const;

/** One of {@link STORE_PROBLEMS}. */
export type StoreProblem = keyof typeof STORE_PROBLEMS;

/** What {@link StoreError} says beside the problem. */
export interface StoreErrorOptions {
  /** Of the system, such as `ENOSPC`. */
  readonly systemCode?: string;
  readonly cause?: unknown;
}

/** The exception of the store. The message names the object and is fit for a client: it has no path of the server. */
export class StoreError extends Error {
  readonly problem: StoreProblem;
  /** Of the system, such as `ENOSPC`; null where it did not come from there. */
  readonly systemCode: string | null;

  constructor(problem: StoreProblem, message: string, options: StoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.problem = problem;
    this.systemCode = options.systemCode ?? null;
  }
}

const BY_CODE: Readonly<Record<string, StoreProblem>> = {
  ENOENT: 'not_found',
  ENOTDIR: 'not_found',
  ELOOP: 'not_regular',
  // openat2 with RESOLVE_BENEATH where the way leads out of the root.
  EXDEV: 'not_regular',
  EISDIR: 'not_regular',
  // A socket, or a device without a driver.
  ENXIO: 'not_regular',
  ENODEV: 'not_regular',
  ENAMETOOLONG: 'uri_too_long',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOMEM: 'no_memory',
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
  EAGAIN: 'unavailable',
};

/** The system's code in an exception, such as `ENOENT`; an empty text where there is none. */
export function systemCodeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
  return typeof code === 'string' ? code : '';
}

/** What a failure of the system means to the store. */
export function problemOf(systemCode: string): StoreProblem {
  return BY_CODE[systemCode] ?? 'storage';
}

/**
 * A failure of the system, or of the threads that read for the store, as an exception of the store; one of the store is left as it is.
 * @throws what is neither: a defect
 */
export function storeErrorOf(thrown: unknown, what: string): StoreError {
  if (thrown instanceof StoreError) return thrown;
  if (thrown instanceof SignalboxError)
    return new StoreError('unavailable', `${what}: ${thrown.message}`, { cause: thrown });
  const systemCode = systemCodeOf(thrown);
  if (systemCode === '') throw thrown;
  const problem = problemOf(systemCode);
  return new StoreError(problem, `${what}: ${STORE_PROBLEMS[problem]} (${systemCode})`, {
    systemCode,
    cause: thrown,
  });
}
