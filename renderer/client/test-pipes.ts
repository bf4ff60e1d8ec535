/** Two ends of a channel for files without a process between them, for tests of what a window sends and gets. */
import type { BytePipe } from '../../contract/byte-stream.ts';

/** Each end hears the other a microtask later, in order; closing either is heard by the other. */
export function testPipes(): readonly [BytePipe, BytePipe] {
  const listeners: ((message: unknown) => void)[] = [];
  const closers: (() => void)[] = [];
  const end = (own: 0 | 1): BytePipe => ({
    send: (message) => queueMicrotask(() => listeners[1 - own]?.(structuredClone(message))),
    onMessage(listener) {
      listeners[own] = listener;
    },
    onClose(listener) {
      closers[own] = listener;
    },
    close: () => queueMicrotask(() => closers[1 - own]?.()),
  });
  return [end(0), end(1)];
}
