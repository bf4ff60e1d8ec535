/**
 * A storm of logins against a real Keycloak while people chat: how fast they are let in beside a script that asks Keycloak for the same
 * tokens, and how late the loops of services and the IRC server are beside that of a process that does nothing. Called by
 * bench/services.ts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { keycloakHome, RealKeycloak } from '../../daemons/runtime/test-fixtures/keycloak.ts';
import { limits } from '../../daemons/services/limits.ts';
import type { GeneratorMessage, PacedJob } from '../ircd/messages.ts';
import type { VictimHost } from '../kills/victim-host.ts';
import { type Figures, medians } from '../shared/figures.ts';
import { keycloakToml } from './keycloak-side.ts';
import { idleProcess, LoopProbe } from './loop-probe.ts';
import { plainGrants } from './plain-grants.ts';
import { servicesHost, untilQuiet } from './services-host.ts';
import { authClient, type StormAnswer, type StormClient, saslClient } from './storm-clients.ts';
import { writeStormRealm } from './storm-realm.ts';

const GENERATOR = new URL('../ircd/generator.ts', import.meta.url);
/** Longer than any of it takes; the chat ends with the benchmark. */
const CHAT_MS = 600_000;
/** Of a process that has just started nothing is compiled; a service has run for a while. */
const WARM_ROUNDS = 1;

export interface StormOptions {
  readonly rounds: number;
  /** Who log in by SASL PLAIN, and as many by AUTH. */
  readonly each: number;
  readonly chatters: number;
  /** Messages of the chat that somebody is told, a second. */
  readonly deliveries: number;
  readonly folder: string;
  /** Where profiles of the processes go; null for none. */
  readonly profiles: string | null;
}

/** What came of it; figures are medians of the rounds. */
export interface Storm {
  readonly name: 'storm';
  readonly logins: number;
  /** Of all that were begun, those that were not let in, by what they were told. */
  readonly refused: readonly string[];
  readonly figures: Figures;
}

/** Rounds of the script and of a storm in turn, each with users of its own. */
export async function loginStorm(options: StormOptions): Promise<Storm> {
  const { rounds, each, folder } = options;
  const home = keycloakHome('A storm of logins is');
  if (home === null) throw new Error('Keycloak cannot be run here');
  const realm = join(folder, 'realm.json');
  const many = each * 2;
  await writeStormRealm(realm, many * 2 * (rounds + WARM_ROUNDS));
  const keycloak = await RealKeycloak.start(home, realm);
  let next = 0;
  const users = () => Array.from({ length: many }, () => next++);
  const refused: string[] = [];
  const runs: Figures[] = [];
  const idle = idleProcess();
  let host: VictimHost | null = null;
  let chat: ChildProcess | null = null;
  try {
    host = await servicesHost(join(folder, 'data'), keycloakToml(keycloak.origin));
    chat = await chatting(host, options);
    const processes = {
      idle: idle.pid!,
      services: await host.pidOf('services'),
      ircd: await host.pidOf('ircd'),
    };
    const probe = new LoopProbe(processes, options.profiles);
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      await untilQuiet(host);
      await probe.begin();
      const plain = await plainGrants(keycloak.origin, users(), limits.keycloakConnections.default);
      const before = await probe.end(`script-${round}`);
      const storm = await oneStorm(host.ircPort!, users(), probe, `storm-${round}`);
      if (round < 0) continue;
      refused.push(...storm.answers.filter((one) => !one.in).map(({ way, said }) => `${way}: ${said}`));
      runs.push({
        'script logins/s': plain,
        'services logins/s': storm.perSecond,
        ratio: storm.perSecond / plain,
        ...timesOf(storm.answers),
        'idle p99 ms (script)': before.idle!.p99,
        'ircd p99 ms (script)': before.ircd!.p99,
        'idle p99 ms': storm.delays.idle!.p99,
        'services p99 ms': storm.delays.services!.p99,
        'services max ms': storm.delays.services!.max,
        'ircd p99 ms': storm.delays.ircd!.p99,
        'ircd max ms': storm.delays.ircd!.max,
      });
    }
    return { name: 'storm', logins: many * rounds, refused, figures: medians(runs) };
  } finally {
    chat?.kill();
    idle.kill();
    await host?.stop();
    keycloak.close();
  }
}

async function oneStorm(port: number, users: readonly number[], probe: LoopProbe, name: string) {
  const clients: StormClient[] = await Promise.all(
    users.map((user, index) => (index % 2 === 0 ? saslClient(port, user) : authClient(port, user))),
  );
  await probe.begin();
  const begun = performance.now();
  const answers = await Promise.all(clients.map((client) => client.logIn()));
  const perSecond = users.length / ((performance.now() - begun) / 1_000);
  const delays = await probe.end(name);
  for (const client of clients) client.close();
  return { answers, perSecond, delays };
}

function timesOf(answers: readonly StormAnswer[]): Figures {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return { 'answer p50 ms': times[times.length >> 1]!, 'answer max ms': times.at(-1)! };
}

/** Clients who talk until the process is ended; resolves when they do. */
async function chatting(host: VictimHost, { chatters, deliveries }: StormOptions): Promise<ChildProcess> {
  const job: PacedJob = {
    kind: 'paced',
    port: host.ircPort!,
    clients: chatters,
    channels: Math.max(1, chatters / 20),
    deliveriesPerSecond: deliveries,
    warmupMs: 0,
    measureMs: CHAT_MS,
  };
  const child = fork(GENERATOR, [JSON.stringify(job)]);
  await new Promise<void>((begun, failed) => {
    child.once('exit', () => failed(new Error('the chat ended')));
    child.on('message', (message: GeneratorMessage) => {
      if (message.type === 'start') begun();
      if (message.type === 'error') failed(new Error(message.message));
    });
  });
  return child;
}
