/** Keeps journal lines that cannot be read in a file of their own, so that a person can look at them. Called by the recorder's daemon. */
import { appendFileSync, statSync } from 'node:fs';
import { limits } from '../limits.ts';
import type { DamagedLine } from './journal-reader.ts';

/** Adds lines to `file`, up to its limit; false where they could not be kept. */
export function keepDamagedLines(file: string, lines: readonly DamagedLine[]): boolean {
  try {
    let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    for (const { segment, offset, bytes, why } of lines) {
      const text = `${JSON.stringify({ segment, offset, why, line: bytes.toString('latin1') })}\n`;
      size += text.length;
      if (size > limits.damagedLineBytes.default) return false;
      appendFileSync(file, text, { mode: 0o600 });
    }
    return true;
  } catch {
    // The disk may be full, and the good lines matter more.
    return false;
  }
}
