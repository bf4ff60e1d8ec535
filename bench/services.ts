/**
 * `npm run bench -- services`: ends services, the IRC server and both with SIGKILL while people register accounts and change them with
 * AuthServ, and counts what they were told is done and is lost, and with `--keycloak` what is on one side alone; and sends events to the
 * webhook. Ends with 1 where anything is lost, half done or refused.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KeycloakSide } from './services/keycloak-side.ts';
import { KILLED, type ServicesKills, servicesKills } from './services/kills.ts';
import { type WebhookRate, webhookRate } from './services/webhook-rate.ts';
import { writeReport } from './shared/report.ts';
import { benchDirectory } from './shared/server-process.ts';

const ALL = [...Object.keys(KILLED), 'webhook'];
const USAGE = `usage: npm run bench -- services [options]
  --only a,b      ${ALL.join(', ')} (all)
  --kills N       kills of each (10)
  --people N      who register and change accounts at once (8)
  --keycloak      beside a real Keycloak
  --events N      events of the webhook (1000)
  --rate N        of them a second (1000)
  --json FILE     where the result goes (bench/results/services.json)
`;

/** Runs the benchmark with command-line options. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: ALL.join(',') },
      kills: { type: 'string', default: '10' },
      people: { type: 'string', default: '8' },
      keycloak: { type: 'boolean', default: false },
      events: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '1000' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/services.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const names = values.only.split(',');
  const wrong = names.find((name) => !ALL.includes(name));
  if (wrong !== undefined) throw new Error(`There is nothing called "${wrong}".\n${USAGE}`);
  const keycloak = values.keycloak ? await KeycloakSide.start() : null;
  const results: (ServicesKills | WebhookRate)[] = [];
  try {
    for (const name of names) {
      const folder = await benchDirectory('services');
      try {
        if (name === 'webhook')
          results.push(
            await webhookRate({ events: Number(values.events), perSecond: Number(values.rate), folder }),
          );
        else {
          const [kills, people] = [Number(values.kills), Number(values.people)];
          results.push(
            await servicesKills({ name, killed: KILLED[name]!, kills, people, folder, keycloak, onKill }),
          );
        }
        console.log(told(results.at(-1)!));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  } finally {
    await keycloak?.close();
  }
  await writeReport(values.json, 'services', results);
  if (results.some(isWrong)) process.exitCode = 1;
}

function onKill(kill: number): void {
  if (kill % 10 === 0) console.log(`${kill} kills`);
}

function told(result: ServicesKills | WebhookRate): string {
  if ('events' in result)
    return (
      `webhook  ${result.events} events, ${result.perSecond} a second: answered after ${result.p50.toFixed(1)} ms (p50), ` +
      `${result.p99.toFixed(1)} ms (p99), at most ${result.most.toFixed(1)} ms; ${result.refused} refused; ` +
      `acted upon ${result.actedSeconds.toFixed(2)} s after the last answer`
    );
  const halves = result.halves === null ? '' : `, ${result.halves} accounts on one side alone`;
  return (
    `${result.name.padEnd(8)} ${result.kills} kills: ${result.registered} accounts registered, ${result.changed} changes answered, ` +
    `${result.lostAccounts} accounts and ${result.lostChanges} changes lost${halves}`
  );
}

function isWrong(result: ServicesKills | WebhookRate): boolean {
  if ('events' in result) return result.refused > 0;
  return result.lostAccounts + result.lostChanges + (result.halves ?? 0) > 0;
}
