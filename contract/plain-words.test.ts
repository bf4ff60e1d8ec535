import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { CONTROL_REQUESTS } from './control/requests.ts';
import { allProblems, firstProblem } from './plain-words.ts';

const problem = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? null : firstProblem(parsed.error);
};

test.each<[z.ZodType, unknown, string]>([
  [z.string(), 5, 'expected text, got a number'],
  [z.object({ id: z.string() }), {}, 'id: missing, expected text'],
  [z.object({ a: z.array(z.number()) }), { a: [1, 'x'] }, 'a.1: expected a number, got text'],
  [z.string().min(1), '', 'expected text that is not empty'],
  [z.string().max(1), 'abc', 'expected text of at most 1 character'],
  [z.number().int(), 1.5, 'expected a whole number, got a fraction'],
  [z.number().int().max(10), 11, 'expected a number of at most 10'],
  [z.number().positive(), 0, 'expected a number above 0'],
  [z.array(z.string()).min(1), [], 'expected a list that is not empty'],
  [z.array(z.string()).max(2), ['a', 'b', 'c'], 'expected a list of at most 2 entries'],
  [z.enum(['a', 'b']), 'c', 'expected one of "a", "b"'],
  [z.literal(true), false, 'expected true'],
  [z.boolean(), null, 'expected true or false, got null'],
  [z.strictObject({}), { x: 1 }, 'unknown key "x"'],
  [
    z.union([z.string(), z.number()]),
    true,
    'expected text, got true or false, or expected a number, got true or false',
  ],
  [z.string().refine(() => false, 'a rule of its own'), 'x', 'a rule of its own'],
])('%# wrong value is said in plain words', (schema, value, words) => {
  expect(problem(schema, value)).toBe(words);
});

test('everything that is wrong stands in one line', () => {
  const parsed = z.object({ a: z.string(), b: z.number() }).safeParse({ a: 1 });
  expect(parsed.success ? '' : allProblems(parsed.error)).toBe(
    'a: expected text, got a number; b: missing, expected a number',
  );
});

test('no request of the control API is answered in the words of a library, or with what was sent', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(CONTROL_REQUESTS)), fc.jsonValue(), ({ args }, value) => {
      const words = problem(args, { ...(value as object), id: 'hunter2'.repeat(99), args: 'hunter2' });
      expect(words ?? '').not.toMatch(/invalid|received|Too (big|small)|hunter2/i);
    }),
  );
});
