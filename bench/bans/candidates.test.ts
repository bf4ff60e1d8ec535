import { describe, expect, it } from 'vitest';
import { candidates } from './candidates.ts';
import { shapes } from './shapes.ts';

describe.each(shapes(60))('in a list of $name', (shape) => {
  it.each(candidates.filter((candidate) => candidate.takes(shape)))(
    '$name knows who is banned',
    ({ build }) => {
      const banned = build(shape.bans);
      expect(shape.bans).toHaveLength(60);
      expect(shape.matching.filter((newcomer) => !banned(newcomer))).toEqual([]);
      expect(shape.others.filter(banned)).toEqual([]);
    },
  );
});
