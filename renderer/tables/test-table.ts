/** The world of a table in tests: ten rows of it are in view, and it is as wide as the test says. */
import { act, fireEvent, screen } from '@testing-library/react';
import { vi } from 'vitest';
import { pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import { press, rowsOf } from '../ui/test-page.tsx';

/** Noon or so of the day on which tables are looked at, Unix milliseconds. */
export const START = new Date(2026, 10, 20, 14, 0, 0).getTime();

/**
 * Sets the clock and the sizes of the page until mocks are restored. The file stubs `ResizeObserver` with `observer` itself. It
 * shares its worker with others that do this alone: what measures letters is made once a worker (scripts/worker-groups.ts).
 */
export function tableWorld(): { readonly observer: unknown; readonly widen: (pixels: number) => void } {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  localStorage.clear();
  recordCanvases();
  let width = 2_000;
  // Ten rows of 34 pixels.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(340);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockImplementation(() => width);
  const watching = new Set<() => void>();
  return {
    observer: class {
      readonly #changed: () => void;
      constructor(changed: () => void) {
        this.#changed = () => changed();
      }
      observe(node: Element): void {
        if (node.tagName === 'DIV') watching.add(this.#changed);
      }
      unobserve(): void {}
      disconnect(): void {}
    },
    widen(pixels) {
      width = pixels;
      act(() => {
        for (const changed of watching) changed();
      });
    },
  };
}

/** The table of people. */
export const table = (): HTMLElement => screen.getByRole('grid', { name: 'People' });

/** Opens the actions of a row and presses one. */
export async function pressAction(row: string, action: string): Promise<void> {
  await press(`Actions for ${row}`);
  await pass(100);
  await act(async () => {
    fireEvent.click(screen.getByRole('menuitem', { name: action }));
    await vi.advanceTimersByTimeAsync(100);
  });
}

/** Its rows as they are read, without the room that stands for others. */
export const shown = () => rowsOf(table()).filter((row) => row.length > 1);
