/**
 * `npm run bench -- ircd`: how fast the IRC server is, beside InspIRCd and Ergo under the same load in the same run where they are
 * installed, and beside a loop in C that does the same writes. Servers take turns, each run starts a fresh process, and medians are
 * compared.
 */
import { parseArgs } from 'node:util';
import { runScenario } from './ircd/run-scenario.ts';
import { kindsOf, scenarios } from './ircd/scenarios.ts';
import { comparedServers, sharded, withHistory } from './ircd/servers.ts';
import { likeTheFirst } from './shared/c-loop/c-loop.ts';
import { comparisonOptions, comparisonUsage, runComparison } from './shared/comparison-run.ts';

const SCENARIOS = `saturated, channels, mixed, latency, one-sender,
                     one-sender-channels, paced, registrations, memory, websocket,
                     websocket-half, websocket-channels, websocket-latency, websocket-registrations`;
/** By then V8 has compiled what a server does for each delivery. */
const TIMED_WARMUP_MS = 12_000;

const USAGE = `${comparisonUsage('ircd', SCENARIOS)}\
  --warmup N         seconds of load before it (2; at least 12 where deliveries are timed)
  --connections N    connections of latency and registrations (10000)
  --rate N           deliveries a second of latency and websocket-latency (100000)
  --paced-connections N  connections of paced and memory (9000), in 100 channels
  --io-threads A,B   our server once for each number of threads that own sockets, 0 for none, on all cores of the
                     machine: 0,1,2 compares today's with one and two
  --history          our server without history, with it in memory and with it on disk, in turn
  --main FILE        another entry file of our daemon
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...comparisonOptions('ircd'),
      warmup: { type: 'string', default: '2' },
      connections: { type: 'string', default: '10000' },
      rate: { type: 'string', default: '100000' },
      'paced-connections': { type: 'string', default: '9000' },
      'io-threads': { type: 'string' },
      history: { type: 'boolean', default: false },
      main: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const compared = comparedServers(values['node-option'], values.main);
  const options = values['node-option'];
  // All of them are ours.
  const fronts = values.history
    ? withHistory(options, values.main)
    : values['io-threads']?.split(',').map((count) => sharded(Number(count), options));
  await runComparison({
    benchmark: 'ircd',
    values: fronts === undefined ? values : { ...values, alone: false },
    scenarios: scenarios({
      measureMs: Number(values.seconds) * 1000,
      warmupMs: Number(values.warmup) * 1000,
      timedWarmupMs: Math.max(Number(values.warmup) * 1000, TIMED_WARMUP_MS),
      connections: Number(values.connections),
      deliveriesPerSecond: Number(values.rate),
      pacedConnections: Number(values['paced-connections']),
    }),
    kinds:
      fronts === undefined ? compared.kinds : [...fronts, ...(values.alone ? [] : compared.kinds.slice(1))],
    skipped: fronts !== undefined && values.alone ? [] : compared.skipped,
    kindsOf,
    run: likeTheFirst(runScenario),
  });
}
