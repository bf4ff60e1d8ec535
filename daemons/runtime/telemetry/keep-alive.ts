/**
 * Finds WebSockets whose other end is gone without a word: a machine that sleeps, a cable that was pulled. Used for
 * streams and for control connections.
 */
import type { WebSocket } from 'ws';

/** Pings in a row that may stay unanswered. */
const MISSED_PINGS = 2;

/** Pings every `intervalMs` until the socket closes, and cuts it off when two pings in a row were not answered. */
export function keepAlive(webSocket: WebSocket, intervalMs: number): void {
  let missed = 0;
  const timer = setInterval(() => {
    if (missed >= MISSED_PINGS) {
      webSocket.terminate();
      return;
    }
    missed++;
    webSocket.ping();
  }, intervalMs);
  timer.unref();
  webSocket.on('pong', () => {
    missed = 0;
  });
  webSocket.once('close', () => clearInterval(timer));
}
