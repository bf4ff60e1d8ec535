/**
 * IRCv3 message tags as raw text: `key=value;key2`. Client-only tags are relayed, and labels echoed, exactly as they
 * came, so no value is ever unescaped. Called by the parser, the message handlers and labeled-response.
 */

/** Tag data a client may send: 4094 bytes between `@` and the space (IRCv3 message-tags, size limit). */
export const MAX_CLIENT_TAG_BYTES = 4094;

/** The raw (escaped) value of a tag: `''` when present without value, null when absent. The last one counts. */
export function rawTagValue(raw: string, key: string): string | null {
  let found: string | null = null;
  for (let start = 0; start < raw.length; ) {
    let end = raw.indexOf(';', start);
    if (end === -1) end = raw.length;
    if (raw.startsWith(key, start)) {
      const after = start + key.length;
      if (after === end) found = '';
      else if (raw.charCodeAt(after) === 0x3d) found = raw.slice(after + 1, end);
    }
    start = end + 1;
  }
  return found;
}

/** Only the client-only tags (`+key`), raw and in order; what a server relays to others. */
export function clientOnlyTags(raw: string): string {
  if (!raw.includes('+')) return '';
  let out = '';
  for (let start = 0; start < raw.length; ) {
    let end = raw.indexOf(';', start);
    if (end === -1) end = raw.length;
    if (raw.charCodeAt(start) === 0x2b && isTagKey(raw, start + 1, end)) {
      out = out === '' ? raw.slice(start, end) : `${out};${raw.slice(start, end)}`;
    }
    start = end + 1;
  }
  return out;
}

/** `[vendor/]key`, up to `=` or the end: letters, digits, `-`, `.` and `/`. */
function isTagKey(raw: string, start: number, end: number): boolean {
  let i = start;
  for (; i < end; i++) {
    const code = raw.charCodeAt(i);
    if (code === 0x3d) break;
    const digit = code >= 0x30 && code <= 0x39;
    const letter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (!digit && !letter && code !== 0x2d && code !== 0x2e && code !== 0x2f) return false;
  }
  return i > start;
}
