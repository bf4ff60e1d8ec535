import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { type KeyPath, tomlPlaces } from './toml-places.ts';

const DOCUMENT = `# comment with [table] = "x"
title = "a # b" # [not.a.table]
"quoted key" = 1

[ircd]
motd = """
line [ircd.fake]
key = 1 \\""" still
"""
listen = [
  { host = "::1", port = 6667 }, # first
  { host = "127.0.0.1",
    port = "abc" },
]
a.b.c = 1

[[ircd.class]]
name = 'local'
match = ["127.0.0.0/8"]

[[ircd.class]]
name = "world"
[ircd.class.limits]
send = 5

[[relay.rooms]]
[[relay.rooms.members]]
id = 1
[[relay.rooms.members]]
id = 2
[[relay.rooms]]
[[relay.rooms.members]]
id = 3
`;

test.each<[KeyPath, number]>([
  [['title'], 2],
  [['quoted key'], 3],
  [['ircd'], 5],
  [['ircd', 'motd'], 6],
  [['ircd', 'listen'], 10],
  [['ircd', 'listen', 0], 11],
  [['ircd', 'listen', 0, 'port'], 11],
  [['ircd', 'listen', 1, 'host'], 12],
  [['ircd', 'listen', 1, 'port'], 13],
  [['ircd', 'a', 'b', 'c'], 15],
  [['ircd', 'class', 0, 'name'], 18],
  [['ircd', 'class', 0, 'match', 0], 19],
  [['ircd', 'class', 1], 21],
  [['ircd', 'class', 1, 'name'], 22],
  [['ircd', 'class', 1, 'limits', 'send'], 24],
  [['relay', 'rooms', 0, 'members', 1, 'id'], 30],
  [['relay', 'rooms', 1, 'members', 0, 'id'], 33],
])('%j stands on line %i', (path, line) => {
  // The document is one that the real parser takes.
  expect(() => parse(DOCUMENT)).not.toThrow();
  expect(tomlPlaces(DOCUMENT).lineOf(path)).toBe(line);
});

test.each<[string, string, KeyPath, string]>([
  ['a dotted key', 'a = 1\nircd.tls.port = 7', ['ircd', 'tls', 'port'], '2:10'],
  ['what a dotted key makes', 'a = 1\nircd.tls.port = 7', ['ircd', 'tls'], '2:6'],
  ['a quoted key with a dot', '"a.b".\'c d\' = 1', ['a.b', 'c d'], '1:7'],
  ['an inline table', 'x = { a = 1, b.c = { d = 2 } }', ['x', 'b', 'c', 'd'], '1:22'],
  ['an inline table over lines', 'x = {\n  a = 1,\n  b = 2,\n}', ['x', 'b'], '3:3'],
  ['a list over lines', 'x = [\n  1, # one\n\n  2,\n]', ['x', 1], '4:3'],
  ['a list in a list', 'x = [[1], [2, 3]]', ['x', 1, 1], '1:15'],
  ['a header', '[a.b]\n[a . "c"]', ['a', 'c'], '2:6'],
  ['an array of tables', '[[a]]\n[[a]]\n[[a.b]]\n[[a.b]]\nk = 1', ['a', 1, 'b', 1, 'k'], '5:1'],
  ['Windows line ends', 'a = 1\r\n[b]\r\n  c = [\r\n 2]\r\n', ['b', 'c', 0], '4:2'],
  ['what follows a character of two units', 'a = { b = "\u{1f600}", c = 1 }', ['a', 'c'], '1:17'],
])('the place of %s is found', (_what, text, path, place) => {
  expect(() => parse(text)).not.toThrow();
  const found = tomlPlaces(text).placeOf(path);
  expect(`${found?.line}:${found?.column}`).toBe(place);
});

test('the value of a key goes from its first character to its last, whatever stands around it', () => {
  const text = 'a = "\u{1f600}" # "x"\r\nb = [ 1,\r\n 2 ]\r\nc = { d = \'e\' }\r\n[t]\r\nf = """\r\ng"""\r\n';
  const places = tomlPlaces(text);
  const written = (path: KeyPath) => {
    const value = places.valueOf(path);
    return value === null ? null : text.slice(value.start, value.end);
  };
  expect(written(['a'])).toBe('"\u{1f600}"');
  expect(written(['b'])).toBe('[ 1,\r\n 2 ]');
  expect(written(['b', 1])).toBe('2');
  expect(written(['c'])).toBe("{ d = 'e' }");
  expect(written(['c', 'd'])).toBe("'e'");
  expect(written(['t', 'f'])).toBe('"""\r\ng"""');
  expect(written(['t'])).toBeNull();
});

test('tables that are nested without end have no places, instead of ending the process', () => {
  expect(tomlPlaces(`a = ${'['.repeat(200_000)}`).placeOf(['a'])).toBeNull();
});

test('a key that is not written down has the line of its table', () => {
  const lines = tomlPlaces(DOCUMENT);
  expect(lines.lineOf(['ircd', 'class', 1, 'missing'])).toBe(21);
  expect(lines.lineOf(['ircd', 'missing', 'deeper'])).toBe(5);
  expect(lines.lineOf(['nowhere'])).toBeNull();
});

const key = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/),
  fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== '__proto__'),
);
const leaf = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('a\nb', '[x]', '"q"', "it's", '# no', '= 1', '\\', '"""'),
);
const { table } = fc.letrec<{ table: Record<string, unknown>; value: unknown }>((tie) => ({
  table: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    tie('table'),
    fc.array(tie('table'), { maxLength: 3 }),
  ),
}));

/** Paths of everything in `value`, tables and lists included. */
function* pathsOf(value: unknown, path: KeyPath = []): Generator<KeyPath> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* pathsOf(member, [...path, Array.isArray(value) ? Number(name) : name]);
  }
}

test('every key of every document has a line, and the last part of the key is on it', () => {
  fc.assert(
    fc.property(table, (document) => {
      const text = stringify(document);
      const written = parse(text);
      const scanned = tomlPlaces(text);
      const lines = text.split('\n');
      for (const path of pathsOf(written)) {
        const line = scanned.lineOf(path);
        expect(line).not.toBeNull();
        const last = path.at(-1);
        if (typeof last !== 'string' || !/^[A-Za-z0-9_-]+$/.test(last)) continue;
        expect(lines[(line ?? 0) - 1]).toContain(last);
      }
    }),
    { numRuns: 500 },
  );
});

test('a document that is cut off anywhere neither hangs nor throws', () => {
  fc.assert(
    fc.property(fc.nat(DOCUMENT.length), (length) => {
      tomlPlaces(DOCUMENT.slice(0, length)).lineOf(['ircd', 'listen', 1, 'port']);
    }),
  );
});

test.each(['1=[}', 'a = [1 2]', 'a = [[}]'])('%s, which no parser takes, ends the scan', (text) => {
  expect(tomlPlaces(text).lineOf(['nothing'])).toBeNull();
});

test('any text at all neither hangs nor throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]{}=".\'#\n\\ab1, ') }), (text) => {
      tomlPlaces(text).lineOf(['a']);
    }),
    { numRuns: 500 },
  );
});
