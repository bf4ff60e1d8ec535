/** What has time: it is done when the browser has nothing more urgent to do. */

/** Where the browser never has time, it is done after so long, in milliseconds. */
const LATEST_MS = 250;

/** Calls once the page was painted and there is time; returns what takes that back. Not every browser tells: there it is done soon. */
export function whenIdle(call: () => void): () => void {
  if (globalThis.requestIdleCallback === undefined) {
    const soon = setTimeout(call);
    return () => clearTimeout(soon);
  }
  const waiting = requestIdleCallback(call, { timeout: LATEST_MS });
  return () => cancelIdleCallback(waiting);
}
