/**
 * The address of a page within the window: `#/h/<host>/path?query`, which works under app:// and http alike. One without a
 * host means the first host and is written anew, so that addresses of before there were several go on working.
 */
import { useEffect, useSyncExternalStore } from 'react';

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

/** Goes to a page; `replace` leaves no entry in the history, for a change of view within one. */
export function navigate(hash: string, options: { replace?: boolean } = {}): void {
  if (options.replace !== true) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
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

/**
 * Writes the host into every address that lacks it, now and from now on, without another entry in the history. Called by
 * the entry before anything else looks at the address, so that nobody sees two addresses of one page.
 * @param first id of the host that such an address means; null while there is none
 */
export function keepHostInRoute(first: () => string | null): () => void {
  const complete = () => {
    const { host, path, query } = currentRoute();
    const id = first();
    if (host === null && id !== null) history.replaceState(null, '', hashOf({ id }, path, query));
  };
  complete();
  return subscribe(complete);
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
