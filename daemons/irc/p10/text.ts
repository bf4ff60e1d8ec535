/**
 * Text of links. Servers of other kinds send what their users typed, in UTF-8 or in Latin-1, and want it back unchanged. So
 * lines of links are read and written with one character for each byte, and become text only where somebody here reads it.
 */
import { isUtf8 } from 'node:buffer';

/** What the bytes say: in UTF-8 where they are that, in Latin-1 else. Always valid, as UTF8ONLY demands. */
export function textOf(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : bytes;
}

/** The bytes themselves where they are no UTF-8, so that the text does not say what they were; null else. */
export function oddBytes(bytes: string): string | null {
  return isAscii(bytes) || isUtf8(Buffer.from(bytes, 'latin1')) ? null : bytes;
}

/** The bytes of a text, one character for each. */
export function bytesOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** At most so many of the bytes; a character of UTF-8 that would be cut goes as a whole. */
export function cutBytes(bytes: string, most: number): string {
  if (bytes.length <= most) return bytes;
  let end = most;
  // Bytes that go on a character begin with the bits 10; in Latin-1 they are rare signs, of which at most three go too.
  while (end > most - 3 && end > 0 && (bytes.charCodeAt(end) & 0xc0) === 0x80) end--;
  return bytes.slice(0, end);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
