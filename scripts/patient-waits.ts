/**
 * Runs before each file of unit tests: `vi.waitFor` and `vi.waitUntil` wait as long as `expect.poll` does. Their second is too
 * short for a test that runs beside the end-to-end specs, and Vitest has no setting for it.
 */
import { vi } from 'vitest';

/** How long is waited for what comes at once on a quiet machine, in milliseconds; vitest.config.ts has the same for `expect.poll`. */
export const PATIENCE_MS = 60_000;

const patient = (options: Parameters<typeof vi.waitFor>[1]) =>
  typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options };

/** The waits of Vitest itself: a worker runs this file once for each of its files, and must not wrap the wrapped ones. */
const untouched = Symbol.for('signalbox.vi.waits');
const shared = globalThis as { [untouched]?: Pick<typeof vi, 'waitFor' | 'waitUntil'> };
shared[untouched] ??= { waitFor: vi.waitFor, waitUntil: vi.waitUntil };
const { waitFor, waitUntil } = shared[untouched];
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
