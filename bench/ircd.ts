/**
 * `npm run bench -- ircd`: how fast the IRC server is, beside InspIRCd under the same load in the same run where it is
 * installed. Servers take turns, each run starts a fresh process, and medians are compared.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScenario, scenarios } from './ircd/scenarios.ts';
import { serverKinds } from './ircd/servers.ts';
import { type Comparison, compare, printComparison } from './shared/comparison.ts';
import { pinning } from './shared/pinning.ts';
import { writeReport } from './shared/report.ts';

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
  const results: Comparison[] = [];
  for (const scenario of list) {
    const result = await compare(scenario, kinds, Number(values.rounds), runScenario);
    printComparison(result);
    results.push(result);
  }
  await writeReport(values.json, 'ircd', results);
}
