/** Tests by what became of them. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function sumCounts(counts: readonly Counts[]): Counts;
export function unitCounts(report: unknown): Counts | null;
export function endToEndCounts(report: unknown): Counts | null;
