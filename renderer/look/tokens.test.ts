// @vitest-environment happy-dom
/** Tokens as canvases and long lists read them. */
import { renderHook } from '@testing-library/react';
import { act } from 'react';
import { afterEach, expect, it } from 'vitest';
import { setLook } from './look.ts';
import { canvasFont, token, tokenPixels, withTokensHeld } from './tokens.ts';
import { useTokenPixels } from './use-token-pixels.ts';

const root = document.documentElement;
const say = (name: string, value: string) => root.style.setProperty(name, value);
afterEach(() => {
  root.removeAttribute('style');
  setLook({ density: 'compact' });
  localStorage.clear();
});

it('are read from the page as they are at the time', () => {
  say('--ink', ' #112233 ');
  expect(token('--ink')).toBe('#112233');
  say('--ink', '#445566');
  expect(token('--ink')).toBe('#445566');
});

it('are read once for all that is drawn together, and anew for what is drawn next', () => {
  say('--ink', '#112233');
  const drawn = () =>
    withTokensHeld(() => {
      const first = token('--ink');
      say('--ink', '#445566');
      return [first, token('--ink')];
    });
  expect(drawn()).toEqual(['#112233', '#112233']);
  expect(drawn()).toEqual(['#445566', '#445566']);
  say('--ink', '#778899');
  expect(token('--ink')).toBe('#778899');
  expect(() =>
    withTokensHeld(() => {
      token('--ink');
      throw new Error('not drawn');
    }),
  ).toThrow('not drawn');
  say('--ink', '#112233');
  expect(token('--ink')).toBe('#112233');
});

it('grow with the size of text that the reader wants', () => {
  say('--row', '1.75rem');
  expect(tokenPixels('--row')).toBe(28);
  root.style.fontSize = '20px';
  expect(tokenPixels('--row')).toBe(35);
  say('--row', '30px');
  expect(tokenPixels('--row')).toBe(30);
});

it('give what is laid out by them a size without any styles', () => {
  expect(tokenPixels('--row')).toBeGreaterThan(0);
  expect(canvasFont('--type-axis')).toMatch(/^\d+px sans-serif$/);
});

it('name the face and the size of text on a canvas', () => {
  say('--face', '"Inter Variable", sans-serif');
  say('--type-axis', '0.6875rem');
  expect(canvasFont('--type-axis')).toBe('11px "Inter Variable", sans-serif');
});

it('are read anew when another density is chosen', () => {
  say('--row', '28px');
  const { result } = renderHook(() => useTokenPixels('--row'));
  expect(result.current).toBe(28);
  say('--row', '34px');
  act(() => setLook({ density: 'comfortable' }));
  expect(result.current).toBe(34);
});
