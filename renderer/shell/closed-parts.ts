/** Which hosts and groups of the sidebar are closed: the reader's choice on this machine. */
import { createStore } from 'zustand/vanilla';

const KEY = 'signalbox.sidebar.closed';
/** More are not remembered: hosts come and go. */
const MOST = 100;

/** What was closed the last time on this machine. */
export function storedClosedParts(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(-MOST) : [];
  } catch {
    // A browser may forbid storage, and somebody may have written something else there.
    return [];
  }
}

export const closedParts = createStore<{ readonly closed: readonly string[] }>(() => ({
  closed: storedClosedParts(),
}));

/** Closes a part, or opens it, and remembers it. */
export function setClosed(part: string, isClosed: boolean): void {
  const others = closedParts.getState().closed.filter((one) => one !== part);
  const closed = isClosed ? [...others, part].slice(-MOST) : others;
  try {
    localStorage.setItem(KEY, JSON.stringify(closed));
  } catch {
    // See storedClosedParts().
  }
  closedParts.setState({ closed });
}
