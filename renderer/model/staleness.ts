/** Since when what the window shows is not current. Asked by everything that shows a state or a figure. */
import type { HostState } from './host-state.ts';

/**
 * When what is shown of a source was last known to be so, Unix milliseconds of this machine; null while it is current.
 * Without a host nothing is current, be it the state of a daemon that does not run.
 */
export function staleSince(state: HostState, source: string): number | null {
  if (state.connection.phase === 'lost') return state.connection.since;
  const freshness = state.freshness[source];
  return freshness?.state === 'stale' ? freshness.since : null;
}

/** When the host was last heard of, Unix milliseconds of this machine; null while it is. */
export function hostGoneSince(state: HostState): number | null {
  return state.connection.phase === 'lost' ? state.connection.since : null;
}
