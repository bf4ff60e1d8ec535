/** How wide a text is in the font of the page. */

let context: CanvasRenderingContext2D | null = null;

/** Width in pixels of a text of `size` pixels. */
export function measureText(text: string, size: number): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * size;
  context.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}
