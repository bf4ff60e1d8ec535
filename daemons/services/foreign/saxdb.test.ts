/** X3's text database is read as X3 reads it, and where it is broken the line is said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listIn, numberIn, objectIn, readSaxdb, type SaxObject, type SaxValue, textIn } from './saxdb.ts';

const text = fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((one) => one.replaceAll('\0', ''));
const { object } = fc.letrec<{ value: SaxValue; object: SaxObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, text, fc.array(text, { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
}));

/** As the writer of X3 has it, but for where it breaks lines. */
function written(value: SaxObject, space: string): string {
  return [...value].map(([name, one]) => `${quoted(name)}${space}${valueText(one, space)};${space}`).join('');
}

function valueText(value: SaxValue, space: string): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Map) return `{${space}${written(value, space)}}`;
  return `(${(value as readonly string[]).map(quoted).join(`,${space}`)})`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\\': '\\\\', '"': '\\"', '\t': '\\t' };

function quoted(one: string): string {
  return `"${[...one].map((character) => ESCAPES[character] ?? character).join('')}"`;
}

it('reads what X3 writes, whatever stands between', () => {
  const space = fc.constantFrom(' ', '\n', '\t // no record; "\n', ' /* nor * this */ ', ' = ');
  fc.assert(
    fc.property(object, space, (value, between) => {
      // An equals sign stands behind names alone.
      const plain = between === ' = ' ? ' ' : between;
      expect(readSaxdb(written(value, plain))).toEqual(value);
    }),
  );
  expect(readSaxdb('"a" = "b"; "c"="d";')).toEqual(
    new Map([
      ['a', 'b'],
      ['c', 'd'],
    ]),
  );
});

it.each([
  ['"a\\101\\7\\400"', 'aA\x07 0'],
  ['"\\x41\\x4g\\xz"', 'A\x04g\\xz'],
  ['"\\a\\b\\f\\v\\r\\q"', '\x07\b\f\v\r\\q'],
])('reads %s as C has it', (quote, read) => {
  expect(textIn(readSaxdb(`"k" ${quote};`), 'k')).toBe(read);
});

it.each([
  ['"a" "b"', 'line 1: expected ; and found the end of the file'],
  ['"a" "b";\n"c" d;', 'line 2: expected ", { or ( and found d'],
  ['"a" {\n"b" "c";\n', 'line 3: the file ends where a record or } was expected'],
  ['"a" "b\n";', 'line 1: a text has no end on its line'],
  ['"a" ("b" "c");', 'line 1: expected , or ) and found "'],
  ['"a" ("b"', 'line 1: expected , or ) and found the end of the file'],
  ['a', 'line 1: expected " and found a'],
  ['"a" "b\\', 'line 1: a text has no end on its line'],
  ['"a"', 'line 1: expected ", { or ( and found the end of the file'],
  ['"a" {'.repeat(40), 'line 1: more than 32 records in each other'],
])('says what is wrong with %j', (broken, why) => {
  expect(() => readSaxdb(broken)).toThrow(why);
});

it('never does anything but read or say what is wrong', () => {
  const piece = fc.constantFrom(
    '"',
    '{',
    '}',
    '(',
    ')',
    ';',
    ',',
    '=',
    '\\',
    'x',
    '\n',
    '/*',
    '*/',
    '//',
    '7',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        expect(readSaxdb(pieces.join(''))).toBeInstanceOf(Map);
      } catch (error) {
        expect((error as Error).message).toMatch(/^line \d+: /);
      }
    }),
  );
});

describe('what is wanted of records', () => {
  const read = readSaxdb('"t" "x"; "n" "12"; "l" ("a", "b"); "o" { "k" "v"; }; "t" "later";');
  it('is there, or nothing where it is something else', () => {
    expect([textIn(read, 't'), textIn(read, 'l'), textIn(read, 'no')]).toEqual(['later', null, null]);
    expect([numberIn(read, 'n'), numberIn(read, 't'), numberIn(read, 'o')]).toEqual([12, null, null]);
    expect([listIn(read, 'l'), listIn(read, 't')]).toEqual([['a', 'b'], []]);
    expect([textIn(objectIn(read, 'o'), 'k'), objectIn(read, 'l').size]).toEqual(['v', 0]);
  });
});
