import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { equivalentOf, outdatedEquivalents, readEquivalents } from './equivalents.ts';
import { mutantsOf } from './mutators.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (file: string) => {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return null;
  }
};

test('every fault that the list calls equivalent is still one of the sources', () => {
  const list = readEquivalents(readFileSync(join(import.meta.dirname, 'equivalents.json'), 'utf8'));
  expect(outdatedEquivalents(list, (file) => mutantsOf(file, textOf(file) ?? ''), textOf)).toEqual([]);
});

const entry = {
  file: 'a.ts',
  line: 'const a = b + 1;',
  from: '1',
  to: '0',
  reason: 'Nobody reads a, so that no one can tell.',
};

test('an entry follows its line when the line moves, and is out of date when the line changes or the file goes', () => {
  const outdated = (text: string | null) =>
    outdatedEquivalents(
      [entry],
      (file) => mutantsOf(file, text ?? ''),
      () => text,
    );
  expect(outdated('\n\n  const a = b + 1;')).toEqual([]);
  expect(outdated('const a = b + 2;')).toEqual([entry]);
  expect(outdated(null)).toEqual([entry]);
});

test('only the fault that an entry names is equivalent', () => {
  const text = 'const a = b + 1;\nconst c = b + 1;';
  const found = mutantsOf('a.ts', text).filter((mutant) => equivalentOf(mutant, text, [entry]) !== null);
  expect(found.map(({ line, from, to }) => ({ line, from, to }))).toEqual([{ line: 1, from: '1', to: '0' }]);
});

test('an entry without a reason is refused', () => {
  expect(() => readEquivalents(JSON.stringify([{ ...entry, reason: '' }]))).toThrow();
});
