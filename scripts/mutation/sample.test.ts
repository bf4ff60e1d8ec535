import { expect, test } from 'vitest';
import { type Mutant, mutantsOf } from './mutators.ts';
import { sampleOf } from './sample.ts';

const text = Array.from({ length: 60 }, (_, i) => `if (a${i} < b) go${i}();`).join('\n');
const all = mutantsOf('a.ts', text);
const words = (mutants: readonly Mutant[]) => mutants.map(({ from, to }) => `${from} => ${to}`);

test('the same sources and the same seed give the same sample, in the order of the file', () => {
  const sample = sampleOf(all, 40, 7);
  expect(sample).toHaveLength(40);
  expect(sampleOf(mutantsOf('a.ts', text), 40, 7)).toEqual(sample);
  expect(sample.map(({ start }) => start)).toEqual(sample.map(({ start }) => start).sort((a, b) => a - b));
});

test('another seed gives another sample', () => {
  expect(words(sampleOf(all, 40, 8))).not.toEqual(words(sampleOf(all, 40, 7)));
});

test('a change elsewhere in the file leaves the sample as it is', () => {
  const moved = mutantsOf('a.ts', `// A new comment.\n${text}`);
  expect(words(sampleOf(moved, 40, 7))).toEqual(words(sampleOf(all, 40, 7)));
});

test('a sample that is larger than what there is takes all', () => {
  expect(sampleOf(all, 10_000, 1)).toEqual(all);
});
