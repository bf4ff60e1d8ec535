/** Which status and headers an answer has. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../contract/errors.ts';
import { refuseUpgrade, sendError, sendOutcome, sendStatus, sendText, statusOf } from './http-answers.ts';

function response() {
  const sent = { writeHead: vi.fn(), end: vi.fn() };
  return { sent, response: sent as unknown as ServerResponse };
}
const JSON_ANSWER = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

test('each error has the status that fits, and a conflict with how things are is 409', () => {
  const fitting: Partial<Record<ErrorCode, number>> = {
    bad_request: 400,
    unauthorized: 401,
    forbidden: 403,
    access_denied: 403,
    unknown_request: 404,
    unknown_daemon: 404,
    unknown_command: 404,
    not_found: 404,
    renamed_command: 410,
    limit_reached: 429,
    internal: 500,
    timeout: 504,
  };
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
    expect([code, statusOf({ code, message: '' })]).toEqual([code, fitting[code] ?? 409]);
});

test('an outcome is JSON that nobody keeps, under its own status or the one that is given', () => {
  const good = response();
  sendOutcome(good.response, { ok: true, result: 5 });
  expect(good.sent.writeHead).toHaveBeenCalledExactlyOnceWith(200, JSON_ANSWER);
  expect(good.sent.end).toHaveBeenCalledExactlyOnceWith('{"ok":true,"result":5}');
  const bad = response();
  sendError(bad.response, 'busy', 'later');
  expect(bad.sent.writeHead).toHaveBeenCalledExactlyOnceWith(409, JSON_ANSWER);
  expect(bad.sent.end).toHaveBeenCalledExactlyOnceWith(
    '{"ok":false,"error":{"code":"busy","message":"later"}}',
  );
  const other = response();
  sendError(other.response, 'bad_request', 'x', 405);
  expect(other.sent.writeHead).toHaveBeenCalledExactlyOnceWith(405, JSON_ANSWER);
});

test('a text and a status alone are kept by nobody either', () => {
  const text = response();
  sendText(text.response, 503, 'not ready\n');
  expect(text.sent.writeHead).toHaveBeenCalledExactlyOnceWith(503, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  });
  expect(text.sent.end).toHaveBeenCalledExactlyOnceWith('not ready\n');
  const status = response();
  sendStatus(status.response, 204);
  expect(status.sent.writeHead).toHaveBeenCalledExactlyOnceWith(204, { 'cache-control': 'no-store' });
});

test('an upgrade that will not happen is answered in whole, and its socket closed', async () => {
  const socket = new PassThrough();
  refuseUpgrade(socket as unknown as Socket, { code: 'not_found', message: 'nö' });
  let text = '';
  for await (const bytes of socket) text += String(bytes);
  const [head = '', body] = text.split('\r\n\r\n');
  const [first, ...lines] = head.split('\r\n');
  expect(first).toBe('HTTP/1.1 404 Not Found');
  expect(body).toBe('{"ok":false,"error":{"code":"not_found","message":"nö"}}');
  expect(lines).toEqual(
    expect.arrayContaining([
      'content-type: application/json; charset=utf-8',
      'cache-control: no-store',
      `content-length: ${Buffer.byteLength(body ?? '')}`,
      'connection: close',
      'x-frame-options: DENY',
    ]),
  );
  expect(socket.destroyed).toBe(true);
});

test('its socket is closed also where the other end keeps its own open and reads nothing', async () => {
  const socket = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done(), autoDestroy: false });
  refuseUpgrade(socket as unknown as Socket, { code: 'not_found', message: '' });
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
