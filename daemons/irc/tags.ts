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

/** Client-only tags that a server does not relay (IRCv3 message-tags, CLIENTTAGDENY). */
export class DeniedTags {
  /** As ISUPPORT has them. */
  readonly items: readonly string[];
  readonly #all: boolean;
  readonly #named: ReadonlySet<string>;

  /** @param items names without the `+`; or `*` for all, and then names behind a `-` that are let through. */
  constructor(items: readonly string[]) {
    this.items = items;
    this.#all = items[0] === '*';
    this.#named = new Set(this.#all ? items.slice(1).map((item) => item.slice(1)) : items);
  }

  has(name: string): boolean {
    return this.#named.has(name) !== this.#all;
  }
}

/**
 * Only the client-only tags (`+key`), raw and in order; what a server relays to others.
 * @param denied those that it does not relay; null for none
 */
export function clientOnlyTags(raw: string, denied: DeniedTags | null = null): string {
  if (!raw.includes('+')) return '';
  let out = '';
  for (let start = 0; start < raw.length; ) {
    let end = raw.indexOf(';', start);
    if (end === -1) end = raw.length;
    if (
      raw.charCodeAt(start) === 0x2b &&
      isTagKey(raw, start + 1, end) &&
      !isDenied(denied, raw, start, end)
    ) {
      out = out === '' ? raw.slice(start, end) : `${out};${raw.slice(start, end)}`;
    }
    start = end + 1;
  }
  return out;
}

function isDenied(denied: DeniedTags | null, raw: string, start: number, end: number): boolean {
  if (denied === null) return false;
  const equals = raw.indexOf('=', start);
  return denied.has(raw.slice(start + 1, equals === -1 || equals > end ? end : equals));
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
