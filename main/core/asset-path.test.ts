import { join, resolve, sep } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assetPath, mimeTypeOf } from './asset-path.ts';

const ROOT = resolve('/srv/app/renderer');
const ORIGIN = 'app://signalbox';

test('the root is the page itself', () => {
  expect(assetPath(ROOT, ORIGIN, 'app://signalbox/')).toBe(join(ROOT, 'index.html'));
});

test('a file below the root is found, with query and fragment ignored', () => {
  expect(assetPath(ROOT, ORIGIN, 'app://signalbox/assets/a%20b.js?v=1#x')).toBe(
    join(ROOT, 'assets', 'a b.js'),
  );
});

test.each([
  'app://signalbox/../secret',
  'app://signalbox/..%2fsecret',
  'app://signalbox/%2e%2e/%2e%2e/etc/passwd',
  'app://signalbox/assets/..%5c..%5csecret',
  'app://signalbox/%00',
  'app://signalbox/c:/windows',
  'app://signalbox/%E0%A4%A',
  'app://signalbox.evil/index.html',
  'app://other/index.html',
  'file:///etc/passwd',
  'https://signalbox/index.html',
])('%s never leaves the folder', (url) => {
  const file = assetPath(ROOT, ORIGIN, url);
  expect(file === null || file.startsWith(ROOT + sep)).toBe(true);
  expect(file).not.toBe(join(ROOT, '..', 'secret'));
});

test.each([
  'app://signalbox/..%2fsecret',
  'app://other/index.html',
  'app://signalbox.evil/',
  'app://signalbox/%00',
])('%s is refused', (url) => {
  expect(assetPath(ROOT, ORIGIN, url)).toBeNull();
});

test('no spelling of a path leads out of the folder', () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '.', '/', '%2e', '%2f', '%5c', '\\', '//', '%252e', '\0', ':', 'a'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const file = assetPath(ROOT, ORIGIN, `app://signalbox/${pieces.join('')}`);
      expect(file === null || resolve(file).startsWith(ROOT + sep)).toBe(true);
    }),
  );
});

test('types are known for what a build contains and never guessed for the rest', () => {
  expect(mimeTypeOf('/x/index.HTML')).toBe('text/html; charset=utf-8');
  expect(mimeTypeOf('/x/a.js')).toBe('text/javascript; charset=utf-8');
  expect(mimeTypeOf('/x/unknown.xyz')).toBe('application/octet-stream');
});
