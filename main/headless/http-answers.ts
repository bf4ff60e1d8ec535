/** The forms in which the HTTP server answers: JSON outcomes with a fitting status, short texts, nothing at all. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode, Outcome, WireError } from '../../contract/errors.ts';
import { WINDOW_HEADERS } from '../core/window-headers.ts';

/** What a request is answered with when its outcome is an error; any other code is a conflict with how things are. */
const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  access_denied: 403,
  unknown_request: 404,
  unknown_daemon: 404,
  unknown_command: 404,
  renamed_command: 410,
  not_found: 404,
  limit_reached: 429,
  internal: 500,
  timeout: 504,
};

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** The status for an error whose cause nothing else tells. */
export function statusOf(error: WireError): number {
  return HTTP_STATUS[error.code] ?? 409;
}

/** Sends a whole response. */
export function finish(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number>>,
  body?: string | Buffer,
): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** Answers an outcome; the status is the error's own where none is given. */
export function sendOutcome(response: ServerResponse, outcome: Outcome<unknown>, status?: number): void {
  const fitting = outcome.ok ? 200 : statusOf(outcome.error);
  finish(response, status ?? fitting, JSON_HEADERS, JSON.stringify(outcome));
}

/** Answers an error. */
export function sendError(
  response: ServerResponse,
  code: ErrorCode,
  message: string,
  status = statusOf({ code, message }),
): void {
  sendOutcome(response, { ok: false, error: { code, message } }, status);
}

/** Answers a line or more of text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  finish(
    response,
    status,
    { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    text,
  );
}

/** Answers a status alone. */
export function sendStatus(response: ServerResponse, status: number): void {
  finish(response, status, { 'cache-control': 'no-store' });
}

/** Answers an upgrade that will not happen, in the form of {@link sendError}, and closes the socket. */
export function refuseUpgrade(socket: Socket, error: WireError, status = statusOf(error)): void {
  const body = JSON.stringify({ ok: false, error } satisfies Outcome<never>);
  const headers = { ...WINDOW_HEADERS, ...JSON_HEADERS, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  // Node's server has let go of the socket: nobody else would close it on a client that keeps its end open.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
