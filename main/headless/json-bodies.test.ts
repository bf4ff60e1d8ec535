/** Which bodies are read, and what is answered to the others. */
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readJson } from './read-json.ts';

/** Reads a body of at most 20 bytes that comes in these pieces. */
async function read(pieces: readonly string[], type?: string) {
  const request = Object.assign(new PassThrough(), {
    headers: type === undefined ? {} : { 'content-type': type },
  });
  const body = readJson(request as unknown as IncomingMessage, 20);
  for (const piece of pieces) request.write(piece);
  request.end();
  return await body;
}
const refused = (status: number, code: string, message: string) => ({
  ok: false,
  status,
  error: { code, message },
});
const NOT_JSON = refused(
  415,
  'bad_request',
  'The body must be JSON, sent with "Content-Type: application/json".',
);

test.each([['application/json'], ['application/json; charset=utf-8'], ['Application/JSON ;x=y']])(
  'a body of type "%s" is read, however it is cut',
  async (type) => {
    expect(await read(['{"a"', ':"\u00e9"}'], type)).toEqual({ ok: true, value: { a: '\u00e9' } });
  },
);

test.each(['text/plain', 'application/jsonx', 'x application/json', 'application/x-www-form-urlencoded', ''])(
  'a body of type "%s" is refused, whatever is in it',
  async (type) => {
    expect(await read(['{}'], type)).toEqual(NOT_JSON);
  },
);

test('an empty body is none, with a type or without; one with something in it needs its type', async () => {
  expect(await read([])).toEqual({ ok: true, value: null });
  expect(await read([' \n'], 'application/json')).toEqual({ ok: true, value: null });
  expect(await read(['{}'])).toEqual(NOT_JSON);
});

test('what is no JSON is said to be none', async () => {
  expect(await read(['{a:1}'], 'application/json')).toEqual(
    refused(400, 'bad_request', 'The body is not valid JSON.'),
  );
});

test('a body of exactly the longest length is read, one byte more is too long', async () => {
  const text = JSON.stringify('x'.repeat(18));
  expect(await read([text.slice(0, 7), text.slice(7)], 'application/json')).toEqual({
    ok: true,
    value: 'x'.repeat(18),
  });
  const tooLong = refused(413, 'limit_reached', 'The body may have at most 20 bytes.');
  expect(await read([text, ' '], 'application/json')).toEqual(tooLong);
  expect(await read(['x'.repeat(21)])).toEqual(tooLong);
});

test.each(['error', 'close'])('a body that breaks off with "%s" is said to', async (event) => {
  const request = Object.assign(new PassThrough(), { headers: { 'content-type': 'application/json' } });
  const body = readJson(request as unknown as IncomingMessage, 20);
  request.emit('data', Buffer.from('{}'));
  request.emit(event, new Error('ECONNRESET'));
  expect(await body).toEqual(refused(400, 'bad_request', 'The body ended early.'));
});

test('of a body that is thrown away no more than sixteen megabytes are taken', async () => {
  const request = new PassThrough();
  void readJson(request as unknown as IncomingMessage, 20);
  const piece = Buffer.alloc(999_000);
  for (let n = 0; n < 16; n++) request.emit('data', piece);
  expect(request.destroyed).toBe(false);
  request.emit('data', Buffer.alloc(1));
  expect(request.destroyed).toBe(true);
});
