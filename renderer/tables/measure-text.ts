/** How wide a text is in the font of the page. */
import { canvasFont, tokenPixels } from '../look/tokens.ts';

let context: CanvasRenderingContext2D | null = null;

/** Width in pixels of a text of the size that a token names. */
export function measureText(text: string, size: string): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * tokenPixels(size);
  context.font = canvasFont(size);
  // Figures are tabular: each is as wide as a zero, which a canvas does not know.
  return context.measureText(text.replaceAll(/\d/g, '0')).width;
}
