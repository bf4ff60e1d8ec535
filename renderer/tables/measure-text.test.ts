// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { recordCanvases } from '../samples/test-canvas.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

it('measures a text in the font of the page and the size that is asked', async () => {
  const drawn = recordCanvases();
  document.body.style.fontFamily = 'Signal';
  const { measureText } = await import('./measure-text.ts');
  expect(measureText('abcd', 13)).toBe(28);
  expect(drawn).toEqual([
    ['font', '=', '13px Signal'],
    ['measureText', 'abcd'],
  ]);
  measureText('a', 12);
  expect(HTMLCanvasElement.prototype.getContext).toHaveBeenCalledExactlyOnceWith('2d');
  document.body.style.fontFamily = '';
});

it('takes letters for squares where nothing can be measured', async () => {
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  const { measureText } = await import('./measure-text.ts');
  expect(measureText('abcd', 13)).toBe(52);
});
