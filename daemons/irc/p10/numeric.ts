/**
 * Numerics: how P10 names servers (two characters) and users (the server's two and three of their own). Digits are of base
 * 64 in an alphabet of P10's. Pure; called by the readers and writers of lines and by whoever numbers users.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789[]';

/** Value of each character code; -1 for what is no digit. */
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Characters of a server's numeric. */
export const SERVER_DIGITS = 2;
/** Characters of a user's numeric, those of the server included. */
export const USER_DIGITS = 5;
/** The largest numeric of a server; 0 is none. */
export const MAX_SERVER_NUMERIC = 64 ** SERVER_DIGITS - 1;
/** Users that one server can tell apart. */
export const MAX_USERS = 64 ** (USER_DIGITS - SERVER_DIGITS);

/** `value` in so many digits; what does not fit them is cut off at the front. */
export function toBase64(value: number, digits: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < digits; i++) {
    text = ALPHABET[rest % 64] + text;
    rest = Math.floor(rest / 64);
  }
  return text;
}

/** The value of `text`, or -1 when a character is no digit. Up to eight digits are exact. */
export function fromBase64(text: string): number {
  return base64At(text, 0, text.length);
}

/** The same of a part of a text. */
export function base64At(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = VALUES[text.charCodeAt(i)] ?? -1;
    if (digit < 0) return -1;
    value = value * 64 + digit;
  }
  return value;
}

/** @param numeric from 1 to {@link MAX_SERVER_NUMERIC}. */
export function serverNumeric(numeric: number): string {
  return toBase64(numeric, SERVER_DIGITS);
}

/**
 * @param server two characters.
 * @param index of the user on it, below {@link MAX_USERS}.
 */
export function userNumeric(server: string, index: number): string {
  return server + toBase64(index, USER_DIGITS - SERVER_DIGITS);
}

/** Whether `text` has the form of a server's numeric. */
export function isServerNumeric(text: string): boolean {
  return text.length === SERVER_DIGITS && fromBase64(text) >= 0;
}

/** Whether `text` has the form of a user's numeric. */
export function isUserNumeric(text: string): boolean {
  return text.length === USER_DIGITS && fromBase64(text) >= 0;
}

/** The server that a user's numeric begins with. */
export function serverOf(user: string): string {
  return user.slice(0, SERVER_DIGITS);
}
