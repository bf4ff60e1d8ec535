/** A canvas that writes down what is drawn on it, for tests of what draws: happy-dom has none. */
import { vi } from 'vitest';

/** What was done on a canvas: calls as `[method, ...arguments]`, settings as `[name, '=', value]`. */
export type Drawn = readonly unknown[];

/** Gives every canvas a context until mocks are restored, and returns what is drawn on all of them so far. */
export function recordCanvases(): Drawn[] {
  const drawn: Drawn[] = [];
  const set: Record<string, unknown> = {};
  const context = new Proxy(set, {
    get: (_, name: string) =>
      Object.hasOwn(set, name)
        ? set[name]
        : (...args: unknown[]) => {
            drawn.push([name, ...args]);
            // Every letter is seven pixels wide.
            return name === 'measureText' ? { width: String(args[0]).length * 7 } : undefined;
          },
    set: (_, name: string, value: unknown) => {
      set[name] = value;
      drawn.push([name, '=', value]);
      return true;
    },
  });
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  return drawn;
}
