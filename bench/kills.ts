/**
 * `npm run bench -- kills [--kills N]`: ends main, ircd, the relay and the recorder with SIGKILL, each N times, while
 * commands and IRC operators run, and counts what was answered and is lost or doubled; where it is ircd, also what founders of channels
 * and newcomers with accounts were told. Ends with 1 where there is any.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ChannelFindings } from './kills/channel-load.ts';
import { TARGETS, type Target, type TrialResult, trial } from './kills/trial.ts';
import { writeReport } from './shared/report.ts';
import { benchDirectory } from './shared/server-process.ts';

const USAGE = `usage: npm run bench -- kills [options]
  --kills N       kills of each process (10)
  --only a,b      processes: ${TARGETS.join(', ')} (all)
  --rate N        commands a second (300)
  --deeds N       KILLs and KLINEs of IRC operators a second (50)
  --json FILE     where the result goes (bench/results/kills.json)
`;

/** Runs the benchmark with command-line options. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '10' },
      only: { type: 'string', default: TARGETS.join(',') },
      rate: { type: 'string', default: '300' },
      deeds: { type: 'string', default: '50' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/kills.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const chosen = values.only.split(',').map((name) => {
    const target = TARGETS.find((one) => one === name);
    if (target === undefined) throw new Error(`There is no process "${name}".\n${USAGE}`);
    return target;
  });
  const results: Omit<TrialResult, 'latenciesMs'>[] = [];
  for (const target of chosen) {
    const rates = { perSecond: Number(values.rate), deedsPerSecond: Number(values.deeds) };
    results.push(await runOne(target, Number(values.kills), rates));
  }
  await writeReport(values.json, 'kills', results);
  const lost = results.reduce(
    (sum, one) => sum + one.lostEntries + one.doubledEntries + one.wrongBans + wrongChannels(one.channels),
    0,
  );
  if (lost > 0) process.exitCode = 1;
}

/** What people lost, or got by luck. */
function wrongChannels(found: ChannelFindings | null): number {
  if (found === null) return 0;
  return found.lostChanges + found.lostAccounts + found.luckyOperators + found.lostOperators;
}

async function runOne(
  target: Target,
  kills: number,
  rates: { readonly perSecond: number; readonly deedsPerSecond: number },
) {
  const folder = await benchDirectory('kills');
  try {
    const onKill = (kill: number) => {
      if (kill % 10 === 0) console.log(`${target}: ${kill} of ${kills} kills`);
    };
    const { latenciesMs, ...result } = await trial({ target, kills, ...rates, folder, onKill });
    const sorted = [...latenciesMs].sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
    console.log(
      `${target.padEnd(8)} ${result.kills} kills, ${result.sent} commands sent, ${result.answered} answered, ` +
        `${result.deedsSent} deeds of IRC operators, ${result.deedsSeen} seen: ` +
        `${result.lostEntries} entries lost, ${result.doubledEntries} doubled, ${result.wrongBans} bans wrong ` +
        `(${result.saidSo} answers said that they are not recorded or saved); ` +
        `answered after ${at(0.5)} ms (p50), ${at(0.99)} ms (p99)`,
    );
    const { channels } = result;
    if (channels !== null)
      console.log(
        `         ${channels.changes} changes of channels announced, ${channels.accounts} accounts registered: ` +
          `${channels.lostChanges} channels and ${channels.lostAccounts} accounts not as they were, ` +
          `${channels.luckyOperators} operators by luck, ${channels.lostOperators} not operator again`,
      );
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
