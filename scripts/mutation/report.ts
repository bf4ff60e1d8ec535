/** What a mutation run says in the end: counts, the score, and every fault that nobody noticed. */
import type { MutantResult, MutantState } from './run-mutants.ts';

export interface Summary {
  readonly counts: Readonly<Record<MutantState, number>>;
  /** Percent of killed and timeout in all that are not equivalent; 100 where there are none. */
  readonly score: number;
}

export function summaryOf(results: readonly MutantResult[]): Summary {
  const counts: Record<MutantState, number> = {
    killed: 0,
    timeout: 0,
    survived: 0,
    'no coverage': 0,
    equivalent: 0,
  };
  for (const { state } of results) counts[state]++;
  const all = results.length - counts.equivalent;
  return { counts, score: all === 0 ? 100 : ((counts.killed + counts.timeout) / all) * 100 };
}

const oneLine = (text: string) => {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 160 ? `${flat.slice(0, 120)} ... ${flat.slice(-30)}` : flat;
};

function fateOf({ state, by, tests, reason }: MutantResult): string {
  if (state === 'no coverage') return 'no test runs it';
  if (state === 'equivalent') return reason ?? '';
  if (by !== null) return by;
  const shown = tests.slice(0, 6).join(', ');
  return `passed: ${shown}${tests.length > 6 ? ` and ${tests.length - 6} more` : ''}`;
}

/** Lines for a person: first those that survived, then the equivalent ones, then the counts. */
export function reportLines(results: readonly MutantResult[]): string[] {
  const lines: string[] = [];
  for (const wanted of ['survived', 'no coverage', 'equivalent'] as const)
    for (const result of results) {
      const { mutant, state } = result;
      if (state !== wanted) continue;
      lines.push(`${mutant.file}:${mutant.line}: ${state} (${mutant.kind})`);
      lines.push(`    - ${oneLine(mutant.from)}`, `    + ${oneLine(mutant.to)}`, `    ${fateOf(result)}`);
    }
  const { counts, score } = summaryOf(results);
  const words = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  lines.push('', `${words.join(', ')}; score ${score.toFixed(1)} %`);
  return lines;
}
