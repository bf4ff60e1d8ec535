/**
 * `npm run bench -- relay`: how fast the relay is, beside nats-server under the same load in the same run where that is
 * installed. Servers take turns, each run starts a fresh process, and medians are compared.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pinning } from './ircd/servers.ts';
import { type Figures, runScenario, type Scenario, scenarios } from './relay/scenarios.ts';
import { type ServerKind, serverKinds } from './relay/servers.ts';

const USAGE = `usage: npm run bench -- relay [options]
  --only a,b         scenarios: rooms, echo, saturated-rooms, saturated-echo, idle (all)
  --rounds N         runs of each server per scenario (3)
  --seconds N        measured time of a run (5)
  --connections N    clients of idle (5000)
  --alone            do not run the rival
  --json FILE        where the result goes (bench/results/relay.json)
  --node-option X    an option for our server's Node, such as --cpu-prof; repeatable
`;

interface Result {
  readonly id: string;
  readonly title: string;
  readonly medians: Record<string, Figures>;
  readonly runs: Record<string, readonly Figures[]>;
  /** Headline of the first server against that of each other; more than 1 means the first is better. */
  readonly ratios: Record<string, number>;
}

function medians(runs: readonly Figures[]): Figures {
  const middle = (values: number[]): number => {
    const sorted = values.toSorted((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  };
  return Object.fromEntries(
    Object.keys(runs[0]!).map((name) => [name, middle(runs.map((run) => run[name]!))]),
  );
}

function readable(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) >= 10 ? 1 : 3);
}

function print(result: Result): void {
  const servers = Object.keys(result.medians);
  console.log(`\n${result.id}: ${result.title}`);
  console.log(''.padEnd(20) + servers.map((server) => server.padStart(20)).join(''));
  for (const name of Object.keys(result.medians[servers[0]!]!)) {
    const cells = servers.map((server) => readable(result.medians[server]![name]!).padStart(20));
    console.log(name.padEnd(20) + cells.join(''));
  }
  for (const [server, ratio] of Object.entries(result.ratios))
    console.log(`${'ratio'.padEnd(20)}${ratio.toFixed(2).padStart(20)}  (${servers[0]} against ${server})`);
}

async function runAll(scenario: Scenario, kinds: readonly ServerKind[], rounds: number): Promise<Result> {
  const runs: Record<string, Figures[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const figures = await runScenario(scenario, kind);
      runs[kind.name] = [...(runs[kind.name] ?? []), figures];
      console.error(
        `${scenario.id} ${round + 1}/${rounds} ${kind.name}: ${readable(figures[scenario.headline]!)} ${scenario.headline}`,
      );
    }
  }
  const byServer = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  const headline = (kind: ServerKind) => byServer[kind.name]![scenario.headline]!;
  const ratios = Object.fromEntries(
    kinds.slice(1).map((kind) => {
      const ratio = headline(kinds[0]!) / headline(kind);
      return [kind.name, scenario.lessIsBetter === true ? 1 / ratio : ratio];
    }),
  );
  return { id: scenario.id, title: scenario.title, medians: byServer, runs, ratios };
}

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '5000' },
      alone: { type: 'boolean', default: false },
      json: { type: 'string', default: join(import.meta.dirname, 'results/relay.json') },
      'node-option': { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const kinds = serverKinds(values['node-option']).slice(0, values.alone ? 1 : undefined);
  if (!values.alone && kinds.length === 1)
    console.log('nats-server is not installed (apt install nats-server): no ratio.');
  if (!pinning) console.log('One core or no taskset: server and load generator share what there is.');
  const chosen = values.only?.split(',');
  const list = scenarios({ seconds: Number(values.seconds), connections: Number(values.connections) }).filter(
    (scenario) => chosen === undefined || chosen.includes(scenario.id),
  );
  const results: Result[] = [];
  for (const scenario of list) {
    const result = await runAll(scenario, kinds, Number(values.rounds));
    print(result);
    results.push(result);
  }
  await mkdir(dirname(values.json), { recursive: true });
  const report = {
    benchmark: 'relay',
    time: new Date().toISOString(),
    node: process.version,
    pinning,
    results,
  };
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${values.json}`);
}
