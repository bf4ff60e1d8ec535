/** Errors: their codes, and what they are inside a process and between processes. */
import type { WireError } from './wire-error.ts';

/**
 * The one table of error codes that cross a boundary (link, control API, CLI, window). A code never changes its
 * meaning; the message says what was wrong, what was expected and what to do.
 */
export const ERROR_CODES = {
  bad_request: 'The arguments do not have the shape that this request declares.',
  unknown_request: 'No request of that name exists.',
  unknown_daemon: 'No daemon of that id is registered.',
  unknown_command: 'The daemon declares no command of that name.',
  renamed_command: 'The command has another name now; the message says which.',
  confirmation_required: 'This disturbs users and must be confirmed; `detail.impact` says what it would do.',
  not_running: 'The daemon is not running, so it cannot do this.',
  already_running: 'The daemon is running or starting already.',
  busy: 'The daemon is in a state that does not allow this now.',
  not_found: 'What the command names does not exist.',
  conflict: 'What the command would create exists already.',
  refused: 'The daemon understood and declined; the message says why.',
  timeout: 'No answer arrived before the deadline.',
  cancelled: 'The request was cancelled by the one who made it.',
  init_failed: 'The daemon could not be initialised.',
  unavailable:
    'What it needs is not there now (disk, lock, descriptors, address); it is tried again by itself.',
  crashed: 'The daemon ended while the request was outstanding.',
  config_invalid: 'The configuration has a mistake; file, line and key are named.',
  config_unreadable: 'The configuration file cannot be read.',
  history_paused: 'The recorder is down; history cannot be read until it is back.',
  data_unusable:
    'A newer Signalbox wrote this data folder or backup, or it is damaged, half restored or cannot be used.',
  unauthorized: 'The caller has not proved who it is.',
  access_denied: 'The role of whoever asks does not have the access that this needs; `detail` names both.',
  forbidden: 'The caller is known and may not do this.',
  address_in_use: 'Another process listens on that address, or a connection that goes out has its port.',
  unsupported: 'This host or platform cannot do that.',
  audit_unavailable:
    'The audit trail cannot be written, so this was not done; reading, start, stop, kill and ban still work.',
  not_saved: 'It is in force but not on disk: it holds only until the restart, and saving is tried again.',
  limit_reached: 'A named limit would be exceeded.',
  no_instance: 'No running Signalbox uses that data directory.',
  internal: 'A defect in Signalbox; the log has the details.',
} as const;

/** A stable error code; see {@link ERROR_CODES} for what each means. */
export type ErrorCode = keyof typeof ERROR_CODES;

export type { WireError };

/** The exception form of {@link WireError}, thrown inside a process and turned into data at its boundary. */
export class SignalboxError extends Error {
  readonly code: ErrorCode;
  readonly detail: WireError['detail'];

  constructor(
    code: ErrorCode,
    message: string,
    options: { detail?: WireError['detail']; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SignalboxError';
    this.code = code;
    this.detail = options.detail;
  }
}

/** Any thrown value as a {@link WireError}; what is not a SignalboxError becomes `internal` with its message. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof SignalboxError) {
    return { code: thrown.code, message: thrown.message, detail: thrown.detail };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message };
}

/** The exception for a {@link WireError} that arrived from another process. */
export function fromWireError(error: WireError): SignalboxError {
  return new SignalboxError(error.code, error.message, { detail: error.detail });
}

/** What the result of a command warns of in its member `warning`, such as a ban that is not on disk; null for none. */
export function warningIn(result: unknown): WireError | null {
  if (typeof result !== 'object' || result === null || !('warning' in result)) return null;
  const { warning } = result;
  if (typeof warning !== 'object' || warning === null) return null;
  return 'code' in warning && 'message' in warning ? (warning as WireError) : null;
}

/** Either a result or an error: the only form in which an answer crosses a boundary. */
export type Outcome<T> =
  | { readonly ok: true; readonly result: T }
  | { readonly ok: false; readonly error: WireError };

/** Codes that say nothing of what was asked: whoever was asked could not answer now. */
const NO_ANSWER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['timeout', 'busy', 'cancelled', 'internal']);

/**
 * Why something would be refused, by the answer to the question what it would do; null where it would not, or where
 * nobody could say: a daemon that does not answer keeps nobody from acting.
 */
export function refusalIn(answer: Outcome<unknown>): WireError | null {
  return answer.ok || NO_ANSWER.has(answer.error.code) ? null : answer.error;
}
