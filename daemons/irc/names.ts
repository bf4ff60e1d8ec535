/** Which nicks, usernames and channel names are allowed (RFC 2812 section 2.3.1). Called before state changes. */

/** Channel types of ISUPPORT CHANTYPES. */
export const CHANNEL_TYPES = '#';

/** Whether a string names a channel at all. */
export function isChannelName(name: string): boolean {
  return name.charCodeAt(0) === 0x23;
}

/** A nick: letters, digits and `[]\`_^{|}-`, not starting with a digit or `-`. */
export function isValidNick(nick: string, maxLength: number): boolean {
  if (nick.length === 0 || nick.length > maxLength) return false;
  for (let i = 0; i < nick.length; i++) {
    const code = nick.charCodeAt(i);
    // 0x41-0x7d holds the letters and []\`_^{|}: every printable from A to }.
    if (code >= 0x41 && code <= 0x7d) continue;
    if (i > 0 && ((code >= 0x30 && code <= 0x39) || code === 0x2d)) continue;
    return false;
  }
  return true;
}

/** A channel that may be created: `#` and at least one more character, no controls, space, comma or NBSP. */
export function isValidChannelName(name: string, maxBytes: number): boolean {
  if (!isChannelName(name) || name.length < 2 || Buffer.byteLength(name) > maxBytes) return false;
  for (let i = 1; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code <= 0x20 || code === 0x2c || code === 0x7f || code === 0xa0) return false;
  }
  return true;
}

/** A username: printable ASCII without `!`, `@`, `:` and wildcards; it becomes part of masks. */
export function isValidUsername(username: string): boolean {
  if (username.length === 0) return false;
  for (let i = 0; i < username.length; i++) {
    const code = username.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
    if (code === 0x21 || code === 0x40 || code === 0x3a || code === 0x2a || code === 0x3f) return false;
  }
  return true;
}

/** What may stand for the host of a user: a word of letters, digits and `-./:_`, which makes no mask and ends no parameter. */
export function isValidHost(host: string, maxLength: number): boolean {
  return host.length <= maxLength && /^[a-z0-9][a-z0-9./:_-]*$/i.test(host);
}

/** A channel key: printable ASCII without space or comma, and not starting with `:` (RFC 2812 section 2.3.1). */
export function isValidKey(key: string, maxLength: number): boolean {
  if (key.length === 0 || key.length > maxLength || key.charCodeAt(0) === 0x3a) return false;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === 0x2c) return false;
  }
  return true;
}
