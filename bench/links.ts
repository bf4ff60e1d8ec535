/**
 * `npm run bench -- links`: runs seeds of the simulated network of servers and says which of them end in disagreement.
 * With `--seed` one of them alone, with all that happened in it. With `--only` it measures a real server instead: how fast a
 * burst is, into the IRC server and into services, and what a split and its healing are to others.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { simulate } from '../daemons/ircd/links/simulation/simulation.ts';
import { burst } from './links/burst.ts';
import { netsplit } from './links/netsplit.ts';
import { servicesBurst } from './links/services.ts';
import { runParts } from './shared/parts.ts';
import { writeReport } from './shared/report.ts';

const USAGE = `usage: npm run bench -- links [options]
  --seeds N    how many seeds (10000)
  --from N     the first of them (1)
  --seed N     this one alone, with a line for everything that happened
  --only a,b   measure instead: burst (50,000 users, beside ircu where it is there), netsplit (10,000 users),
               services (the burst into services, beside ircu)
  --rounds N   how often (3)
  --alone      only our server
  --node-option=O  for our server, e.g. --cpu-prof; may be repeated
  --json FILE  where the figures go (bench/results/links.json)
`;

/** Runs the simulation with command-line options; prints what failed. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      alone: { type: 'boolean', default: false },
      'node-option': { type: 'string', multiple: true, default: [] },
      json: { type: 'string', default: 'bench/results/links.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else if (values.only !== undefined) {
    const [rounds, options] = [Number(values.rounds), values['node-option']];
    const parts = {
      burst: () => burst(rounds, options, values.alone),
      netsplit: () => netsplit(rounds, options),
      services: () => servicesBurst(rounds, options, values.alone),
    };
    await writeReport(values.json, 'links', await runParts(parts, values.only, USAGE));
  } else if (values.seed !== undefined) await replay(Number(values.seed));
  else await runAll(Number(values.from), Number(values.seeds));
}

async function replay(seed: number): Promise<void> {
  const { log, failures } = await simulate(seed, true);
  for (const line of log) console.log(line);
  report(seed, failures);
}

async function runAll(from: number, count: number): Promise<void> {
  let [failed, deeds] = [0, 0];
  for (let seed = from; seed < from + count; seed++) {
    const result = await simulate(seed);
    // What its servers have left for a turn of the loop holds them until there is one.
    await turn();
    deeds += result.deeds;
    if (result.failures.length > 0) failed++;
    if (result.failures.length > 0) report(seed, result.failures);
  }
  console.log(`seeds ${from} to ${from + count - 1}: ${failed} failed, ${deeds} deeds`);
}

function report(seed: number, failures: readonly string[]): void {
  if (failures.length === 0) {
    console.log(`seed ${seed}: all servers agree`);
    return;
  }
  process.exitCode = 1;
  console.log(`seed ${seed}:`);
  for (const line of failures) console.log(`  ${line}`);
}
