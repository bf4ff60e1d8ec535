/**
 * What a browser measures and draws, for tests of components that follow it: the sizes of elements, whether they are in
 * view, and a canvas that keeps what is drawn on it.
 */
import { act } from '@testing-library/react';
import { vi } from 'vitest';

type Measured = (entries: { readonly target: Element; readonly isIntersecting: boolean }[]) => void;

/** One call on a canvas with the colours and widths of that moment, or one of a path. */
export interface Drawn {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly look: Readonly<Record<string, unknown>>;
}

/** Replaces the observers and canvases of the page until `vi.unstubAllGlobals()` and `vi.restoreAllMocks()`. */
export function testScreen() {
  const resizing = new Map<Element, Set<() => void>>();
  const viewing = new Map<Element, Set<(isIntersecting: boolean) => void>>();
  const drawn = new Map<HTMLCanvasElement, Drawn[]>();

  function observers<T>(all: Map<Element, Set<T>>, made: (callback: Measured, target: Element) => T) {
    return class {
      readonly #ends: (() => void)[] = [];
      readonly #callback: Measured;
      constructor(callback: Measured) {
        this.#callback = callback;
      }
      observe(target: Element): void {
        const told = made(this.#callback, target);
        const known = all.get(target) ?? new Set();
        all.set(target, known.add(told));
        this.#ends.push(() => known.delete(told));
      }
      /** Who uses it follows one element with each. */
      unobserve(): void {
        this.disconnect();
      }
      disconnect(): void {
        for (const end of this.#ends.splice(0)) end();
      }
    };
  }
  vi.stubGlobal(
    'ResizeObserver',
    observers(resizing, (callback, target) => () => callback([{ target, isIntersecting: false }])),
  );
  vi.stubGlobal(
    'IntersectionObserver',
    observers(
      viewing,
      (callback, target) => (isIntersecting: boolean) => callback([{ target, isIntersecting }]),
    ),
  );

  /** Answers every method by keeping it, and every property as it was set. A letter is as wide as half its height. */
  const keeper = (list: Drawn[]) => {
    const look: Record<string, unknown> = {};
    const measureText = (text: string) => ({
      width: (text.length * Number.parseFloat(String(look.font))) / 2,
    });
    return new Proxy(look, {
      get: (_look, name) => {
        if (Object.hasOwn(look, name)) return look[String(name)];
        if (name === 'measureText') return measureText;
        return (...args: unknown[]) => void list.push({ call: String(name), args, look: { ...look } });
      },
    });
  };
  // A function, because `new` of one may give another object than its own.
  vi.stubGlobal('Path2D', function path(other?: { readonly drawn: readonly Drawn[] }) {
    const list: Drawn[] = other === undefined ? [] : [...other.drawn];
    return Object.assign(keeper(list), { drawn: list });
  });
  const contexts = new Map<HTMLCanvasElement, unknown>();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(function context(
    this: HTMLCanvasElement,
  ) {
    const known = contexts.get(this);
    if (known !== undefined) return known as never;
    const list: Drawn[] = [];
    drawn.set(this, list);
    const made = keeper(list);
    contexts.set(this, made);
    return made as never;
  });
  return {
    /** Gives an element a size in pixels and tells those who follow it. */
    resize(element: Element, clientWidth: number, clientHeight = 0): void {
      Object.defineProperties(element, {
        clientWidth: { value: clientWidth, configurable: true },
        clientHeight: { value: clientHeight, configurable: true },
      });
      act(() => {
        for (const told of resizing.get(element) ?? []) told();
      });
    },
    /** Says of an element whether it can be seen. */
    view(element: Element, isIntersecting: boolean): void {
      act(() => {
        for (const told of viewing.get(element) ?? []) told(isIntersecting);
      });
    },
    /** How many follow the size of an element, or whether it can be seen. */
    followers: (element: Element) => (resizing.get(element)?.size ?? 0) + (viewing.get(element)?.size ?? 0),
    /** What was drawn on a canvas so far. */
    drawn: (canvas: HTMLCanvasElement): Drawn[] => drawn.get(canvas) ?? [],
  };
}
