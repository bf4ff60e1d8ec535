/**
 * Which entries of the palette were chosen last on this machine: their keys, which name hosts, daemons, pages and commands. What was typed
 * with a command, secrets among it, is in none of them.
 */

const KEY = 'signalbox.palette.recent';
/** As many as are seen without scrolling, with what the state suggests below them. */
const MOST = 5;

/** The newest first. */
export function recentKeys(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(0, MOST) : [];
  } catch {
    // A browser may forbid storage, and somebody may have written something else there.
    return [];
  }
}

/** Puts an entry before all others that were chosen. */
export function remember(key: string): void {
  const keys = [key, ...recentKeys().filter((one) => one !== key)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(keys));
  } catch {
    // See recentKeys(): then nothing is remembered.
  }
}
