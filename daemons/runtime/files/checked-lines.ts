/**
 * Text files of JSON lines that carry a checksum each, so that one that was cut off or damaged is told from a good one. The
 * audit journal and the channels of the IRC server are written so.
 */
import { crc32 } from 'node:zlib';

const LINE_START = /^\{"sum":"([0-9a-f]{8})",/;
const LINE_FEED = 0x0a;

/** The line of a record, its end included: `{"sum":"<CRC-32 of the object without this member>",...}`. */
export function encodeCheckedLine(record: object): string {
  const body = JSON.stringify(record);
  return `{"sum":"${sumOf(body)}",${body.slice(1)}\n`;
}

/** What a line without its end holds; null where it is not as it was written. The caller checks the shape. */
export function decodeCheckedLine(line: string): unknown {
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

/** What a file was found to hold. */
export interface CheckedLines {
  /** What the good lines hold, in their order. */
  readonly records: readonly unknown[];
  /** Where the last good line ends: what is behind it was cut off, or is damaged. */
  readonly wholeBytes: number;
  /** Lines that have their end and are not as they were written. */
  readonly damaged: number;
}

/** Reads all lines. A last one without its end is one that was cut off, which is no damage. */
export function readCheckedLines(bytes: Buffer): CheckedLines {
  const records: unknown[] = [];
  let wholeBytes = 0;
  let damaged = 0;
  for (let start = 0; ; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) return { records, wholeBytes, damaged };
    const record = decodeCheckedLine(bytes.toString('utf8', start, end));
    start = end + 1;
    if (record === null) damaged++;
    else {
      records.push(record);
      wholeBytes = start;
    }
  }
}

function sumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
