/**
 * How the audit journal looks on disk: a folder of segments, each a text file of JSON lines. Main writes it, the
 * recorder reads it. Every line carries a checksum, so that one that was cut off or damaged is told from a good one.
 */
import { crc32 } from 'node:zlib';
import type { AuditEntry } from '../../../contract/control/audit.ts';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';

/** One line. The `key` names an action across its lines and is never used again. */
export type JournalRecord =
  /** Something is about to be done; `entry` is what the trail says if nothing more is ever heard of it. */
  | { readonly kind: 'begun'; readonly key: string; readonly entry: NewAuditEntry }
  /** It was done, or refused. */
  | { readonly kind: 'entry'; readonly key: string; readonly entry: NewAuditEntry }
  /** What it did to metrics, measured later. */
  | { readonly kind: 'effects'; readonly key: string; readonly effects: AuditEntry['effects'] };

const LINE_START = /^\{"sum":"([0-9a-f]{8})",/;
const SEGMENT_NAME = /^(\d{8})-([0-9a-f]{12})\.jsonl$/;

/** The line of a record, its end included: `{"sum":"<CRC-32 of the object without this member>",...}`. */
export function encodeJournalLine(record: JournalRecord): string {
  const body = JSON.stringify(record);
  return `{"sum":"${sumOf(body)}",${body.slice(1)}\n`;
}

/** What a line without its end holds; null where it is not as it was written. The caller checks the shape. */
export function decodeJournalLine(line: string): unknown {
  const start = LINE_START.exec(line);
  if (start === null) return null;
  const body = `{${line.slice(start[0].length)}`;
  if (sumOf(body) !== start[1]) return null;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
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

function sumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
