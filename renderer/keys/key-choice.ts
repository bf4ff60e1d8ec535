/** Whether single keys do anything: the reader's choice on this machine, for who dictates or brushes against keys (WCAG 2.1.4). */
import { createStore } from 'zustand/vanilla';

const KEY = 'signalbox.keys';
const OFF = 'off';

/** What was chosen the last time on this machine. */
export function storedKeyChoice(): boolean {
  try {
    return localStorage.getItem(KEY) !== OFF;
  } catch {
    // A browser may forbid storage: the choice then lasts as long as the page.
    return true;
  }
}

export const keyChoice = createStore<{ readonly singleKeys: boolean }>(() => ({
  singleKeys: storedKeyChoice(),
}));

/** Turns single keys on or off, and remembers it. */
export function setSingleKeys(singleKeys: boolean): void {
  try {
    if (singleKeys) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
  } catch {
    // See storedKeyChoice().
  }
  keyChoice.setState({ singleKeys });
}
