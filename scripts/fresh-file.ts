/**
 * Runs around each file of unit tests that shares its worker: a file that leaves something behind fails, by name. Else the
 * next one would meet it, whichever that is in this order of files: sockets that never time out, say.
 */
import { afterAll, expect, vi } from 'vitest';
import { open, putBack, replaced, standing } from './left-behind.ts';

const before = standing();

afterAll(async () => {
  const left = vi.isFakeTimers() ? ['faked timers'] : [];
  left.push(...replaced(before));
  vi.useRealTimers();
  // A spy that was restored by itself is restored once more here, also where it had been put upon a faked timer.
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  left.push(...replaced(before));
  putBack(before);
  expect([...new Set(left)], 'left behind for the next file of this worker').toEqual([]);
  // What was told to close just now takes a moment.
  if (open(before).length > 0) {
    await vi.waitFor(() => expect(open(before), 'left open for the next file of this worker').toEqual([]));
  }
});
