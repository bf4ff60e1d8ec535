/**
 * `npm run bench -- relay`: how fast the relay is, beside nats-server under the same load in the same run where that is
 * installed. Servers take turns, each run starts a fresh process, and medians are compared.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScenario, scenarios } from './relay/scenarios.ts';
import { serverKinds } from './relay/servers.ts';
import { type Comparison, compare, printComparison } from './shared/comparison.ts';
import { pinning } from './shared/pinning.ts';
import { writeReport } from './shared/report.ts';

const USAGE = `usage: npm run bench -- relay [options]
  --only a,b         scenarios: rooms, echo, saturated-rooms, saturated-echo, idle (all)
  --rounds N         runs of each server per scenario (3)
  --seconds N        measured time of a run (5)
  --connections N    clients of idle (5000)
  --alone            do not run the rival
  --json FILE        where the result goes (bench/results/relay.json)
  --node-option X    an option for our server's Node, such as --cpu-prof; repeatable
`;

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
  const results: Comparison[] = [];
  for (const scenario of list) {
    const result = await compare(scenario, kinds, Number(values.rounds), runScenario);
    printComparison(result);
    results.push(result);
  }
  await writeReport(values.json, 'relay', results);
}
