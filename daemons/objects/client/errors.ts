/** What goes wrong for a client, a class for each kind. All of them say in `code` which. */
import type { RefusalName } from '../protocol/status.ts';

/** Anything that this library throws. */
export abstract class ObjectsError extends Error {
  abstract readonly code: string;
}

/** The server answered with a status that is not `ok`. The connection goes on. */
export class ObjectsRefusedError extends ObjectsError {
  override readonly name = 'ObjectsRefusedError';
  override readonly code = 'refused';
  /** Of the table of statuses, such as `not_found`. */
  readonly status: RefusalName;
  /** What was asked for. */
  readonly uri: string;

  /** @param text the server's own words */
  constructor(status: RefusalName, uri: string, text: string) {
    super(`${status}: ${text === '' ? 'the server gave no reason' : text}`);
    this.status = status;
    this.uri = uri;
  }
}

/** There is no connection: it was refused, lost, ended or closed, or the bytes were not of this protocol. */
export class ObjectsConnectionError extends ObjectsError {
  override readonly name = 'ObjectsConnectionError';
  override readonly code = 'connection';
}

/** No answer came in time. What the server did is unknown. */
export class ObjectsDeadlineError extends ObjectsError {
  override readonly name = 'ObjectsDeadlineError';
  override readonly code = 'deadline';
}

/** The call cannot be carried out as it was made; nothing was sent. */
export class ObjectsUsageError extends ObjectsError {
  override readonly name = 'ObjectsUsageError';
  override readonly code = 'usage';
}

/** The object has more bytes than the caller wants in memory. */
export class ObjectsTooLargeError extends ObjectsError {
  override readonly name = 'ObjectsTooLargeError';
  override readonly code = 'too_large';
}
