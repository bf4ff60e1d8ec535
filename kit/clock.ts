/**
 * Time as everything sees it that waits: the control plane, daemons and the window take a Clock, so that the tests of
 * deadlines, backoff and heartbeats run on a fake one and never sleep.
 */

/** Handle of a pending timer. */
export interface Timer {
  /** Does nothing when it has fired or was cancelled already. */
  cancel(): void;
}

/** Time, which tests replace by their own. */
export interface Clock {
  /** Unix time in milliseconds; may jump when the system's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonic(): number;
  /** Calls back once after `ms`. */
  after(ms: number, callback: () => void): Timer;
}

/** The machine's clock. Its timers do not keep a process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    letGo(timer);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Node's timers keep a process alive unless they are told not to; a browser's are numbers. */
function letGo(timer: unknown): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}
