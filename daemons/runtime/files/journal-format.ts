/**
 * How the audit journal looks on disk: a folder of segments, each a text file of JSON lines with checksums. Main writes it,
 * the recorder reads it.
 */
import type { AuditEntry } from '../../../contract/control/audit.ts';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import { decodeCheckedLine, encodeCheckedLine } from './checked-lines.ts';

/** One line. The `key` names an action across its lines and is never used again. */
export type JournalRecord =
  /** Something is about to be done; `entry` is what the trail says if nothing more is ever heard of it. */
  | { readonly kind: 'begun'; readonly key: string; readonly entry: NewAuditEntry }
  /** It was done, or refused. */
  | { readonly kind: 'entry'; readonly key: string; readonly entry: NewAuditEntry }
  /** What it did to metrics, measured later. */
  | { readonly kind: 'effects'; readonly key: string; readonly effects: AuditEntry['effects'] };

const SEGMENT_NAME = /^(\d{8})-([0-9a-f]{12})\.jsonl$/;

/** The line of a record, see {@link encodeCheckedLine}. */
export function encodeJournalLine(record: JournalRecord): string {
  return encodeCheckedLine(record);
}

/** What a line without its end holds, see {@link decodeCheckedLine}. */
export function decodeJournalLine(line: string): unknown {
  return decodeCheckedLine(line);
}

/** File name of a segment: they sort in the order in which they were written. `run` tells one run of main from another. */
export function segmentName(number: number, run: string): string {
  return `${String(number).padStart(8, '0')}-${run}.jsonl`;
}

/** The parts of a segment's file name; null for any other file. */
export function parseSegmentName(name: string): { readonly number: number; readonly run: string } | null {
  const match = SEGMENT_NAME.exec(name);
  return match === null ? null : { number: Number(match[1]), run: match[2] ?? '' };
}
