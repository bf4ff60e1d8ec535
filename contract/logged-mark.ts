/**
 * What a daemon may have marked on charts by what it logs: its manifest names the events. It takes its place between what happens
 * to the daemon itself and what people do.
 */

/**
 * `split`: something that it was linked to is gone, with what stood behind it. `unreachable`: something could not be linked.
 * `linked`: it is.
 */
export const LOGGED_MARK_KINDS = ['split', 'unreachable', 'linked'] as const;
/** One of {@link LOGGED_MARK_KINDS}. */
export type LoggedMarkKind = (typeof LOGGED_MARK_KINDS)[number];

/** One mark of a daemon. */
export interface LoggedMark {
  readonly kind: LoggedMarkKind;
  /** Unix milliseconds. */
  readonly time: number;
  /** What it logged. */
  readonly text: string;
}

/** Whether a state of history is such a mark. */
export function isLoggedMarkKind(state: string): state is LoggedMarkKind {
  return (LOGGED_MARK_KINDS as readonly string[]).includes(state);
}
