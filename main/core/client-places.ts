/**
 * Who of the local socket's clients makes room for a new one when there are as many as allowed: whoever has never asked
 * anything, then whoever has been idle longest. One that waits for an answer stays. Used by the local socket.
 */

/** What a client has done so far. */
export interface ClientActivity {
  /** Whether it has asked anything. */
  asked: boolean;
  /** Requests that it waits for. */
  outstanding: number;
  /** When it connected or asked last, in milliseconds of `performance.now()`. */
  at: number;
}

/** A fresh activity for a client that connects now. */
export function newActivity(): ClientActivity {
  return { asked: false, outstanding: 0, at: performance.now() };
}

/** The client that makes room; null when each of them waits for an answer. */
export function dispensable<Client>(
  clients: ReadonlyMap<Client, ClientActivity>,
  graceMs: number,
): Client | null {
  const now = performance.now();
  let chosen: { client: Client; rank: number; at: number } | null = null;
  for (const [client, { asked, outstanding, at }] of clients) {
    if (outstanding > 0) continue;
    // One that has just come is about to ask.
    const rank = asked ? 1 : now - at >= graceMs ? 0 : 2;
    if (chosen === null || rank < chosen.rank || (rank === chosen.rank && at < chosen.at)) {
      chosen = { client, rank, at };
    }
  }
  return chosen?.client ?? null;
}
