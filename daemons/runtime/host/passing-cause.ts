/**
 * Which failures pass by themselves: a full disk, no descriptors, a lock, an address that is not there yet. What fails to
 * start for such a reason is tried again; what is configured wrongly waits for a person. Used where a daemon's start fails.
 */
import { SignalboxError, toWireError, type WireError } from '../../../contract/errors.ts';

/** System error codes (errno and resolver) of want of a resource. */
const PASSING: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EAGAIN',
  'EBUSY',
  'ETXTBSY',
  // The interface comes up after the daemon.
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
]);

/** Longest chain of causes that is followed. */
const MAX_DEPTH = 8;

/** The system's code of the passing failure behind `thrown`, its causes included; null where there is none. */
export function passingCause(thrown: unknown): string | null {
  let error = thrown;
  for (let depth = 0; depth < MAX_DEPTH && error instanceof Error; depth++) {
    if ('code' in error && typeof error.code === 'string' && PASSING.has(error.code)) return error.code;
    error = error.cause;
  }
  return null;
}

/** Why a start failed, as main is told: with the code `unavailable` where the cause passes by itself. */
export function startFailure(thrown: unknown): WireError {
  const wire = toWireError(thrown);
  const cause = passingCause(thrown);
  if (cause === null || (thrown instanceof SignalboxError && thrown.code === 'unavailable')) return wire;
  return { code: 'unavailable', message: wire.message, detail: { ...wire.detail, cause } };
}
