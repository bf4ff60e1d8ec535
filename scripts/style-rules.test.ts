import { expect, it } from 'vitest';
import { parseSource } from './source-tree.ts';
import { styleBreaches } from './style-rules.ts';

const breaches = (text: string) => styleBreaches('x.ts', text, parseSource('x.ts', text));

it.each([
  'class A { private x = 1; }',
  'class A { private static x = 1; }',
  'class A { private f() {} }',
  'class A { private get x() { return 1; } }',
  'const x = list[0] as number;',
  'f((list[i] as string).length);',
])('refuses %s', (text) => {
  expect(breaches(text)).toHaveLength(1);
});

it.each([
  'class A { #x = 1; }',
  'class A { private constructor() {} }',
  'class A { protected x = 1; }',
  'const x = list[0]!;',
  "const kinds = ['a', 'b'] as const;",
  'const x = record[key] as Kind;',
])('takes %s', (text) => {
  expect(breaches(text)).toEqual([]);
});

it('says where', () => {
  expect(breaches('\n\nclass A {\n  private x = 1;\n}')[0]).toMatch(/^x.ts:4: /);
});
