/** Wall-clock time as IRCv3 server-time writes it, formatted once a millisecond. Called when tagging lines. */

let lastMs = -1;
let lastText = '';

/** `2026-11-20T12:00:00.000Z` for now. */
export function serverTime(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastText = new Date(now).toISOString();
  }
  return lastText;
}

/** Unix time in whole seconds, as numerics carry it. */
export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
