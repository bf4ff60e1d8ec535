import { expect, it } from 'vitest';
import { withPrograms } from './quoted-programs.ts';

const PROGRAM = `/** What it is for. */
import { a } from './a.ts';
import {
  type B,
  b,
} from './b.ts';

/** Stays. */
export const price = '$1';
`;

it('puts the program of now between its marks, without what opens it and its imports', () => {
  const page =
    'Before.\n\n<!-- program x.ts -->\nold\n<!-- end -->\n\nAfter.\n<!-- program y.ts -->\n<!-- end -->\n';
  const filled = withPrograms(page, (file) => (file === 'x.ts' ? PROGRAM : 'let y;'));
  expect(filled).toBe(
    "Before.\n\n<!-- program x.ts -->\n```ts\n/** Stays. */\nexport const price = '$1';\n```\n<!-- end -->\n\nAfter.\n<!-- program y.ts -->\n```ts\nlet y;\n```\n<!-- end -->\n",
  );
  expect(withPrograms(filled, (file) => (file === 'x.ts' ? PROGRAM : 'let y;'))).toBe(filled);
});

it('changes nothing in a page without quotes', () => {
  expect(withPrograms('```ts\nlet x;\n```\n', () => '')).toBe('```ts\nlet x;\n```\n');
});
