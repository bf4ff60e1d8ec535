/** How many lines a server puts into a write, as far as that can be known without looking into it. Used by the benchmarks of ircd and relay. */

/** What is known of a server and of the generator that reads from it, over the same time. */
export interface WriteCounts {
  /** Lines that arrived. */
  readonly lines: number;
  /** Reads of the generator that brought some. */
  readonly reads: number;
  /** What the kernel counts of the server: calls of write and writev, not of send and sendmsg. */
  readonly writeCalls: number;
  /** What the server itself counts of its own writes and their lines; ours alone do. */
  readonly own?: { readonly lines: number; readonly writes: number } | undefined;
}

/** A read takes what several writes have brought, and hardly ever less than one. */
const READS_A_WRITE = 1.1;

/**
 * Lines a write: of our servers by their own counters, of others by the kernel's. NaN where that cannot be known: a server that
 * has written less often than was read writes by calls that the kernel does not count.
 */
export function linesAWrite({ lines, reads, writeCalls, own }: WriteCounts): number {
  if (own !== undefined && own.writes > 0) return own.lines / own.writes;
  if (writeCalls * READS_A_WRITE < reads || writeCalls === 0) return Number.NaN;
  return lines / writeCalls;
}

/** Counters now and before, of one daemon; undefined where they are not told. */
export function countedBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  [lines, writes]: readonly [lines: string, writes: string],
): WriteCounts['own'] {
  const between = (name: string) => (after[name] ?? Number.NaN) - (before[name] ?? Number.NaN);
  const own = { lines: between(lines), writes: between(writes) };
  return Number.isNaN(own.lines + own.writes) ? undefined : own;
}
