/** Runs a scenario against each server in turns and compares the medians. Used by comparison-run.ts. */
import { type Figures, medians, printColumns, readable } from './figures.ts';

/** What a comparison must know of a scenario. */
export interface ComparedScenario {
  readonly id: string;
  readonly title: string;
  /** The figure that is compared between servers; more is better unless `lessIsBetter`. */
  readonly headline: string;
  /** The same by CPU second of the server, which other work on the machine disturbs less. */
  readonly perCpu?: string;
  readonly lessIsBetter?: boolean;
}

/** The result for one scenario. */
export interface Comparison {
  readonly id: string;
  readonly title: string;
  /** The median of every figure, by server. */
  readonly medians: Record<string, Figures>;
  readonly runs: Record<string, Figures[]>;
  /** Headline of the first server against that of each other; more than 1 means the first is better. */
  readonly ratios: Record<string, number>;
  /** The same by CPU second of the servers. */
  readonly cpuRatios: Record<string, number>;
}

/** Runs every server `rounds` times, in turns; `run` gives the figures of one run. */
export async function compare<Scenario extends ComparedScenario, Kind extends { readonly name: string }>(
  scenario: Scenario,
  kinds: readonly Kind[],
  rounds: number,
  run: (scenario: Scenario, kind: Kind) => Promise<Figures>,
): Promise<Comparison> {
  const runs: Record<string, Figures[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const figures = await run(scenario, kind);
      runs[kind.name] = [...(runs[kind.name] ?? []), figures];
      const shown = readable(figures[scenario.headline] ?? Number.NaN);
      console.error(`${scenario.id} ${round + 1}/${rounds} ${kind.name}: ${shown} ${scenario.headline}`);
    }
  }
  const byServer = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  const [first = '', ...others] = kinds.map((kind) => kind.name);
  const ratiosOf = (figure: string, lessIsBetter = false) =>
    Object.fromEntries(
      others.map((name) => {
        const ratio = (byServer[first]?.[figure] ?? Number.NaN) / (byServer[name]?.[figure] ?? Number.NaN);
        return [name, lessIsBetter ? 1 / ratio : ratio];
      }),
    );
  return {
    id: scenario.id,
    title: scenario.title,
    medians: byServer,
    runs,
    ratios: ratiosOf(scenario.headline, scenario.lessIsBetter),
    cpuRatios: scenario.perCpu === undefined ? {} : ratiosOf(scenario.perCpu),
  };
}

/** Prints the medians of each server side by side, and the ratios. */
export function printComparison({ id, title, medians: byServer, ratios, cpuRatios }: Comparison): void {
  printColumns(`${id}: ${title}`, byServer);
  const [first = ''] = Object.keys(byServer);
  for (const [server, ratio] of Object.entries(ratios)) {
    const byCpu = cpuRatios[server];
    const more = byCpu === undefined ? '' : `, ${byCpu.toFixed(2)} by CPU second`;
    console.log(`ratio ${ratio.toFixed(2)}${more} (${first} against ${server})`);
  }
}
