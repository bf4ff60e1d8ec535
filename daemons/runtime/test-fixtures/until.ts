/** Waiting for what shall happen. Imported by tests only. */
import { vi } from 'vitest';

/** Resolves when the condition holds; the test's own time limit is the deadline. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { interval: 2 });
}
