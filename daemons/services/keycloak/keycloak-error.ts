/** What a call of Keycloak fails with: the code says what it means for the caller, the rest whether and by whom it is tried again. */
import { type ErrorCode, SignalboxError } from '../../../contract/errors.ts';
import type { Verdict } from '../../runtime/async/resilience.ts';

export interface KeycloakErrorOptions {
  /** HTTP status of the answer; null where there was none. */
  readonly status?: number | null;
  /** Whether the same call may succeed after a while. */
  readonly passes?: boolean;
  /** What it says of Keycloak. Default `answer`. */
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
