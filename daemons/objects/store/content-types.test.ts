import { expect, it } from 'vitest';
import { contentTypeOf } from './content-types.ts';

it.each([
  ['a.html', 'text/html'],
  ['images/a.JPG', 'image/jpeg'],
  ['a.tar.gz', 'application/gzip'],
  ['report.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['none', 'application/octet-stream'],
  ['folder.png/none', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  ['a.suffix-that-nobody-knows', 'application/octet-stream'],
  ['a.xyzzy', 'application/octet-stream'],
  ['__proto__', 'application/octet-stream'],
  ['a.__proto__', 'application/octet-stream'],
])('%s is served as %s', (uri, type) => {
  expect(contentTypeOf(uri)).toBe(type);
  expect(contentTypeOf(uri)).toBe(type);
});
