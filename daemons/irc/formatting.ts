/** Colours and other formatting inside a text (the codes that clients have in common), for channels that keep them out. */

const COLOUR = 0x03;
const HEX_COLOUR = 0x04;
const ESCAPE = 0x1b;
const COMMA = 0x2c;

/** Bold, reset, monospace, reverse, italics, strikethrough, underline. */
const TOGGLES: ReadonlySet<number> = new Set([0x02, 0x0f, 0x11, 0x16, 0x1d, 0x1e, 0x1f]);

/** Whether a text has colours, in a code of IRC or of a terminal. */
export function hasColour(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COLOUR || code === HEX_COLOUR || code === ESCAPE) return true;
  }
  return false;
}

/** The text without colours and formatting; what is no code stays, CTCP included. */
export function stripFormatting(text: string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; ) {
    const after = afterCode(text, i);
    if (after === i) i++;
    else {
      out += text.slice(from, i);
      from = after;
      i = after;
    }
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Where the code that begins at `at` ends; `at` itself where none does. */
function afterCode(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (TOGGLES.has(code) || code === ESCAPE) return at + 1;
  if (code === COLOUR) return afterColours(text, at + 1, 2, isDigit);
  if (code === HEX_COLOUR) return afterColours(text, at + 1, 6, isHexDigit);
  return at;
}

/** `4`, `04` or `04,12` behind a colour code; a comma that no second colour follows belongs to the text. */
function afterColours(text: string, at: number, most: number, isPart: (code: number) => boolean): number {
  const first = afterDigits(text, at, most, isPart);
  if (first === at || text.charCodeAt(first) !== COMMA) return first;
  const second = afterDigits(text, first + 1, most, isPart);
  return second === first + 1 ? first : second;
}

function afterDigits(text: string, at: number, most: number, isPart: (code: number) => boolean): number {
  let end = at;
  while (end < at + most && isPart(text.charCodeAt(end))) end++;
  return end;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
