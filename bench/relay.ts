/**
 * `npm run bench -- relay`: how fast the relay is, beside nats-server under the same load in the same run where that is
 * installed. Servers take turns, each run starts a fresh process, and medians are compared.
 */
import { parseArgs } from 'node:util';
import { runScenario, scenarios } from './relay/scenarios.ts';
import { sealedKinds, serverKinds } from './relay/servers.ts';
import { comparisonOptions, comparisonUsage, runComparison } from './shared/comparison-run.ts';

const USAGE = `${comparisonUsage('relay', 'rooms, echo, saturated-rooms, saturated-echo, sealed-echo, sealed-clients, idle')}\
  --connections N    clients of idle (5000)
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...comparisonOptions('relay'), connections: { type: 'string', default: '5000' } },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  await runComparison({
    benchmark: 'relay',
    values,
    scenarios: scenarios({ seconds: Number(values.seconds), connections: Number(values.connections) }),
    kinds: serverKinds(values['node-option']),
    kindsOf: ({ sealed }, kinds) => (sealed ? sealedKinds(values['node-option']) : kinds),
    rival: 'nats-server',
    run: runScenario,
  });
}
