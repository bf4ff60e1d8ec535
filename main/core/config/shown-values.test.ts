/** How a value of the document appears in a message, and where two daemons want one place. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineManifest } from '../../../contract/manifest.ts';
import { parseConfigDocument } from './config-document.ts';

const place = z.object({ host: z.string().default('127.0.0.1'), port: z.number() });
const daemon = (id: string, port: number) =>
  defineManifest({
    id,
    title: id,
    summary: '',
    metrics: [],
    commands: {},
    config: z.object({
      listen: z.array(place).default([{ host: '127.0.0.1', port }]),
      on: z.boolean().optional(),
      tls: z.object({ cert: z.string(), since: z.string().optional() }).optional(),
      any: z.record(z.string(), z.unknown()).optional(),
    }),
    places: ({ listen }) => listen.map((one, index) => ({ ...one, setting: ['listen', index] })),
  });
const registry = [daemon('one', 7000), daemon('two', 7000)];

function check(text: string): string {
  const outcome = parseConfigDocument(text, 's.toml', registry);
  return outcome.ok ? 'ok' : outcome.error.message;
}

test.each([
  ['true', 'true'],
  ['"a\\u007fb\\u0085c\\u2028d\\u2029e"', '"a?b?c?d?e"'],
  ['[1, 2]', 'a list of 2'],
  ['{ a = 1 }', 'a table'],
  ['1979-05-27T07:32:00Z', 'the date 1979-05-27T07:32:00.000Z'],
  ['-inf', '-inf'],
  ['nan', 'nan'],
  ['0.5', '0.5'],
  [`"${'x'.repeat(58)}"`, `"${'x'.repeat(58)}"`],
  [`"${'x'.repeat(59)}"`, `"${'x'.repeat(56)}...`],
])('%s is shown as %s', (written, shown) => {
  if (written === 'true')
    expect(check(`[one]\nlisten = ${written}`)).toBe(`s.toml:2: one.listen: expected a list, got ${shown}`);
  else expect(check(`[one]\non = ${written}`)).toMatch(`one.on: expected true or false, got ${shown}`);
});

test('a date is refused where text belongs, and where anything may stand', () => {
  expect(check('[one]\ntls = { cert = 1979-05-27 }')).toBe(
    's.toml:2: one.tls.cert: expected text, got the date 1979-05-27',
  );
  expect(check('[one]\nany = { a = [1, 1979-05-27] }')).toBe(
    's.toml:2: one.any.a[1]: expected text, got the date 1979-05-27',
  );
  // It is one mistake, though the schema would have seen another one in the same place.
  expect(check('[one]\ntls = { cert = 1979-05-27, zzz = 1 }')).toMatch(
    /zzz: unknown key \(and one more mistake\)$|one more mistake/,
  );
});

test('a missing key is named where its table stands', () => {
  expect(check('[one]\n\n[one.tls]\nsince = "x"')).toBe('s.toml:3: one.tls.cert: missing, expected text');
});

test('two daemons may not want one place, unless it is a default that nobody starts', () => {
  const wants = (id: string) => `[${id}]\nlisten = [{ port = 7000 }]\n`;
  const clash =
    'two.listen[0]: expected a place of its own, got 127.0.0.1:7000, which one.listen[0] has already';
  expect(check('')).toBe('ok');
  expect(check(wants('one'))).toBe('ok');
  expect(check(wants('one') + wants('two'))).toBe(`s.toml:4: ${clash}`);
  expect(check(`[signalbox]\nautostart = ["two"]\n${wants('one')}`)).toBe(`s.toml: ${clash}`);
  expect(check('[signalbox]\nautostart = ["one", "two"]\n')).toBe(`s.toml: ${clash}`);
  expect(
    check('[one]\nlisten = [{ port = 7000 }, { port = 7001 }]\n[two]\nlisten = [{ port = 7001 }]\n'),
  ).toContain('got 127.0.0.1:7001, which one.listen[1] has already');
  // Within one daemon its own schema sees to it.
  expect(check('[one]\nlisten = [{ port = 7000 }, { port = 7000 }]\n')).toBe('ok');
});

test('an unknown table that resembles none is told which there are', () => {
  expect(check('[whatever]\n')).toBe(
    's.toml:1: whatever: unknown table, expected one of signalbox, one, two',
  );
});

test('host names that are none are refused', () => {
  expect(check('[signalbox]\nallowed_hosts = ["irc.example.org", "http://x"]')).toMatch(
    /^s\.toml:2: signalbox\.allowed_hosts\[1\]: .*, got "http:\/\/x"$/,
  );
});

test('what is in force is the text as it was written, its tables, and nothing else', () => {
  const text = '[signalbox]\nallowed_hosts = ["a.example"]\n[one]\non = true\n';
  expect(parseConfigDocument(text, 's.toml', registry)).toEqual({
    ok: true,
    result: {
      text,
      shownText: text,
      autostart: null,
      allowedHosts: ['a.example'],
      onClose: 'tray',
      daemons: new Map([
        ['one', { input: { on: true }, runtime: undefined }],
        ['two', { input: {}, runtime: undefined }],
      ]),
    },
  });
});
