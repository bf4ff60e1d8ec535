/** The tokens of tokens.css for what CSS does not reach: canvases, and what reckons with lengths. */

/** What a length is where there are no styles, in pixels: what is laid out by it has some size. */
const UNSTYLED = 16;

/** What was read of them, while they are held. */
let held: Map<string, string> | null = null;

/** Reads each token once while `work` runs: all charts of a frame have the same colours, and asking the browser for one is dear. */
export function withTokensHeld<Result>(work: () => Result): Result {
  held = new Map();
  try {
    return work();
  } finally {
    held = null;
  }
}

/** A token as it stands, such as a colour. */
export function token(name: string): string {
  const known = held?.get(name);
  if (known !== undefined) return known;
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  held?.set(name, value);
  return value;
}

/** A length in pixels of the page. Only for tokens that are one number, in rem or px. */
export function tokenPixels(name: string): number {
  const value = token(name);
  const number = Number.parseFloat(value);
  if (Number.isNaN(number)) return UNSTYLED;
  if (!value.endsWith('rem')) return number;
  const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return number * (Number.isNaN(root) ? UNSTYLED : root);
}

/** The font of text of a size, as a canvas wants it. */
export function canvasFont(size: string): string {
  return `${tokenPixels(size)}px ${token('--face') || 'sans-serif'}`;
}
