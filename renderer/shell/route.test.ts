import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeOnLeave, followLinks, hashOf, keepRoute, navigate, parseRoute } from './route.ts';

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

  it('leaves out what is asked for with nothing', () => {
    expect(hashOf({ id: 'a' }, ['audit'], { who: '', at: '5' })).toBe('#/h/a/audit?at=5');
    expect(hashOf({ id: 'a' }, [], { who: '' })).toBe('#/h/a');
    expect(hashOf({ id: 'a b' }, ['x/y'])).toBe('#/h/a%20b/x%2Fy');
  });

  it('has one query, whatever stands in it, and no empty parts', () => {
    expect(parseRoute('#//audit//5/?a=1?b=2')).toEqual({
      host: null,
      path: ['audit', '5'],
      query: { a: '1' },
    });
    expect(parseRoute('audit').path).toEqual(['audit']);
    expect(parseRoute('#/audit#/x').path).toEqual(['audit#', 'x']);
  });

  it('takes a broken escape as it stands', () => {
    expect(parseRoute('#/a%zz').path).toEqual(['a%zz']);
  });
});

describe('the page that the window is at', () => {
  let entries = 0;
  let at = '';
  let state: unknown = null;
  const place = {
    get hash() {
      return at;
    },
    set hash(next: string) {
      at = next;
      state = null;
      entries++;
    },
  };
  const go = (hash: string) => {
    place.hash = hash;
    window.dispatchEvent(new Event('hashchange'));
  };
  let window: EventTarget;
  beforeEach(() => {
    place.hash = '#/h/a/daemon/ircd';
    window = new EventTarget();
    entries = 0;
    vi.stubGlobal('history', {
      get state() {
        return state;
      },
      pushState: (next: unknown, _title: string, hash: string) => {
        state = next;
        at = hash;
        entries++;
      },
      replaceState: (next: unknown, _title: string, hash: string) => {
        state = next;
        at = hash;
      },
    });
    vi.stubGlobal('dispatchEvent', window.dispatchEvent.bind(window));
    vi.stubGlobal('HashChangeEvent', Event);
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

  it('leaves an entry to go back to, or none for another view of the same page', () => {
    const heard = vi.fn();
    window.addEventListener('hashchange', heard);
    navigate('#/h/a/audit');
    // Everybody is told before the browser paints again.
    expect([place.hash, entries, heard.mock.calls.length]).toEqual(['#/h/a/audit', 1, 1]);
    navigate('#/h/a/audit?who=ann', { replace: true });
    expect([place.hash, entries, heard.mock.calls.length]).toEqual(['#/h/a/audit?who=ann', 1, 2]);
    navigate('#/h/a', { replace: false });
    expect([place.hash, entries, heard.mock.calls.length]).toEqual(['#/h/a', 2, 3]);
    // Where one is already, one stays.
    navigate('#/h/a');
    expect([entries, heard.mock.calls.length]).toEqual([2, 3]);
  });

  it('is gone to by a plain click on a link, and by no other', () => {
    class Part {
      readonly #href: string | null;
      readonly #hasTarget: boolean;
      constructor(href: string | null, hasTarget = false) {
        this.#href = href;
        this.#hasTarget = hasTarget;
      }
      closest(selector: string) {
        expect(selector).toBe('a:not([target])');
        return this.#href === null || this.#hasTarget ? null : { getAttribute: () => this.#href };
      }
    }
    vi.stubGlobal('Element', Part);
    followLinks();
    /** Whether the window has followed it itself. */
    const follows = (target: unknown, init: object = {}) => {
      const plain = { button: 0, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
      const event = new Event('click', { cancelable: true });
      for (const [name, value] of Object.entries({ ...plain, target, ...init }))
        Object.defineProperty(event, name, { value });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect([follows(new Part('#/h/a/audit')), place.hash, entries]).toEqual([true, '#/h/a/audit', 1]);
    const link = new Part('#/h/a/settings');
    for (const key of ['altKey', 'ctrlKey', 'metaKey', 'shiftKey'])
      expect(follows(link, { [key]: true })).toBe(false);
    expect(follows(link, { button: 1 })).toBe(false);
    expect(follows(new Part('#/h/a/settings', true))).toBe(false);
    expect(follows(new Part(null))).toBe(false);
    expect(follows(new Part('https://example.org/#/h/a'))).toBe(false);
    expect(follows(null)).toBe(false);
    // What somebody else has taken is theirs.
    follows(link, { defaultPrevented: true });
    expect([place.hash, entries]).toEqual(['#/h/a/audit', 1]);
  });

  it('stays as it is while the window has no host', () => {
    place.hash = '#/audit';
    const end = keepRoute(() => null);
    expect(place.hash).toBe('#/audit');
    end();
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
    const end = keepRoute(() => 'a');
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

  it('keeps the range of time and the scope from page to page, until others are chosen', () => {
    place.hash = '#/h/a?range=1h&scope=ircd';
    const end = keepRoute(() => 'a');
    const leadsTo = (hash: string) => {
      go(hash);
      return place.hash;
    };
    expect(leadsTo('#/h/a/audit')).toBe('#/h/a/audit?range=1h&scope=ircd');
    // An old address, and one that leads to a line of a log.
    expect(leadsTo('#/daemon/ircd/logs?at=5')).toBe('#/h/a/daemon/ircd/logs?at=5&range=1h&scope=ircd');
    expect(leadsTo('#/h/a/audit?from=1&to=2&back=1h')).toBe('#/h/a/audit?from=1&to=2&back=1h&scope=ircd');
    expect(leadsTo('#/h/a/pools?scope=all')).toBe('#/h/a/pools?from=1&to=2&back=1h');
    // Live and everything go without saying.
    expect(leadsTo('#/h/a/pools?range=live')).toBe('#/h/a/pools');
    expect(leadsTo('#/h/a')).toBe('#/h/a');
    end();
  });

  it('is as it was left when one goes back to it', () => {
    const end = keepRoute(() => 'a');
    expect(place.hash).toBe('#/h/a/daemon/ircd');
    const left = state;
    go('#/h/a/audit?range=7d');
    go('#/h/a/pools');
    expect(place.hash).toBe('#/h/a/pools?range=7d');
    [at, state] = ['#/h/a/daemon/ircd', left];
    window.dispatchEvent(new Event('hashchange'));
    expect(place.hash).toBe('#/h/a/daemon/ircd');
    // From there on it is live again.
    go('#/h/a/audit');
    expect(place.hash).toBe('#/h/a/audit');
    end();
  });

  it('takes the range of time along to another host, and not the daemon of this one', () => {
    place.hash = '#/h/a?range=1h&scope=ircd';
    const end = keepRoute(() => 'a');
    go('#/h/b/audit');
    expect(place.hash).toBe('#/h/b/audit?range=1h');
    end();
  });
});
