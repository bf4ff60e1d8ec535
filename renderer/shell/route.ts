/** The address of a page within the window: `#/path?query`, which works under app:// and http alike. */
import { useEffect, useSyncExternalStore } from 'react';

export interface Route {
  /** Parts of the path, decoded. Empty for the Overview. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads a location hash. Parts that cannot be decoded are taken as they stand. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The hash of a page. Empty query values are left out. */
export function hashOf(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== '') search.set(name, value);
  const tail = search.size === 0 ? '' : `?${search}`;
  return `#/${path.map(encodeURIComponent).join('/')}${tail}`;
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

/** Calls `close` whenever the path has changed, until the returned function is called; the query alone is a view. */
export function closeOnLeave(close: () => void): () => void {
  let page = currentRoute().path.join('/');
  return subscribe(() => {
    const next = currentRoute().path.join('/');
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
