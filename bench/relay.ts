/**
 * `npm run bench -- relay`: how fast the relay is, beside nats-server under the same load in the same run where that is
 * installed, and beside a loop in C that does the same writes. Servers take turns, each run starts a fresh process, and medians are compared.
 */
import { parseArgs } from 'node:util';
import { runScenario } from './relay/run-scenario.ts';
import { kindsOf, type Scenario, scenarios } from './relay/scenarios.ts';
import { comparedServers, type RelayServerKind } from './relay/servers.ts';
import { likeTheFirst } from './shared/c-loop/c-loop.ts';
import { comparisonOptions, comparisonUsage, runComparison } from './shared/comparison-run.ts';

const USAGE = `${comparisonUsage(
  'relay',
  `rooms, echo, saturated-rooms, saturated-echo, one-sender,
                     one-sender-rooms, paced, sealed-echo, sealed-clients, idle`,
)}\
  --connections N    clients of idle (5000)
  --paced-connections N  clients of paced (9000), in 100 rooms
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...comparisonOptions('relay'),
      connections: { type: 'string', default: '5000' },
      'paced-connections': { type: 'string', default: '9000' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  await runComparison<Scenario, RelayServerKind>({
    benchmark: 'relay',
    values,
    scenarios: scenarios({
      seconds: Number(values.seconds),
      connections: Number(values.connections),
      pacedConnections: Number(values['paced-connections']),
    }),
    ...comparedServers(values['node-option']),
    kindsOf: (scenario, kinds) => kindsOf(scenario, kinds, values['node-option']),
    run: likeTheFirst(runScenario),
  });
}
