/** How settings are described in messages: by hand-written words for every shape that zod produces. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type ConfigSchema,
  describeExpected,
  findUnknownKeys,
  nearest,
  schemaOf,
  schemasAt,
} from './expectations.ts';

const words = (schema: z.ZodType, got?: unknown) => describeExpected(schemaOf(schema), [], got);

test.each<[z.ZodType, string | null]>([
  [z.boolean(), 'true or false'],
  [z.literal('tray'), '"tray"'],
  [z.literal(3), '3'],
  [z.enum(['a', 'b']), 'one of "a", "b"'],
  [z.object({}), 'a table'],
  [z.record(z.string(), z.number()), 'a table'],
  [z.string(), 'text'],
  [z.string().min(1), 'text of at least 1 characters'],
  [z.string().min(0), 'text'],
  [z.string().max(9), 'text of at most 9 characters'],
  [z.string().min(2).max(9), 'text of 2 to 9 characters'],
  [z.string().min(0).max(9), 'text of 0 to 9 characters'],
  [z.array(z.string()), 'a list'],
  [z.array(z.string()).min(1), 'a list of at least 1 entries'],
  [z.array(z.string()).max(4), 'a list of at most 4 entries'],
  [z.array(z.string()).min(2).max(4), 'a list of 2 to 4 entries'],
  [z.number(), 'a number'],
  [z.number().min(2), 'a number of at least 2'],
  [z.number().max(5), 'a number of at most 5'],
  [z.number().min(2).max(5), 'a number from 2 to 5'],
  [z.number().min(0).max(0), 'a number from 0 to 0'],
  [z.number().positive(), 'a number above 0'],
  [z.number().gt(2).max(5), 'a number above 2, at most 5'],
  [z.number().int(), 'a number'],
  [z.number().int().min(1), 'a number of at least 1'],
  [z.number().int().max(5), 'a number of at most 5'],
  [z.union([z.string(), z.array(z.string())]), 'text or a list'],
  [z.union([z.string(), z.string()]), 'text'],
  [z.union([z.literal('a'), z.union([z.number(), z.boolean()])]), '"a" or a number or true or false'],
  [z.string().optional(), 'text'],
  [z.unknown(), null],
])('%#: a setting is described in words', (schema, expected) => {
  expect(words(schema)).toBe(expected);
});

test('that a number must be whole is said to a number alone', () => {
  const port = z.number().int().min(0).max(65_535);
  expect(words(port, 1.5)).toBe('a whole number from 0 to 65535');
  expect(words(port, 'x')).toBe('a number from 0 to 65535');
  expect(words(port)).toBe('a number from 0 to 65535');
  expect(words(z.number().max(3), 5)).toBe('a number of at most 3');
});

test('a schema with a list of types names them all', () => {
  const schema: ConfigSchema = { type: ['string', 'boolean'], minLength: 1 };
  expect(describeExpected(schema, [])).toBe('text of at least 1 characters or true or false');
});

const nested = z.object({
  list: z.array(z.object({ port: z.number() })),
  pair: z.tuple([z.string(), z.boolean()]),
  open: z.record(z.string(), z.boolean()),
  either: z.union([z.object({ a: z.string() }), z.object({ a: z.number() })]),
});

test.each<[(string | number)[], string | null]>([
  [['list'], 'a list'],
  [['list', 0], 'a table'],
  [['list', 7, 'port'], 'a number'],
  [['pair', 0], 'text'],
  [['pair', 1], 'true or false'],
  [['open', 'whatever'], 'true or false'],
  [['either', 'a'], 'text or a number'],
  [['either', 'b'], null],
  [['nope'], null],
  [['constructor'], null],
  [['list', 'port'], null],
])('what stands at %j is looked up', (path, expected) => {
  expect(describeExpected(schemaOf(nested), path)).toBe(expected);
  expect(schemasAt(schemaOf(nested), path).length > 0).toBe(expected !== null);
});

test('keys that nobody knows are found in the order of the document, with what they resemble', () => {
  const schema = schemaOf(
    z.object({
      host: z.string().optional(),
      list: z.array(z.object({ port: z.number().optional() })).optional(),
      open: z.record(z.string(), z.object({ name: z.string() })).optional(),
      loose: z.looseObject({ a: z.string().optional() }).optional(),
      text: z.string().optional(),
    }),
  );
  const value = {
    hots: 1,
    list: [{ port: 1 }, { prt: 1, zzzzzz: 2 }],
    open: { anything: { nam: 'x' } },
    loose: { whatever: 1 },
    text: { deep: 1 },
    host: new Date(0),
  };
  expect(findUnknownKeys(schema, value)).toEqual([
    { path: ['hots'], suggestion: 'host' },
    { path: ['list', 1, 'prt'], suggestion: 'port' },
    { path: ['list', 1, 'zzzzzz'], suggestion: null },
    { path: ['open', 'anything', 'nam'], suggestion: 'name' },
  ]);
  expect(findUnknownKeys(schema, null)).toEqual([]);
  expect(findUnknownKeys(schema, 'text')).toEqual([]);
});

test('a key that one of two forms of a table knows is known', () => {
  const schema = schemaOf(
    z.object({ at: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]) }),
  );
  expect(findUnknownKeys(schema, { at: { a: 'x', b: 'y', c: 'z' } })).toEqual(
    [{ path: ['at', 'c'], suggestion: 'a' }].map((one) => ({ ...one, suggestion: null })),
  );
});

test.each<[string, string | null]>([
  ['port', 'port'],
  ['prot', 'port'],
  ['por', 'port'],
  ['ports', 'port'],
  ['xport', 'port'],
  ['pxxt', 'port'],
  ['pxxx', null],
  ['portxx', 'port'],
  ['portxxx', null],
  ['ho', 'host'],
  ['hostname', null],
])('the nearest to %s is %s', (word, expected) => {
  expect(nearest(word, ['listen', 'port', 'host'])).toBe(expected);
});

test('of two that are as near the first is meant, and a word that is nothing but edits is not', () => {
  expect(nearest('bat', ['cat', 'hat'])).toBe('cat');
  expect(nearest('hut', ['cat', 'hat'])).toBe('hat');
  expect(nearest('xy', ['ab'])).toBeNull();
  expect(nearest('', ['a', 'ab'])).toBeNull();
  expect(nearest('a', [])).toBeNull();
});

/** Edits by the definition, without a table. */
function edits(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const same = a[0] === b[0] ? 0 : 1;
  return Math.min(edits(a.slice(1), b.slice(1)) + same, edits(a.slice(1), b) + 1, edits(a, b.slice(1)) + 1);
}

test('what is suggested is at most two edits away, and nothing else is nearer', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 4 }), (typed, known) => {
      const found = nearest(typed, known);
      const near = known.filter((one) => edits(typed, one) <= 2 && edits(typed, one) < one.length);
      if (found === null) expect(near).toEqual([]);
      else expect(edits(typed, found)).toBe(Math.min(...near.map((one) => edits(typed, one))));
    }),
    { numRuns: 300 },
  );
});
