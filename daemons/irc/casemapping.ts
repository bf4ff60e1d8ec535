/**
 * The `rfc1459` casemapping (RFC 1459 section 2.2, announced in ISUPPORT CASEMAPPING): which nicks and channel
 * names are the same. ircu, which we link to later, uses it too. Called for every lookup by name.
 */

/** ISUPPORT CASEMAPPING value that {@link fold} implements. */
export const CASEMAPPING = 'rfc1459';

const table = buildTable();

function buildTable(): Uint8Array {
  const lower = new Uint8Array(128);
  for (let code = 0; code < 128; code++) lower[code] = code >= 65 && code <= 90 ? code + 32 : code;
  lower[0x5b] = 0x7b; // [ is the upper case of {
  lower[0x5c] = 0x7c; // \ of |
  lower[0x5d] = 0x7d; // ] of }
  lower[0x7e] = 0x5e; // ~ of ^
  return lower;
}

/** The canonical form of a character, by its code. */
export function foldedCode(code: number): number {
  return code < 128 ? table[code]! : code;
}

/** The canonical form of a name. Only ASCII is folded; a string that is canonical already is returned as it is. */
export function fold(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 128 && table[code] !== code) return folded(name);
  }
  return name;
}

/** Whether two names are the same name. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && fold(a) === fold(b));
}

/** Characters that are joined at a time, because a call takes a bounded number of arguments. */
const PIECE = 4_096;

/** Joined at once and not one by one: that would leave a string of as many parts as it has characters, 32 bytes each. */
function folded(name: string): string {
  let out = '';
  for (let from = 0; from < name.length; from += PIECE) {
    const codes = new Array<number>(Math.min(PIECE, name.length - from));
    for (let i = 0; i < codes.length; i++) {
      const code = name.charCodeAt(from + i);
      codes[i] = code < 128 ? table[code]! : code;
    }
    out += String.fromCharCode.apply(null, codes);
  }
  return out;
}
