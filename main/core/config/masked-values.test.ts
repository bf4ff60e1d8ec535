/** Which values are masked, by the schema, wherever the secret stands. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { schemaOf } from './expectations.ts';
import { maskSecrets, maskText, secretPaths, touchesSecret } from './secrets.ts';
import { tomlPlaces } from './toml-places.ts';

const secret = <Schema extends z.ZodType>(schema: Schema) => schema.meta({ secret: true });
const schema = schemaOf(
  z.object({
    plain: z.string(),
    key: secret(z.string()).optional(),
    keys: z.array(secret(z.string())).optional(),
    pair: z.tuple([z.string(), secret(z.string())]).optional(),
    users: z.array(z.object({ name: z.string(), hash: secret(z.string()) })).optional(),
    by: z.record(z.string(), secret(z.string())).optional(),
    vault: secret(z.object({ a: z.string() })).optional(),
    either: z.union([z.string(), z.object({ hash: secret(z.string()) })]).optional(),
    open: z.record(z.string(), z.string()).optional(),
    both: z.intersection(z.object({ a: z.string() }), z.object({ b: secret(z.string()) })).optional(),
  }),
);
const value = {
  plain: 'p',
  key: 'S',
  keys: ['S', 'S'],
  pair: ['p', 'S'],
  users: [{ name: 'ann', hash: 'S' }, { name: 'bob' }],
  by: { ann: 'S' },
  vault: { a: 'S' },
  either: { hash: 'S' },
  open: { a: 'p' },
  both: { a: 'p', b: 'S' },
  date: new Date(0),
  nothing: null,
};
const R = '[redacted]';

test('every secret is masked, everything else is copied', () => {
  expect(maskSecrets(value, schema)).toEqual({
    plain: 'p',
    key: R,
    keys: [R, R],
    pair: ['p', R],
    users: [{ name: 'ann', hash: R }, { name: 'bob' }],
    by: { ann: R },
    vault: R,
    either: { hash: R },
    open: { a: 'p' },
    both: { a: 'p', b: R },
    date: new Date(0),
    nothing: null,
  });
  expect([maskSecrets(undefined, schema), maskSecrets(null, schema), maskSecrets(5, schema)]).toEqual([
    undefined,
    null,
    5,
  ]);
  // What is not there is no secret.
  expect(maskSecrets({ key: null, vault: undefined }, schema)).toEqual({ key: null, vault: undefined });
});

test('the places of all secrets are known, in the order of the document, below what they stand in', () => {
  expect(secretPaths(value, schema, ['d']).map((path) => path.join('.'))).toEqual([
    'd.key',
    'd.keys.0',
    'd.keys.1',
    'd.pair.1',
    'd.users.0.hash',
    'd.by.ann',
    'd.vault',
    'd.either.hash',
    'd.both.b',
  ]);
  expect(secretPaths({ key: null, date: new Date(0) }, schema, [])).toEqual([]);
  expect(secretPaths('text', schema, [])).toEqual([]);
});

test.each<[(string | number)[], boolean]>([
  [[], true],
  [['plain'], false],
  [['key'], true],
  [['key', 'x', 'y'], true],
  [['keys'], true],
  [['keys', 3], true],
  [['pair'], true],
  [['pair', 0], false],
  [['pair', 1], true],
  [['users'], true],
  [['users', 0], true],
  [['users', 0, 'name'], false],
  [['users', 0, 'hash'], true],
  [['by'], true],
  [['by', 'ann'], true],
  [['vault'], true],
  [['vault', 'a'], true],
  [['either'], true],
  [['open'], false],
  [['open', 'a'], false],
  [['both'], true],
  [['both', 'a'], false],
  [['nope'], false],
])('what stands at %j may be secret: %s', (path, expected) => {
  expect(touchesSecret(schema, path)).toBe(expected);
});

test('of a text all secrets are masked at once, and nothing is shown where the place of one is not known', () => {
  const text = 'a = "one"\nb = { c = """two\ntwo""" } # d\ne = 3\n[t]\nx = 1\n';
  const places = tomlPlaces(text);
  expect(maskText(text, places, [['a'], ['e'], ['b', 'c']])).toBe(
    `a = "${R}"\nb = { c = "${R}" } # d\ne = "${R}"\n[t]\nx = 1\n`,
  );
  expect(maskText(text, places, [])).toBe(text);
  for (const unknown of [['t'], ['nope']]) {
    expect(maskText(text, places, [['a'], unknown])).toBeNull();
    expect(maskText(text, places, [unknown, ['a']])).toBeNull();
  }
});
