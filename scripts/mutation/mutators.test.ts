import { expect, test } from 'vitest';
import { parseSource } from '../source-tree.ts';
import { mutantsOf } from './mutators.ts';

const faults = (text: string) => mutantsOf('a.ts', text).map(({ from, to }) => `${from} => ${to}`);

test.each([
  [
    'if (a < b) go();',
    ['a < b => ((a) <= (b))', 'a < b => ((a) >= (b))', 'a < b => true', 'a < b => false', 'go(); => ;'],
  ],
  ['const a = b && c;', ['b && c => ((b) || (c))', 'b => true', 'c => true']],
  ['const code = "482";', ['"482" => \'\'']],
  ['const limit = 1000, none = 0, one = 1;', ['1000 => 2001', '0 => 1', '1 => 0']],
  ['const f = (text: string) => text.trim();', ['text.trim() => (text)']],
  [
    'if (!(a || b) && c) go();',
    [
      '!(a || b) => (a || b)',
      '!(a || b) && c => ((!(a || b)) || (c))',
      '!(a || b) && c => true',
      '!(a || b) && c => false',
      'a || b => ((a) && (b))',
      '!(a || b) => true',
      'c => true',
      'a => false',
      'b => false',
      'go(); => ;',
    ],
  ],
  ['throw refusal;', ['throw refusal; => ;']],
  ['const all = list.every(ok);', ['every => some']],
  ['const name = client?.name;', ['client?.name => client.name']],
  ['count += 1;', ['count += 1 => count -= 1', 'count += 1; => ;', '1 => 0']],
  ['const mask = /^a+$/;', ['/^a+$/ => /a+$/', '/^a+$/ => /^a+/']],
])('in "%s" stand the faults that a person could have written', (text, expected) => {
  expect(faults(text).sort()).toEqual(expected.sort());
});

test.each([
  ['a sentence for people', 'const text = "No such nick or channel";'],
  ['a template that is a sentence', 'const text = `There are many users`;'],
  ['a log line of progress', 'this.#log.info("started", { code: 7 });'],
  ['a description', 'const field = z.string().describe("nick");'],
  ['a type', 'type Code = "482" | 17; interface A { b: "c" }'],
  ['an import', 'import { a } from "./b.ts";'],
  ['a comment', '// if (a < b) go();'],
])('nothing is done to %s', (_, text) => {
  expect(faults(text).filter((fault) => !fault.endsWith('=> ;'))).toEqual([]);
});

test('a warning that is taken away is a fault, its words are none', () => {
  expect(faults('log.warn("disk full");')).toEqual(['log.warn("disk full"); => ;']);
});

test('each fault tells the line in which it begins and leaves a file that can be read', () => {
  const text =
    'class A {\n  #n = 2;\n  f(x?: number): number {\n    if (!x) return -1;\n    return (x as number) % this.#n ?? 3;\n  }\n}\n';
  const found = mutantsOf('a.ts', text);
  expect(new Set(found.map(({ line }) => line))).toEqual(new Set([2, 3, 4, 5]));
  for (const { start, end, to } of found)
    expect(() => parseSource('a.ts', text.slice(0, start) + to + text.slice(end))).not.toThrow();
});
