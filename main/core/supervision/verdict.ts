/**
 * Why a daemon process ended, said in one sentence. A session collects what the launcher, the daemon and the operator
 * said about it; this file settles them into one verdict.
 */
import type { WireError } from '../../../contract/errors.ts';
import type { ProcessEnd } from '../daemon-launcher.ts';

/** What a session knows when its process has ended. */
export interface EndEvidence {
  readonly end: ProcessEnd;
  /** Main asked it to stop. */
  readonly stopRequested: boolean;
  /** The daemon said by itself that it stops, and why. */
  readonly announced: string | null;
  /** The daemon said `failed`, or spoke another protocol. */
  readonly refusal: WireError | null;
  /** Why main killed it, where it did. */
  readonly killReason: string | null;
  readonly becameReady: boolean;
}

/**
 * `stopped`: as intended. `refused`: it cannot start as it is configured, and trying again would not help.
 * `unavailable`: it cannot start now, for a cause that passes by itself. `crashed`: anything else.
 */
export interface Verdict {
  readonly kind: 'stopped' | 'refused' | 'unavailable' | 'crashed';
  /** One sentence; null for an end as intended. */
  readonly cause: string | null;
  readonly error: WireError | null;
}

/** The verdict: a refusal comes first, then what main or the daemon meant to do, then how the process ended. */
export function settleVerdict(evidence: EndEvidence): Verdict {
  const { end, killReason, refusal } = evidence;
  if (refusal !== null) {
    const kind = refusal.code === 'unavailable' ? 'unavailable' : 'refused';
    return { kind, cause: refusal.message, error: refusal };
  }
  if (evidence.stopRequested) {
    if (killReason !== null) return { kind: 'stopped', cause: killReason, error: null };
    if (end.exitCode === 0) return { kind: 'stopped', cause: null, error: null };
    return { kind: 'stopped', cause: `${describeEnd(end)} while stopping`, error: null };
  }
  if (evidence.announced !== null && end.exitCode === 0) {
    return { kind: 'stopped', cause: evidence.announced, error: null };
  }
  if (end.unavailable !== undefined) {
    const cause = describeEnd(end);
    return { kind: 'unavailable', cause, error: { code: 'unavailable', message: cause } };
  }
  const how = killReason ?? describeEnd(end);
  const cause = evidence.becameReady || killReason !== null ? how : `${how} before it was ready`;
  return { kind: 'crashed', cause, error: { code: 'crashed', message: cause } };
}

/** Such as `killed by signal SIGKILL` or `exited with code 1 (oom)`. */
function describeEnd(end: ProcessEnd): string {
  const reason = end.reason === null ? '' : ` (${end.reason})`;
  if (end.signal !== null) return `killed by signal ${end.signal}${reason}`;
  if (end.exitCode !== null) return `exited with code ${end.exitCode}${reason}`;
  return end.reason === null ? 'ended without a reason' : `could not run: ${end.reason}`;
}
