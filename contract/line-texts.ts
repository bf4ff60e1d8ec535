/**
 * Schemas for texts that become part of a line: of the IRC protocol, a log, a table, a terminal. One control character in
 * them would end the line or forge another, so every setting and every argument of an admin command that is shown or sent
 * uses one of these. A mistake reads "expected ...", to which whoever shows it adds what was there.
 */
import { z } from 'zod';

/** How long a text may be. */
export interface TextSize {
  /** Bytes of UTF-8. */
  readonly max: number;
  /** Characters, default 1. */
  readonly min?: number;
}

/** What IRC clients draw with: bold, colours, hex colours, reset, monospace, reverse, italics, strikethrough, underline. */
const FORMATTING = '\u0002\u0003\u0004\u000f\u0011\u0016\u001d\u001e\u001f';

const WORD_HINT = 'expected one word: no spaces, no control characters, and no ":" in front';
const LINE_HINT = 'expected text on one line, without control characters';

/** C0 and C1 control characters, DEL, and halves of surrogate pairs, which no encoder can write. */
const UNSENDABLE = /[\p{Cc}\p{Cs}]/gu;

/** Whether a text can stand in a line as it is, as its last part: formatting and tabs may, other controls may not. */
export function isLineText(text: string): boolean {
  const found = text.match(UNSENDABLE);
  return found === null || found.every((one) => one === '\t' || FORMATTING.includes(one));
}

/** Whether a text can stand between others in a line: a parameter that is not the last (RFC 2812 section 2.3.1, middle). */
export function isLineWord(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Zs}\p{Zl}\p{Zp}]/u.test(text) && !text.startsWith(':');
}

/** A text with whatever cannot stand in a line replaced by spaces, for what was stored before it was checked. */
export function toLineText(text: string): string {
  return isLineText(text) ? text : text.replaceAll(UNSENDABLE, ' ');
}

/** Text that ends a line: a reason, a description, a notice. Spaces and formatting may stand in it. */
export function lineText(size: TextSize) {
  return sized(size).refine(isLineText, { error: LINE_HINT });
}

/** Text that stands between others in a line: a name, a mask. */
export function lineWord(size: TextSize) {
  return sized(size).refine(isLineWord, { error: WORD_HINT });
}

/** A word that may begin with a colon, as addresses such as `::1` do. */
export function addressWord(size: TextSize) {
  const problem = 'expected one word: no spaces and no control characters';
  return sized(size).refine((text) => isLineWord(text.replace(/^:+/, '')), { error: problem });
}

/** Path of a file. */
export function filePath() {
  return lineText({ max: 4_096 });
}

/** Marks what must never be shown: no message, log, audit entry or window quotes a value that this schema describes. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ secret: true });
}

function sized({ max, min = 1 }: TextSize) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => text.length > max || utf8Bytes(text) <= max, {
      error: `expected text of at most ${max} bytes`,
    });
}

/** Bytes that a text takes in UTF-8; the contract has no Buffer. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
