import { posix, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixProblem, uriProblem, withoutSlash } from './uri.ts';

describe('the URI of an object', () => {
  it.each([
    'a.txt',
    'images/logo.png',
    '100%25.txt',
    'a..b/..c/...d',
    '.hidden',
    'con-verse/auxiliary.txt',
    'ünï/コード/😀',
    'a:b?*"<>|',
    'a b/c d',
    '-rf',
  ])('may be %s', (uri) => {
    expect(uriProblem(uri, 'linux')).toBeNull();
  });

  it.each([
    ['', 'empty'],
    ['a\ud800b', 'not_text'],
    ['a\0b', 'control'],
    ['a\nb', 'control'],
    ['a\x7fb', 'control'],
    ['a\x9bb', 'control'],
    ['..\\etc\\passwd', 'backslash'],
    ['/a', 'empty_segment'],
    ['a//b', 'empty_segment'],
    ['a/', 'empty_segment'],
    ['.', 'dot_segment'],
    ['..', 'dot_segment'],
    ['a/../b', 'dot_segment'],
    ['a/./b', 'dot_segment'],
    ['../a', 'dot_segment'],
    ['a.', 'trailing'],
    ['a /b', 'trailing'],
    ['...', 'trailing'],
    ['con', 'device'],
    ['a/NUL.txt', 'device'],
    ['com1', 'device'],
    ['lpt9.tar.gz', 'device'],
    ['aux .txt', 'device'],
    ['COM¹', 'device'],
    ['CONIN$', 'device'],
    ['.signalbox-tmp/a', 'own'],
    ['a/.Signalbox-TMP-1', 'own'],
  ] as const)('may not be %j', (uri, problem) => {
    expect(uriProblem(uri, 'linux')).toBe(problem);
  });

  it('may not lie in more folders than may be looked at for every request', () => {
    expect(uriProblem(`${'d/'.repeat(63)}a`)).toBeNull();
    expect(uriProblem(`${'d/'.repeat(64)}a`)).toBe('too_deep');
    expect(prefixProblem('d/'.repeat(63))).toBeNull();
    expect(prefixProblem('d/'.repeat(64))).toBe('too_deep');
  });

  it('may not be longer, in bytes', () => {
    expect(uriProblem('a'.repeat(4_097))).toBe('too_long');
    expect(uriProblem(`${'ü'.repeat(127)}/`.repeat(17))).toBe('too_long');
    expect(uriProblem('x'.repeat(256))).toBe('long_segment');
    expect(uriProblem('ü'.repeat(128))).toBe('long_segment');
  });

  it('has no characters on Windows that it could not have there', () => {
    for (const character of '<>:"|?*') expect(uriProblem(`a${character}b`, 'win32')).toBe('windows');
    expect(uriProblem('a-b/c', 'win32')).toBeNull();
  });

  it('may have segments of 255 bytes and 4096 bytes in all', () => {
    expect(uriProblem(`${'y'.repeat(255)}/`.repeat(15) + 'z'.repeat(255), 'linux')).toBeNull();
  });

  it('may begin with one slash, and is the same then', () => {
    expect(withoutSlash('/a/b')).toBe('a/b');
    expect(withoutSlash('a/b')).toBe('a/b');
    expect(uriProblem(withoutSlash('//a'))).toBe('empty_segment');
  });

  it('never leads out of the folder that it is looked for in', () => {
    const part = fc.oneof(
      fc.constantFrom('.', '..', '/', '\\', '\0', '%2e%2e', 'a', ' ', 'con', '...', '\u2024'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
      fc.constantFrom('ä', '\u202e', '\ud83d', '\uff0e\uff0e'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const uri = withoutSlash(parts.join(''));
        if (uriProblem(uri) !== null) return;
        const path = posix.normalize(posix.join('/root', uri));
        expect(path).toBe(`/root/${uri}`);
        expect(uri.split(sep)).not.toContain('..');
      }),
      { numRuns: 400 },
    );
  });
});

describe('the beginning of URIs', () => {
  it.each(['', 'a', 'a/', 'a/b', 'a.', 'co', 'con', 'a/nul', 'a '])('may be %j', (prefix) => {
    expect(prefixProblem(prefix)).toBeNull();
  });

  it.each([
    ['/', 'empty'],
    ['a//', 'empty_segment'],
    ['../', 'dot_segment'],
    ['a/../b', 'dot_segment'],
    ['a\n', 'control'],
    ['nul/', 'device'],
    ['.signalbox-tmp', 'own'],
  ] as const)('may not be %j', (prefix, problem) => {
    expect(prefixProblem(prefix)).toBe(problem);
  });
});
