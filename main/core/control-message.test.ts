/** What is taken for a request. */
import { expect, test } from 'vitest';
import { parseRequest } from './control-message.ts';

test.each<[string, unknown]>([
  ['{"id":1,"name":"status","args":{"a":1}}', { id: 1, name: 'status', args: { a: 1 } }],
  ['{"id":0,"name":"status"}', { id: 0, name: 'status', args: {} }],
  [
    '{"id":1,"name":"x","args":null,"caller":{"terminal":"pts/1"}}',
    { id: 1, name: 'x', args: null, caller: { terminal: 'pts/1' } },
  ],
  ['{"id":-1,"name":"x"}', null],
  ['{"id":1.5,"name":"x"}', null],
  ['{"name":"x"}', null],
  ['{"id":1}', null],
  [`{"id":1,"name":"${'x'.repeat(65)}"}`, null],
  ['null', null],
  ['5', null],
  ['[]', null],
  ['{', null],
  ['', null],
])('%s', (text, request) => {
  expect(parseRequest(text)).toEqual(request);
});
