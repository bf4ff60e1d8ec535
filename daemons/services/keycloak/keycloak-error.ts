/** What a call of Keycloak fails with: the code says what it means for the caller, the rest whether and by whom it is tried again. */
import { type ErrorCode, SignalboxError } from '../../../contract/errors.ts';

/**
 * What an error says of Keycloak: that it fails (`fault`), that it is there and declined (`answer`), or `nothing`, since it was not
 * asked for that or was counted already.
 */
export type Verdict = 'fault' | 'answer' | 'nothing';

export interface KeycloakErrorOptions {
  /** HTTP status of the answer; null where there was none. */
  readonly status?: number | null;
  /** Whether the same call may succeed after a while. */
  readonly passes?: boolean;
  /** Default `answer`. */
  readonly says?: Verdict;
  readonly cause?: unknown;
}

export class KeycloakError extends SignalboxError {
  readonly status: number | null;
  readonly passes: boolean;
  readonly says: Verdict;

  constructor(code: ErrorCode, message: string, options: KeycloakErrorOptions = {}) {
    super(code, message, { cause: options.cause });
    this.status = options.status ?? null;
    this.passes = options.passes ?? false;
    this.says = options.says ?? 'answer';
  }
}

/** Keycloak is not asked at present. `detail.retryAt` says when services look whether it is back. */
export class NotAsked extends SignalboxError {
  constructor(why: string, retryAt: number | null) {
    super('unavailable', `Keycloak is not asked now because it failed again and again: ${why}`, {
      detail: retryAt === null ? {} : { retryAt },
    });
  }
}
