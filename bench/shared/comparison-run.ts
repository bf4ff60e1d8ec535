/** What the benchmarks that compare servers have in common: their options, and one run over all scenarios. */
import { join } from 'node:path';
import type { ParseArgsOptionsConfig } from 'node:util';
import { type ComparedScenario, type Comparison, compare, printComparison } from './comparison.ts';
import type { Figures } from './figures.ts';
import { pinning } from './pinning.ts';
import { writeReport } from './report.ts';

/** Options for `parseArgs` that every comparison takes; `benchmark` names its result file. */
export function comparisonOptions(benchmark: string) {
  return {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    alone: { type: 'boolean', default: false },
    json: { type: 'string', default: join(import.meta.dirname, `../results/${benchmark}.json`) },
    'node-option': { type: 'string', multiple: true, default: [] as string[] },
    help: { type: 'boolean', default: false },
  } satisfies ParseArgsOptionsConfig;
}

/** The text of {@link comparisonOptions} for a usage message. */
export function comparisonUsage(benchmark: string, scenarios: string): string {
  return `usage: npm run bench -- ${benchmark} [options]
  --only a,b         scenarios: ${scenarios} (all)
  --rounds N         runs of each server per scenario (3)
  --seconds N        measured time of a run (5)
  --alone            only our server
  --json FILE        where the result goes (bench/results/${benchmark}.json)
  --node-option X    an option for our server's Node, such as --cpu-prof; repeatable
`;
}

interface ComparisonRun<Scenario, Kind> {
  readonly benchmark: string;
  readonly values: {
    readonly only?: string | undefined;
    readonly rounds: string;
    readonly alone: boolean;
    readonly json: string;
  };
  readonly scenarios: readonly Scenario[];
  /** Ours first, then the rival where it is installed. */
  readonly kinds: readonly Kind[];
  /** Others for a scenario, ours first; `kinds` where absent. */
  readonly kindsOf?: (scenario: Scenario, kinds: readonly Kind[]) => readonly Kind[];
  /** What is not compared with on this machine, and what brings it: `inspircd (apt install inspircd)`. */
  readonly skipped: readonly string[];
  /** One run of one scenario against a fresh server. */
  readonly run: (scenario: Scenario, kind: Kind) => Promise<Figures>;
}

/**
 * Runs the chosen scenarios, prints a table for each, and writes the report.
 * @throws Error for a scenario that does not exist, before anything runs.
 */
export async function runComparison<
  Scenario extends ComparedScenario,
  Kind extends { readonly name: string },
>(options: ComparisonRun<Scenario, Kind>): Promise<void> {
  const { benchmark, values } = options;
  const chosen = values.only?.split(',') ?? options.scenarios.map(({ id }) => id);
  const unknown = chosen.find((id) => !options.scenarios.some((scenario) => scenario.id === id));
  if (unknown !== undefined) throw new Error(`There is no scenario "${unknown}"; see --help.`);
  const skipped = values.alone ? [] : options.skipped;
  const saySkipped = () => {
    for (const [i, what] of skipped.entries()) console.log(`SKIPPED ${i + 1}/${skipped.length}: ${what}`);
  };
  saySkipped();
  if (!pinning) console.log('One core or no taskset: server and load generator share what there is.');
  const kinds = values.alone ? options.kinds.slice(0, 1) : options.kinds;
  const results: Comparison[] = [];
  for (const scenario of options.scenarios) {
    if (!chosen.includes(scenario.id)) continue;
    const compared = options.kindsOf?.(scenario, kinds) ?? kinds;
    const result = await compare(scenario, compared, Number(values.rounds), options.run);
    printComparison(result);
    results.push(result);
  }
  if (skipped.length > 0) console.log('');
  saySkipped();
  await writeReport(values.json, benchmark, results, { skipped });
}
