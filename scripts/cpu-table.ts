/** What test-cpu.ts prints of what spent-cpu.ts has written. */

/** What one file of unit tests took, in seconds of processor time. */
export interface SpentCpu {
  /** Relative to the checkout. */
  readonly file: string;
  /** Of the file itself: its modules that no file before it had loaded, its tests, their threads. */
  readonly own: number;
  /** Of the processes that it started and saw end. */
  readonly children: number;
}

/** Lines of a table, the file that took most first, and one of all together. */
export function cpuTable(spent: readonly SpentCpu[], most: number): string[] {
  const total = ({ own, children }: SpentCpu) => own + children;
  const sorted = [...spent].sort((a, b) => total(b) - total(a) || a.file.localeCompare(b.file));
  const sum = (of: (one: SpentCpu) => number) => spent.reduce((seconds, one) => seconds + of(one), 0);
  const line = (one: SpentCpu) =>
    `${[total(one), one.own, one.children].map((seconds) => seconds.toFixed(1).padStart(9)).join(' ')}  ${one.file}`;
  return [
    '    total       own  children  CPU seconds of',
    ...sorted.slice(0, most).map(line),
    line({
      file: `all ${spent.length} files`,
      own: sum(({ own }) => own),
      children: sum(({ children }) => children),
    }),
  ];
}
