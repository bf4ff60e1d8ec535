/** Cutting text to byte limits without breaking a character: UTF8ONLY forbids half ones. Called before sending. */

/** Bytes of a line without its tags and CRLF (RFC 1459 section 2.3). */
export const MAX_LINE_BYTES = 510;

/** The longest prefix of `text` that takes at most `maxBytes` of UTF-8 and ends on a code point. */
export function truncateUtf8(text: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes, so most lines need no counting at all.
  if (text.length * 3 <= maxBytes) return text;
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) return text.slice(0, i);
    i += code < 0x10000 ? 1 : 2;
  }
  return text;
}

/** The text in pieces of at most `maxBytes` (4 or more), ended at a space where there is one. Nothing is left out. */
export function splitText(text: string, maxBytes: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (Buffer.byteLength(rest) > maxBytes) {
    const most = truncateUtf8(rest, maxBytes);
    // A space right behind the piece ends a word too.
    const space = rest.lastIndexOf(' ', most.length);
    const cut = space > 0 ? space : most.length;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(space > 0 ? cut + 1 : cut);
  }
  pieces.push(rest);
  return pieces;
}

/** A body that fits a line. */
export function fitLine(body: string): string {
  return truncateUtf8(body, MAX_LINE_BYTES);
}
