import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addressWord, isLineText, isLineWord, lineText, lineWord, secret, toLineText } from './line-texts.ts';
import { placesMeet, placeText, strangerAt } from './listen-place.ts';
import { isHostName, listenHost, listenPath, servedName } from './network-addresses.ts';
import { anyCharacter } from './test-characters.ts';

const anyText = fc.string({ unit: anyCharacter, maxLength: 40 });
/** Texts that are mostly what breaks lines. */
const hostile = fc.oneof(
  anyText,
  fc.string({
    unit: fc.constantFrom('a', ' ', ':', '\r', '\n', '\0', '\t', '\u0085', '\ud800', '\u007f', 'é'),
  }),
);

describe('a text of a line', () => {
  test.each(['\r', '\n', '\0', '\u0001', '\u001b[2J', '\u007f', '\u0085', '\ud800'])(
    'may not hold %j',
    (text) => {
      expect(lineText({ max: 100 }).safeParse(`a${text}b`).success).toBe(false);
      expect(lineWord({ max: 100 }).safeParse(`a${text}b`).success).toBe(false);
      expect(addressWord({ max: 100 }).safeParse(`a${text}b`).success).toBe(false);
    },
  );

  it('may hold spaces, tabs, colons in front, formatting and every script, where it stands last', () => {
    for (const text of ['a b', ':a', 'a\tb', '\u0002bold\u0002 \u000304red', 'grüße 👋', '日本語'])
      expect(lineText({ max: 100 }).parse(text)).toBe(text);
  });

  it('may hold none of these where others follow', () => {
    for (const text of ['a b', ':a', 'a\tb', 'a\u00a0b', '\u0002a', 'a\u2028b'])
      expect(lineWord({ max: 100 }).safeParse(text).success, JSON.stringify(text)).toBe(false);
    expect(lineWord({ max: 100 }).parse('#日本語:x')).toBe('#日本語:x');
    expect(addressWord({ max: 100 }).parse('::1')).toBe('::1');
  });

  it('is measured in bytes, and says so once', () => {
    expect(lineText({ max: 4 }).parse('éé')).toBe('éé');
    expect(
      lineText({ max: 4 })
        .safeParse('ééé')
        .error?.issues.map((issue) => issue.message),
    ).toEqual(['expected text of at most 4 bytes']);
    expect(lineText({ max: 4 }).safeParse('abcde').error?.issues).toHaveLength(1);
  });

  it('is either refused or the same on the wire as one line, whatever it is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        if (isLineText(text)) {
          expect(text).not.toMatch(/[\r\n\0]/);
          expect(Buffer.from(text).toString()).toBe(text);
        }
        if (isLineWord(text)) expect(text).not.toMatch(/^:|\s/);
        expect(isLineText(toLineText(text))).toBe(true);
      }),
    );
  });
});

test('a secret is marked in the schema that others read, also behind defaults', () => {
  expect(secret(lineText({ max: 9 })).meta()).toMatchObject({ secret: true });
});

describe('an address to listen on', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'irc.example.org'])(
    'may be %s',
    (host) => {
      expect(listenHost().safeParse(host).success).toBe(true);
    },
  );
  test.each(['*', '', 'a b', '127.0.0.1:80', 'http://x', '[::1]', 'x\n', '-a', '*.example.org'])(
    'may not be %j',
    (host) => {
      expect(listenHost().safeParse(host).success).toBe(false);
    },
  );
});

test('a name under which the dashboard is served is one host name, without wildcard or port', () => {
  for (const name of ['*', '*.example.org', 'example.org:8420', 'https://example.org', '', ' '])
    expect(servedName().safeParse(name).success, name).toBe(false);
  for (const name of ['signalbox.example.org', '192.0.2.1', '[2001:db8::1]', 'localhost'])
    expect(servedName().safeParse(name).success, name).toBe(true);
  expect(isHostName('a..b')).toBe(false);
});

test('two Unix sockets meet at one path however it is written, and never with TCP', () => {
  expect(placesMeet({ path: '/run/a/../irc.sock' }, { path: '/run//./irc.sock' })).toBe(true);
  expect(placesMeet({ path: '/run/irc.sock' }, { path: '/run/irc.sock2' })).toBe(false);
  expect(placesMeet({ path: '/run/irc.sock' }, { host: '::', port: 6667 })).toBe(false);
});

test('a place is shown as what a client connects to', () => {
  expect(placeText({ host: '127.0.0.1', port: 6667 })).toBe('127.0.0.1:6667');
  expect(placeText({ host: '::1', port: 6667 })).toBe('[::1]:6667');
  expect(placeText({ path: '/run/irc.sock' })).toBe('/run/irc.sock');
});

test('a path to listen on is absolute, and short enough for every system', () => {
  expect(listenPath().safeParse('/run/signalbox/irc.sock').success).toBe(true);
  for (const path of ['irc.sock', '/run/', '', `/${'é'.repeat(46)}`, '/a\0b'])
    expect(listenPath().safeParse(path).success, path).toBe(false);
});

test('two listeners meet on one port where their addresses do', () => {
  const meet = (a: string, b: string, port = 6667) => placesMeet({ host: a, port }, { host: b, port });
  for (const [a, b] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::', '0.0.0.0'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['localhost', '127.0.0.1'],
    ['Irc.Example.org', 'irc.example.org'],
  ] as const) {
    expect(meet(a, b), `${a} ${b}`).toBe(true);
    expect(meet(b, a), `${b} ${a}`).toBe(true);
  }
  expect(meet('127.0.0.1', '127.0.0.2')).toBe(false);
  expect(meet('0.0.0.0', '::1')).toBe(false);
  expect(meet('127.0.0.1', '127.0.0.1', 0)).toBe(false);
  expect(placesMeet({ host: '::', port: 1 }, { host: '::', port: 2 })).toBe(false);
});

test('who may hold a place is a connection too, but only of a port that those are given', () => {
  expect(strangerAt({ host: '127.0.0.1', port: 32_767 })).toBe('another process does');
  expect(strangerAt({ path: '/run/irc.sock' })).toBe('another process does');
  expect(strangerAt({ host: '::', port: 32_768 })).toBe(
    'another process does, or a connection that goes out has that port; ports below 32768 are not given to those',
  );
});
