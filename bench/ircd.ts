/**
 * `npm run bench -- ircd`: how fast the IRC server is, beside InspIRCd under the same load in the same run where it is
 * installed. Servers take turns, each run starts a fresh process, and medians are compared.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Figures, runScenario, type Scenario, scenarios } from './ircd/scenarios.ts';
import { pinning, type ServerKind, serverKinds } from './ircd/servers.ts';

const USAGE = `usage: npm run bench -- ircd [options]
  --only a,b         scenarios: saturated, channels, mixed, latency, registrations (all)
  --rounds N         runs of each server per scenario (3)
  --seconds N        measured time of a run (5)
  --warmup N         seconds of load before it (2)
  --connections N    connections of latency and registrations (10000)
  --alone            do not run the rival
  --json FILE        where the result goes (bench/results/ircd.json)
  --node-option X    an option for our server's Node, such as --cpu-prof; repeatable
  --main FILE        another entry file of our daemon
`;

interface ScenarioResult {
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function medians(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]));
}

function readable(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}

function printTable(result: ScenarioResult): void {
  const servers = Object.keys(result.medians);
  const names = Object.keys(Object.values(result.medians)[0] ?? {});
  const width = Math.max(16, ...servers.map((server) => server.length + 2));
  console.log(`\n${result.title}`);
  console.log(''.padEnd(20) + servers.map((server) => server.padStart(width)).join(''));
  for (const name of names) {
    const cells = servers.map((server) =>
      readable(result.medians[server]?.[name] ?? Number.NaN).padStart(width),
    );
    console.log(name.padEnd(20) + cells.join(''));
  }
  for (const [server, ratio] of Object.entries(result.ratios)) {
    console.log(
      `${'ratio'.padEnd(20)}${ratio.toFixed(2).padStart(width)}  (${servers[0]} against ${server})`,
    );
  }
}

async function runAll(
  scenario: Scenario,
  kinds: readonly ServerKind[],
  rounds: number,
): Promise<ScenarioResult> {
  const runs: Record<string, Figures[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const figures = await runScenario(scenario, kind);
      runs[kind.name] = [...(runs[kind.name] ?? []), figures];
      const shown = readable(figures[scenario.headline] ?? Number.NaN);
      console.error(`${scenario.id} ${round + 1}/${rounds} ${kind.name}: ${shown} ${scenario.headline}`);
    }
  }
  const byServer = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  const [first, ...others] = kinds.map((kind) => kind.name);
  const ratiosOf = (figure: string, lessIsBetter = false) =>
    Object.fromEntries(
      others.map((name) => {
        const ratio =
          (byServer[first ?? '']?.[figure] ?? Number.NaN) / (byServer[name]?.[figure] ?? Number.NaN);
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

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '2' },
      connections: { type: 'string', default: '10000' },
      alone: { type: 'boolean', default: false },
      json: { type: 'string', default: join(import.meta.dirname, 'results/ircd.json') },
      'node-option': { type: 'string', multiple: true, default: [] },
      main: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const kinds = serverKinds(values['node-option'], values.main).slice(0, values.alone ? 1 : undefined);
  if (!values.alone && kinds.length === 1)
    console.log('inspircd is not installed (apt install inspircd): no ratio.');
  if (!pinning) console.log('One core or no taskset: server and load generator share what there is.');
  const chosen = values.only?.split(',');
  const list = scenarios({
    measureMs: Number(values.seconds) * 1000,
    warmupMs: Number(values.warmup) * 1000,
    connections: Number(values.connections),
  }).filter((scenario) => chosen === undefined || chosen.includes(scenario.id));
  const results: ScenarioResult[] = [];
  for (const scenario of list) {
    const result = await runAll(scenario, kinds, Number(values.rounds));
    printTable(result);
    results.push(result);
  }
  await mkdir(dirname(values.json), { recursive: true });
  const report = {
    benchmark: 'ircd',
    time: new Date().toISOString(),
    node: process.version,
    pinning,
    results,
  };
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${values.json}`);
}
