import fc from 'fast-check';
import { expect, it } from 'vitest';
import { truncateUtf8 } from './line-text.ts';

it('cuts at the byte limit and never inside a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(64), (text, maxBytes) => {
      const cut = truncateUtf8(text, maxBytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.from(cut).toString()).toBe(cut);
      const next = [...text.slice(cut.length)][0];
      if (next !== undefined) expect(Buffer.byteLength(cut + next)).toBeGreaterThan(maxBytes);
    }),
  );
});
