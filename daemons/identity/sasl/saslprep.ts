/**
 * SASLprep (RFC 4013): the one form of a name or password, so that what is typed on one keyboard is right on another. Without the
 * table of unassigned code points: new characters of Unicode are taken as they are, as RFC 8265 does.
 */

/** RFC 3454 table C.1.2: spaces other than U+0020. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
/** Table B.1: mapped to nothing. */
const NOTHING = /[\u00ad\u1806\u200b-\u200d\u2060\ufeff]|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]/gu;
/** Tables C.2 to C.9: controls, private use, non-characters, surrogates, what changes the display, tags. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\u06dd\u070f\u180e\u200c-\u200f\u2028-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufdd0-\ufdef\ufff9-\uffff\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;

/** The prepared text; null for one that cannot be prepared, or of which nothing is left. */
export function saslprep(text: string): string | null {
  const mapped = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  return mapped === '' || PROHIBITED.test(mapped) ? null : mapped;
}
