/**
 * The address of a page within the window: `#/h/<host>/path?query`, which works under app:// and http alike. One without a
 * host means the first host and is written anew, so that addresses of before there were several go on working.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { withView } from './view-keys.ts';

export interface Route {
  /** Id of the host that the page is of, decoded; null where the address names none. */
  readonly host: string | null;
  /** Parts of the path within the host, decoded. Empty for the Overview. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** What stands before the id of a host. */
const HOST_PART = 'h';

/** Reads a location hash. Parts that cannot be decoded are taken as they stand. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const [first, host] = parts;
  const isNamed = first === HOST_PART && host !== undefined;
  return {
    host: isNamed ? host : null,
    path: isNamed ? parts.slice(2) : parts,
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The hash of a page of a host. Empty query values are left out. */
export function hashOf(
  host: { readonly id: string },
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== '') search.set(name, value);
  const tail = search.size === 0 ? '' : `?${search}`;
  return `#/${[HOST_PART, host.id, ...path].map(encodeURIComponent).join('/')}${tail}`;
}

/**
 * Goes to a page; `replace` leaves no entry in the history, for a change of view within one. The page is told at once: the browser
 * does so only after it has painted the one that is left again.
 */
export function navigate(hash: string, { replace = false } = {}): void {
  if (!replace && hash === location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Follows the links of the window as {@link navigate} does; those that are to open elsewhere are left to the browser. */
export function followLinks(): void {
  addEventListener('click', (event) => {
    const { target, button, altKey, ctrlKey, metaKey, shiftKey, defaultPrevented } = event;
    const hash = target instanceof Element ? target.closest('a:not([target])')?.getAttribute('href') : null;
    const isPlain = button === 0 && !(altKey || ctrlKey || metaKey || shiftKey || defaultPrevented);
    if (!isPlain || hash?.startsWith('#/') !== true) return;
    event.preventDefault();
    navigate(hash);
  });
}

let known: { hash: string; route: Route } | null = null;

function currentRoute(): Route {
  if (known?.hash !== location.hash) known = { hash: location.hash, route: parseRoute(location.hash) };
  return known.route;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** Marks an entry of the browser's history that has been completed: going back to it changes nothing of it. */
const COMPLETED = 'signalbox';

/**
 * Writes into every address what it lacks, now and from now on, without another entry in the history: the host, and the scope and
 * range of time of the page before. Called by the entry before anything else looks at the address, so that nobody sees two
 * addresses of one page.
 * @param first id of the host that an address without one means; null while there is none
 */
export function keepRoute(first: () => string | null): () => void {
  let before: Pick<Route, 'host' | 'query'> = { host: null, query: {} };
  const complete = () => {
    const { host, path, query } = currentRoute();
    const id = host ?? first();
    if (id === null) return;
    // What is gone back to stays as it was left.
    const isNew = history.state !== COMPLETED;
    const { scope: _, ...time } = before.query;
    const held = before.host === id ? before.query : time;
    const kept = isNew ? withView(query, held) : query;
    before = { host: id, query: kept };
    const isWhole = host !== null && same(kept, query);
    if (isNew || !isWhole)
      history.replaceState(COMPLETED, '', isWhole ? location.hash : hashOf({ id }, path, kept));
  };
  complete();
  return subscribe(complete);
}

function same(one: Route['query'], other: Route['query']): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** The page that the window is at now. */
export function presentRoute(): Route {
  return currentRoute();
}

/** The present page; the component renders again when it changes. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}

/**
 * Closes what stands above the page once the page is another, however it was left: by a link, Back or the address.
 * `close` is the same function at every render.
 */
export function useCloseOnLeave(close: () => void): void {
  useEffect(() => closeOnLeave(close), [close]);
}

/** What tells one page from another. */
export function pageKey({ host, path }: Pick<Route, 'host' | 'path'>): string {
  return JSON.stringify([host, ...path]);
}

/**
 * Calls `close` whenever the host or the path has changed, until the returned function is called; the query alone is a view.
 */
export function closeOnLeave(close: () => void): () => void {
  let page = pageKey(currentRoute());
  return subscribe(() => {
    const next = pageKey(currentRoute());
    if (next === page) return;
    page = next;
    close();
  });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
