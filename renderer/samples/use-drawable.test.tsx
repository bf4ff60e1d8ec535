// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SourceModel } from '../model/source-model.ts';
import { pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import { useDrawable } from './use-drawable.ts';

let window: TestWindow;
let seen: (isIntersecting: boolean) => void;
const disconnect = vi.fn();

beforeEach(async () => {
  vi.useFakeTimers();
  disconnect.mockClear();
  class Observer {
    observe() {}
    disconnect = disconnect;
    constructor(callback: (entries: { readonly isIntersecting: boolean }[]) => void) {
      seen = (isIntersecting) => callback([{ isIntersecting }]);
    }
  }
  vi.stubGlobal('IntersectionObserver', Observer);
  window = await testWindow();
  // What was never drawn counts as drawn when the page began.
  await pass(1_000);
});
afterEach(() => {
  cleanup();
  window.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function show() {
  const drawn: string[] = [];
  const source = window.model.source('d') as SourceModel;
  const element = { current: document.createElement('div') };
  const hook = renderHook(
    ({ name, intervalMs }: { readonly name: string; readonly intervalMs: number }) =>
      useDrawable(element, { source, intervalMs: () => intervalMs, draw: () => drawn.push(name) }),
    { wrapper: window.wrapper, initialProps: { name: 'first', intervalMs: 100 } },
  );
  return { ...hook, drawn, source, loop: window.hosts.screen.draw };
}

it('draws once it comes into view, and not before', async () => {
  const { drawn } = show();
  await pass(1_000);
  expect(drawn).toEqual([]);
  act(() => seen(true));
  await pass(100);
  expect(drawn).toEqual(['first']);
});

it('draws as the last render says, without being registered anew', async () => {
  const { drawn, rerender, result } = show();
  act(() => seen(true));
  await pass(100);
  const handle = result.current;
  rerender({ name: 'second', intervalMs: 7 });
  expect(result.current).toBe(handle);
  expect(handle.intervalMs).toBe(7);
  window.hosts.screen.draw.redraw(handle);
  await pass(100);
  expect(drawn).toEqual(['first', 'second']);
});

it('is drawn no more once it is out of view or gone', async () => {
  const { drawn, unmount, result, loop, source } = show();
  act(() => seen(true));
  await pass(100);
  expect(loop.draws(source)).toBe(true);
  act(() => seen(false));
  loop.redraw(result.current);
  await pass(100);
  expect(drawn).toEqual(['first']);
  unmount();
  expect(loop.draws(source)).toBe(false);
  expect(disconnect).toHaveBeenCalledTimes(1);
});
