import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeOnLeave, hashOf, parseRoute } from './route.ts';

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

describe('what stands above a page', () => {
  const place = { hash: '#/daemon/ircd' };
  const go = (hash: string) => {
    place.hash = hash;
    window.dispatchEvent(new Event('hashchange'));
  };
  let window: EventTarget;
  beforeEach(() => {
    window = new EventTarget();
    vi.stubGlobal('location', place);
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('is closed when the page is another, and stays for another view of the same', () => {
    const close = vi.fn();
    const end = closeOnLeave(close);
    go('#/daemon/ircd?at=5');
    expect(close).not.toHaveBeenCalled();
    go('#/audit');
    expect(close).toHaveBeenCalledOnce();
    end();
    go('#/');
    expect(close).toHaveBeenCalledOnce();
  });
});
