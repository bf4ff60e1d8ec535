/**
 * `npm run bench -- services`: what services take and stand. By default it ends services, the IRC server and both with SIGKILL while people
 * register accounts and change them with AuthServ, and counts what they were told is done and is lost, and with `--keycloak` what is on
 * one side alone; and sends events to the webhook. Other parts are asked for by name. Ends with 1 where anything is lost, half done,
 * refused or not answered.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AccountTraffic, accountTraffic } from './services/account-traffic.ts';
import { type Crowded, crowdedNetwork } from './services/crowded.ts';
import { type KeycloakChanges, keycloakChanges } from './services/keycloak-changes.ts';
import { KeycloakSide } from './services/keycloak-side.ts';
import { KILLED, KILLED_WITH_CHANNELS, type ServicesKills, servicesKills } from './services/kills.ts';
import { type Large, largeNetwork } from './services/large.ts';
import { loginStorm, type Storm } from './services/storm.ts';
import { type WebhookRate, webhookRate } from './services/webhook-rate.ts';
import { printColumns } from './shared/figures.ts';
import { writeReport } from './shared/report.ts';
import { benchDirectory } from './shared/server-process.ts';

const EVERYDAY = [...Object.keys(KILLED), 'webhook'];
const ALL = [...EVERYDAY, KILLED_WITH_CHANNELS, 'storm', 'large', 'crowded', 'files', 'changes'];
const USAGE = `usage: npm run bench -- services [options]
  --only a,b      ${ALL.join(', ')} (${EVERYDAY.join(', ')})
  --kills N       kills of each (10)
  --people N      who register and change accounts at once (8)
  --keycloak      beside a real Keycloak
  --events N      events of the webhook (1000)
  --rate N        of them a second (1000)
  --rounds N      of the webhook, the storm, the large and the crowded network, and four times as many changes in Keycloak (3)
  --logins N      that come at once by SASL, and as many by AUTH (200)
  --chatters N    who talk meanwhile (1000)
  --deliveries N  of their messages, a second (2000)
  --users N       of the large network, and of the crowded one (50000)
  --channels N    of the crowded network, all registered (10000)
  --joins N       of people who have access to one of them (1500)
  --banned N      of its users, at once (1000)
  --accounts N    there, and in files (100000)
  --node-option=O for services of the large and of the crowded network, e.g. --cpu-prof; may be repeated
  --profiles DIR  CPU profiles of the processes of the storm go there
  --json FILE     where the result goes (bench/results/services.json)
`;

type Result = ServicesKills | WebhookRate | Storm | Large | Crowded | AccountTraffic | KeycloakChanges;

/** Runs the benchmark with command-line options. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: EVERYDAY.join(',') },
      kills: { type: 'string', default: '10' },
      people: { type: 'string', default: '8' },
      keycloak: { type: 'boolean', default: false },
      events: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      logins: { type: 'string', default: '200' },
      chatters: { type: 'string', default: '1000' },
      deliveries: { type: 'string', default: '2000' },
      users: { type: 'string', default: '50000' },
      accounts: { type: 'string', default: '100000' },
      channels: { type: 'string', default: '10000' },
      joins: { type: 'string', default: '1500' },
      banned: { type: 'string', default: '1000' },
      'node-option': { type: 'string', multiple: true, default: [] },
      profiles: { type: 'string' },
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
  const [rounds, accounts] = [Number(values.rounds), Number(values.accounts)];
  const keycloak = values.keycloak ? await KeycloakSide.start() : null;
  const parts: Record<string, (folder: string) => Promise<Result>> = {
    webhook: (folder) =>
      webhookRate({
        events: Number(values.events),
        perSecond: Number(values.rate),
        rounds,
        folder,
      }),
    storm: (folder) =>
      loginStorm({
        ...{ rounds, folder },
        each: Number(values.logins),
        chatters: Number(values.chatters),
        deliveries: Number(values.deliveries),
        profiles: values.profiles ?? null,
      }),
    large: () =>
      largeNetwork({
        ...{ rounds, accounts, perSecond: 50, logins: 1_000 },
        users: Number(values.users),
        nodeOptions: values['node-option'],
      }),
    crowded: () =>
      crowdedNetwork({
        rounds,
        users: Number(values.users),
        channels: Number(values.channels),
        joins: Number(values.joins),
        banned: Number(values.banned),
        nodeOptions: values['node-option'],
      }),
    files: (folder) => accountTraffic(accounts, folder),
    changes: (folder) => keycloakChanges(rounds * 4, folder),
  };
  const [kills, people] = [Number(values.kills), Number(values.people)];
  for (const [name, killed] of [...Object.entries(KILLED), [KILLED_WITH_CHANNELS, ['services']] as const])
    parts[name] = (folder) => servicesKills({ name, killed, kills, people, folder, keycloak, onKill });
  const results: Result[] = [];
  try {
    for (const name of names) {
      const folder = await benchDirectory('services');
      try {
        results.push(await parts[name]!(folder));
        tell(results.at(-1)!);
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

function tell(result: Result): void {
  if ('notOpped' in result)
    printColumns(`crowded: ${result.notOpped} who came did not become operator`, result.columns);
  else if ('answers' in result) {
    const { events, perSecond, refused, answers } = result;
    printColumns(`webhook: ${events} events, ${perSecond} a second, ${refused} refused`, answers);
  } else if ('logins' in result) {
    const { logins, refused, columns } = result;
    printColumns(
      `storm: ${logins} logins, ${refused.length} not let in; medians by where Keycloak runs`,
      columns,
    );
    for (const why of new Set(refused)) console.log(why);
  } else if (!('figures' in result)) console.log(told(result));
  else if ('unanswered' in result)
    printColumns(`large: ${result.unanswered} logins not answered`, { median: result.figures });
  else if ('accounts' in result) printColumns(`files: ${result.accounts} accounts`, { once: result.figures });
  else printColumns('changes in Keycloak until IRC has seen them', { times: result.figures });
}

function told(result: ServicesKills): string {
  const what = result.name === KILLED_WITH_CHANNELS ? 'channels' : 'accounts';
  const halves = result.halves === null ? '' : `, ${result.halves} ${what} on one side alone`;
  return (
    `${result.name.padEnd(8)} ${result.kills} kills: ${result.registered} ${what} registered, ${result.changed} changes answered, ` +
    `${result.lostAccounts} ${what} and ${result.lostChanges} changes lost${halves}`
  );
}

function isWrong(result: Result): boolean {
  if ('notOpped' in result) return result.notOpped > 0;
  if ('logins' in result) return result.refused.length > 0;
  if ('figures' in result) return 'unanswered' in result && result.unanswered > 0;
  if ('events' in result) return result.refused > 0;
  return result.lostAccounts + result.lostChanges + (result.halves ?? 0) > 0;
}
