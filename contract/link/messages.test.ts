import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { arbitraryOf } from '../test-arbitrary.ts';
import { fromDaemonSchema } from './from-daemon.ts';
import { toDaemonSchema } from './to-daemon.ts';

const messages = [
  ...toDaemonSchema.options.map((schema) => ['to a daemon', typeOf(schema), toDaemonSchema, schema] as const),
  ...fromDaemonSchema.options.map(
    (schema) => ['from a daemon', typeOf(schema), fromDaemonSchema, schema] as const,
  ),
];

function typeOf(schema: { readonly shape: { readonly type: z.ZodLiteral } }): string {
  return String(schema.shape.type.value);
}

test.each(messages)('what is sent %s as %s arrives whole', (_way, _type, border, schema) => {
  fc.assert(
    fc.property(arbitraryOf(schema), (message) => {
      expect(border.parse(structuredClone(message))).toStrictEqual(message);
    }),
    { numRuns: 50 },
  );
});

const strict = messages.filter(([, type]) => type !== 'hello');

test.each(strict)(
  'a field that %s nobody declared for %s is refused, not lost',
  (_way, _type, border, schema) => {
    fc.assert(
      fc.property(arbitraryOf(schema), (message) => {
        const more = { ...(message as object), undeclared: [] };
        expect(border.safeParse(more).error?.issues[0]).toMatchObject({ code: 'unrecognized_keys' });
      }),
      { numRuns: 10 },
    );
  },
);

test('a process of another version is told apart by its number, whatever else it says', () => {
  const hello = { type: 'hello', protocol: 99, id: 'ircd', pid: 1, runtime: 'node 30', region: 'eu' };
  expect(fromDaemonSchema.parse(hello)).toMatchObject({ protocol: 99, id: 'ircd' });
});
