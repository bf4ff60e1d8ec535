import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, parseRoute } from './route.ts';

describe('the address of a page', () => {
  it('is the Overview where there is none', () => {
    for (const hash of ['', '#', '#/']) expect(parseRoute(hash).path).toEqual([]);
  });

  it('comes back as it was written, whatever the parts are', () => {
    const part = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(part), fc.dictionary(part, part, { noNullPrototype: true }), (path, query) => {
        expect(parseRoute(hashOf(path, query))).toEqual({ path, query });
      }),
    );
  });

  it('takes a broken escape as it stands', () => {
    expect(parseRoute('#/a%zz').path).toEqual(['a%zz']);
  });
});
