import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeOnLeave, hashOf, keepHostInRoute, parseRoute } from './route.ts';

describe('the address of a page', () => {
  it('is the Overview where there is none', () => {
    for (const hash of ['', '#', '#/']) expect(parseRoute(hash).path).toEqual([]);
  });

  it('comes back as it was written, whatever the parts are', () => {
    const part = fc.string({ minLength: 1, unit: 'grapheme' });
    const query = fc.dictionary(part, part, { noNullPrototype: true });
    fc.assert(
      fc.property(part, fc.array(part), query, (host, path, query) => {
        expect(parseRoute(hashOf({ id: host }, path, query))).toEqual({ host, path, query });
      }),
    );
  });

  it('names a host, or none where it was kept before there were several', () => {
    expect(parseRoute('#/h/b/daemon/ircd?at=5')).toEqual({
      host: 'b',
      path: ['daemon', 'ircd'],
      query: { at: '5' },
    });
    expect(parseRoute('#/h/b')).toMatchObject({ host: 'b', path: [] });
    expect(parseRoute('#/daemon/ircd')).toMatchObject({ host: null, path: ['daemon', 'ircd'] });
    expect(parseRoute('#/h')).toMatchObject({ host: null, path: ['h'] });
  });
  it('takes a broken escape as it stands', () => {
    expect(parseRoute('#/a%zz').path).toEqual(['a%zz']);
  });
});

describe('the page that the window is at', () => {
  const place = { hash: '' };
  const go = (hash: string) => {
    place.hash = hash;
    window.dispatchEvent(new Event('hashchange'));
  };
  let window: EventTarget;
  beforeEach(() => {
    place.hash = '#/h/a/daemon/ircd';
    window = new EventTarget();
    vi.stubGlobal('history', {
      replaceState: (_state: unknown, _title: string, hash: string) => {
        place.hash = hash;
      },
    });
    vi.stubGlobal('location', place);
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('takes what stands above it away when it is another, and leaves it for another view of the same', () => {
    const close = vi.fn();
    const end = closeOnLeave(close);
    go('#/h/a/daemon/ircd?at=5');
    expect(close).not.toHaveBeenCalled();
    go('#/h/a/audit');
    expect(close).toHaveBeenCalledOnce();
    end();
    go('#/h/a');
    expect(close).toHaveBeenCalledOnce();
  });

  it('is another one for the same daemon of another host', () => {
    const close = vi.fn();
    const end = closeOnLeave(close);
    go('#/h/b/daemon/ircd');
    expect(close).toHaveBeenCalledOnce();
    end();
  });

  it('is of the first host where the address names none, as a link of before does', () => {
    place.hash = '#/daemon/ircd?at=5';
    const end = keepHostInRoute(() => 'a');
    expect(place.hash).toBe('#/h/a/daemon/ircd?at=5');
    const close = vi.fn();
    const endClose = closeOnLeave(close);
    go('#/daemon/ircd');
    expect(place.hash).toBe('#/h/a/daemon/ircd');
    expect(close).not.toHaveBeenCalled();
    go('#/h/nosuch/audit');
    expect(place.hash).toBe('#/h/nosuch/audit');
    endClose();
    end();
    go('#/audit');
    expect(place.hash).toBe('#/audit');
  });
});
