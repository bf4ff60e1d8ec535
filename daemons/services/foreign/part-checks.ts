/** Whether parts of what other services kept can be parts of what is kept here; what cannot is said. */
import { toLineText } from '../../../contract/line-texts.ts';
import type { LeftList } from './foreign-data.ts';

/** Checks the parts of one account, channel or bot. */
export class PartChecks {
  readonly name: string;
  readonly left: LeftList;

  /** @param name what is said to have lost something, as its people call it */
  constructor(name: string, left: LeftList) {
    this.name = name;
    this.left = left;
  }

  /** Plain text on one line, of so many bytes at most: it is cut behind them. */
  text(what: string, text: string | null, most: number): string | null {
    return this.#fitting(what, text?.replace(/[\t\r\n]+/g, ' ').replace(/\p{Cc}/gu, ''), most);
  }

  /** The same with whatever IRC clients draw with. */
  drawn(what: string, text: string | null, most: number): string | null {
    return this.#fitting(what, text === null ? null : toLineText(text), most);
  }

  number(what: string, value: number | null, least: number, most: number): number | null {
    if (value === null || (value >= least && value <= most)) return value;
    this.lost(what, `it is a number from ${least} to ${most}`, String(value));
    return null;
  }

  lost(what: string, why: string, which: string): void {
    this.left.add(what, why, which === '' ? this.name : `${this.name}: ${which}`);
  }

  #fitting(what: string, text: string | null | undefined, most: number): string | null {
    const line = text?.trim() ?? '';
    if (line === '') return null;
    if (Buffer.byteLength(line) <= most) return line;
    this.lost(`end of ${what}`, `it has up to ${most} bytes`, '');
    let cut = '';
    for (const character of line) {
      if (Buffer.byteLength(cut + character) > most) break;
      cut += character;
    }
    return cut;
  }
}

/** A time of other services, Unix seconds, as it is here; null for none. */
export function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}
