/** What has gone over one link, as plain numbers. Counted by link.ts, shown by link-desk.ts and metrics. */

/** The end of a line, CR and LF. */
const END_BYTES = 2;

/** Lines and bytes in both directions since the connection was made. */
export class LinkTraffic {
  linesIn = 0;
  linesOut = 0;
  bytesIn = 0;
  bytesOut = 0;

  /** A line has come, with one character for each byte. */
  took(line: string): void {
    this.linesIn++;
    this.bytesIn += line.length + END_BYTES;
  }

  /** A line was sent. */
  sent(line: string): void {
    this.linesOut++;
    this.bytesOut += line.length + END_BYTES;
  }
}
