import { expect, it } from 'vitest';
import {
  MAX_ANSWER_HEAD_BYTES,
  writeContentHead,
  writeDescriptorAnswer,
  writeError,
} from '../../daemons/objects/protocol/answer-writer.ts';
import type { Framing } from '../../daemons/objects/protocol/wire.ts';
import { answerBytes, greeting, requestOf } from './load-wire.ts';
import type { Ask } from './messages.ts';

const P2: Framing = { version: 2, dialect: 'programs' };
const copy: Ask = { wire: 'objects', mode: 'copy', uri: 'a' };
const fdpass: Ask = { wire: 'objects', mode: 'fdpass', uri: 'a' };
const http: Ask = { wire: 'http', uri: 'a' };

it('knows from the beginning of an answer how long it is, so that the generator counts no half answers', () => {
  const head = Buffer.alloc(MAX_ANSWER_HEAD_BYTES);
  const end = writeContentHead(head, 0, P2, 1, 5_000_000_000, { sizeBytes: 5_000_000_000 });
  expect(answerBytes(copy, head.subarray(0, end))).toBe(end + 5_000_000_000);
  expect(answerBytes(copy, head.subarray(0, 15))).toBeNull();
  const passed = writeDescriptorAnswer(head, 0, P2, 1, { sizeBytes: 1 });
  expect(answerBytes(fdpass, head.subarray(0, passed))).toBe(passed + 1);
  const response = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n');
  expect(answerBytes(http, response)).toBe(response.length + 7);
  expect(answerBytes(http, response.subarray(0, 20))).toBeNull();
});

it('takes no refusal for an answer', () => {
  const head = Buffer.alloc(MAX_ANSWER_HEAD_BYTES);
  const end = writeError(head, 0, P2, 1, 'not_found', 'gone');
  expect(() => answerBytes(copy, head.subarray(0, end))).toThrow('copy of a with status 1');
  expect(() => answerBytes(http, Buffer.from('HTTP/1.1 404 Not Found\r\n\r\n'))).toThrow(
    'HTTP/1.1 404 Not Found',
  );
});

it('greets an object server, and nobody else', () => {
  expect(greeting(copy, 64)).toEqual({
    bytes: Buffer.from([0x4f, 0x42, 0x4a, 0x4d, 2, 0, 3, 0, 64]),
    answerBytes: 10,
  });
  expect(greeting(http, 64).bytes).toHaveLength(0);
  expect(requestOf(http, 1).toString()).toMatch(/^GET \/a HTTP\/1.1\r\n/);
});
