/**
 * Tags that servers of our own kind put before an `M` that sets masks: `@by=nick!user@host;at=SECONDS ABAAA M #c +b mask`, so
 * that all of them show the same of who set one and when. Pure.
 */
import { rawTagValue } from '../tags.ts';
import type { MaskOrigin } from './burst-line.ts';
import { readWhole } from './server-line.ts';

/** The longest prefix that is believed, in bytes. */
const MOST_BYTES = 200;

/** What stands between `@` and the space; empty where it cannot be said. */
export function writeMaskTags({ by, atSeconds }: MaskOrigin): string {
  return isPrefix(by) ? `by=${by};at=${atSeconds}` : '';
}

/** Null where the line does not say it. */
export function readMaskTags(tags: string): MaskOrigin | null {
  const by = rawTagValue(tags, 'by') ?? '';
  const atSeconds = readWhole(rawTagValue(tags, 'at') ?? '');
  return isPrefix(by) && atSeconds >= 0 ? { by, atSeconds } : null;
}

/** A word of a line that has no sign of tags in it. */
export function isPrefix(by: string): boolean {
  return /^[^:;\s\0][^;\s\0]*$/.test(by) && by.length <= MOST_BYTES;
}
