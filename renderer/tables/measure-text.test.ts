// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { recordCanvases } from '../samples/test-canvas.ts';

beforeEach(() => testTokens());
afterEach(() => {
  noTokens();
  vi.restoreAllMocks();
  vi.resetModules();
});

it('measures a text in the font of the page and the size that is asked', async () => {
  const drawn = recordCanvases();
  testTokens({ '--face': 'Signal' });
  const { measureText } = await import('./measure-text.ts');
  expect(measureText('abcd', '--type-body')).toBe(28);
  expect(drawn).toEqual([
    ['font', '=', '13px Signal'],
    ['measureText', 'abcd'],
  ]);
  measureText('1 min 23', '--type-note');
  expect(drawn.at(-1)).toEqual(['measureText', '0 min 00']);
  expect(HTMLCanvasElement.prototype.getContext).toHaveBeenCalledExactlyOnceWith('2d');
});

it('takes letters for squares where nothing can be measured', async () => {
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  const { measureText } = await import('./measure-text.ts');
  expect(measureText('abcd', '--type-body')).toBe(52);
});
