/**
 * `npm run bench -- services [--kills N]`: ends services, the IRC server and both with SIGKILL, each N times, while people register
 * accounts and change them with AuthServ, and counts what they were told is done and is lost. Ends with 1 where anything is.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KILLED, type ServicesKills, servicesKills } from './services/kills.ts';
import { writeReport } from './shared/report.ts';
import { benchDirectory } from './shared/server-process.ts';

const USAGE = `usage: npm run bench -- services [options]
  --kills N       kills of each (10)
  --only a,b      of what: ${Object.keys(KILLED).join(', ')} (all)
  --people N      who register and change accounts at once (8)
  --json FILE     where the result goes (bench/results/services.json)
`;

/** Runs the benchmark with command-line options. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '10' },
      only: { type: 'string', default: Object.keys(KILLED).join(',') },
      people: { type: 'string', default: '8' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/services.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const results: ServicesKills[] = [];
  for (const name of values.only.split(',')) {
    const killed = KILLED[name];
    if (killed === undefined) throw new Error(`There is nothing called "${name}".\n${USAGE}`);
    const folder = await benchDirectory('services');
    try {
      const onKill = (kill: number) => {
        if (kill % 10 === 0) console.log(`${name}: ${kill} of ${values.kills} kills`);
      };
      const people = Number(values.people);
      const result = await servicesKills({
        name,
        killed,
        kills: Number(values.kills),
        people,
        folder,
        onKill,
      });
      console.log(
        `${name.padEnd(8)} ${result.kills} kills: ${result.registered} accounts registered, ${result.changed} changes answered, ` +
          `${result.lostAccounts} accounts and ${result.lostChanges} changes lost`,
      );
      results.push(result);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  await writeReport(values.json, 'services', results);
  if (results.some(({ lostAccounts, lostChanges }) => lostAccounts + lostChanges > 0)) process.exitCode = 1;
}
