/** The parameters of an address that hold for all pages, and how they are kept from one page to the next. */

type Query = Readonly<Record<string, string>>;

/** What says the range of time, and what a zoom came from. */
export const TIME_KEYS = ['range', 'from', 'to', 'back'] as const;

/** The scope that is none: it takes the place of what was looked at before. */
export const ALL = 'all';

/** A query without what it says of the range of time. */
export function withoutTime(query: Query): Query {
  return Object.fromEntries(Object.entries(query).filter(([name]) => !TIME_KEYS.some((key) => key === name)));
}

/**
 * The query of a page that is gone to: what it does not say of time and scope is as on the page `before`. What goes without
 * saying, live and everything, is left out.
 */
export function withView(query: Query, before: Query): Query {
  const { range, scope, ...rest } = query;
  const says = range ?? query.from ?? query.to;
  const time = says === undefined ? before : query;
  const next: Record<string, string> = { ...withoutTime(rest) };
  for (const key of TIME_KEYS) {
    const value = time[key];
    if (value !== undefined && !(key === 'range' && value === 'live')) next[key] = value;
  }
  const held = scope ?? before.scope;
  if (held !== undefined && held !== ALL) next.scope = held;
  return next;
}
