/** Medians, and how figures are printed. Used by every benchmark. */

/** Figures of one run or their medians, by name. */
export type Figures = Record<string, number>;

/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The median of every figure. */
export function medians(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]));
}

/** A figure with as many digits as it is worth. */
export function readable(value: number): string {
  if (Number.isNaN(value)) return '-';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}

/** Prints columns of figures under a title; every column has the same figures. */
export function printColumns(title: string, columns: Readonly<Record<string, Figures>>): void {
  const heads = Object.keys(columns);
  const names = [...new Set(heads.flatMap((head) => Object.keys(columns[head] ?? {})))];
  const nameWidth = Math.max(...names.map((name) => name.length)) + 2;
  const width = Math.max(14, ...heads.map((head) => head.length + 2));
  console.log(`\n${title}`);
  console.log(''.padEnd(nameWidth) + heads.map((head) => head.padStart(width)).join(''));
  for (const name of names) {
    const cells = heads.map((head) => readable(columns[head]?.[name] ?? Number.NaN).padStart(width));
    console.log(name.padEnd(nameWidth) + cells.join(''));
  }
}
