// @vitest-environment happy-dom
/** The small hooks of the window: buttons that wait until a question was read, and sizes that are followed. */
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useArmed } from './use-armed.ts';
import { useInSteps, useLater } from './use-later.ts';
import { useWidth } from './use-width.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const armed = (question: string | null) =>
  renderHook((asked: string | null) => useArmed(asked), { initialProps: question });
const after = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

it('lets a question be answered once it has stood for as long as it takes to see it', () => {
  const { result } = armed('Drop everybody?');
  after(799);
  expect(result.current).toBe(false);
  after(1);
  expect(result.current).toBe(true);
});

it('begins anew when something else is asked, and with the same question asked again', () => {
  const { result, rerender } = armed('Drop 3?');
  after(800);
  rerender('Drop 4?');
  expect(result.current).toBe(false);
  after(799);
  expect(result.current).toBe(false);
  after(1);
  expect(result.current).toBe(true);
  rerender(null);
  expect(result.current).toBe(false);
});

it('is never armed by a question that was taken back in time', () => {
  const { result, rerender, unmount } = armed('Drop 3?');
  after(500);
  rerender(null);
  after(10_000);
  expect(result.current).toBe(false);
  rerender('Drop 4?');
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});

it('follows the width of an element, and lets go of it', () => {
  let measure = () => {};
  const disconnect = vi.fn();
  const observe = vi.fn();
  class Observer {
    observe = observe;
    disconnect = disconnect;
    constructor(callback: () => void) {
      measure = callback;
    }
  }
  vi.stubGlobal('ResizeObserver', Observer);
  const node = { clientWidth: 320 };
  const element = { current: node as HTMLElement };
  const { result, unmount } = renderHook(() => useWidth(element, 'any'));
  expect(result.current).toBeNull();
  expect(observe).toHaveBeenCalledWith(node);
  act(() => measure());
  expect(result.current).toBe(320);
  node.clientWidth = 480;
  act(() => measure());
  expect(result.current).toBe(480);
  unmount();
  expect(disconnect).toHaveBeenCalledTimes(1);
});

describe('what is below the first picture', () => {
  it('comes once the browser has time, and not where the component has gone by then', async () => {
    const { result } = renderHook(() => useLater());
    expect(result.current).toBe(false);
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(result.current).toBe(true);
    renderHook(() => useLater()).unmount();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is there at once where it is seen', () => {
    const { result, rerender } = renderHook(useLater, { initialProps: true });
    expect([result.current, vi.getTimerCount()]).toEqual([true, 0]);
    rerender(false);
    expect(result.current).toBe(true);
  });

  it('comes in steps, and follows what the list is by then', async () => {
    const { result, rerender } = renderHook((all: readonly number[]) => useInSteps(all, 2), {
      initialProps: [1, 2, 3, 4, 5],
    });
    expect(result.current).toEqual([1, 2]);
    await act(() => vi.advanceTimersToNextTimerAsync());
    expect(result.current).toEqual([1, 2, 3, 4]);
    rerender([5, 4, 3, 2, 1]);
    expect(result.current).toEqual([5, 4, 3, 2]);
    await act(() => vi.runAllTimersAsync());
    expect(result.current).toEqual([5, 4, 3, 2, 1]);
    expect(vi.getTimerCount()).toBe(0);
    const few = [1, 2];
    rerender(few);
    expect(result.current).toBe(few);
  });
});
