/**
 * `npm run bench -- objects`: how fast the object server is in each mode and model of concurrency, beside COPY for FDPASS and
 * nginx for streams under the same load in the same run. Servers take turns, each run starts a fresh process, and medians
 * are compared.
 */
import { parseArgs } from 'node:util';
import { runCandidate, scenarios } from './objects/scenarios.ts';
import { nginxVersion } from './objects/servers.ts';
import { type Comparison, compare, printComparison } from './shared/comparison.ts';
import { comparisonOptions, comparisonUsage } from './shared/comparison-run.ts';
import { pinning } from './shared/pinning.ts';
import { writeReport } from './shared/report.ts';

const NAMES = 'fdpass-latency, fdpass-saturation, connection-scaling, copy-by-size, mixed, splice';
const USAGE = `${comparisonUsage('objects', NAMES)}\
  --connections N    connections of connection-scaling (1000)
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...comparisonOptions('objects'), connections: { type: 'string', default: '1000' } },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const seconds = Number(values.seconds);
  const all = scenarios({
    seconds,
    connections: Number(values.connections),
    nodeOptions: values['node-option'],
  });
  const chosen = values.only?.split(',') ?? all.map(({ id }) => id);
  const unknown = chosen.find((id) => !all.some((scenario) => scenario.id === id));
  if (unknown !== undefined) throw new Error(`There is no scenario "${unknown}"; see --help.`);
  if (!values.alone && nginxVersion() === null)
    console.log('nginx is not installed (apt install nginx): no ratio for streams.');
  if (!pinning) console.log('One core or no taskset: server and load generator share what there is.');
  const results: Comparison[] = [];
  for (const scenario of all) {
    if (!chosen.includes(scenario.id)) continue;
    const candidates = values.alone ? scenario.candidates.slice(0, 1) : scenario.candidates;
    const result = await compare(scenario, candidates, Number(values.rounds), (_, candidate) =>
      runCandidate(seconds, candidate),
    );
    printComparison(result);
    results.push(result);
  }
  await writeReport(values.json, 'objects', results);
}
