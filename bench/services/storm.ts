/**
 * A storm of logins against a real Keycloak while people chat: how fast they are let in beside a script that asks Keycloak for the same
 * tokens, and how late the loops of services and the IRC server are beside that of a process that does nothing. Called by
 * bench/services.ts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keycloakHome, RealKeycloak } from '../../daemons/runtime/test-fixtures/keycloak.ts';
import { limits } from '../../daemons/services/limits.ts';
import type { GeneratorMessage, PacedJob } from '../ircd/messages.ts';
import type { VictimHost } from '../kills/victim-host.ts';
import { type Figures, medians } from '../shared/figures.ts';
import { allCores, move, pinning } from '../shared/pinning.ts';
import { readUsage } from '../shared/process-usage.ts';
import { keycloakToml } from './keycloak-side.ts';
import { idleProcess, LoopProbe } from './loop-probe.ts';
import { plainGrants } from './plain-grants.ts';
import { servicesHost, untilQuiet } from './services-host.ts';
import { authClient, type StormAnswer, type StormClient, saslClient } from './storm-clients.ts';
import { writeStormRealm } from './storm-realm.ts';

const GENERATOR = new URL('../ircd/generator.ts', import.meta.url);
/** Longer than any of it takes; the chat ends with the benchmark. */
const CHAT_MS = 600_000;
/** Of a process that has just started nothing is compiled; services and a Keycloak have run for a while. */
const WARM_ROUNDS = 3;
/** The processes whose loops are looked at. */
const LOOPS = ['idle', 'services', 'ircd'] as const;

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

/**
 * Where Keycloak runs. `together`: on the cores of everybody else, those who log in and who chat among them; what there is of processor
 * time decides. `apart`: on a core of its own, as on a machine of its own, and everybody else on another.
 */
export type StormShape = 'together' | 'apart';

/** What came of it; figures are medians of the rounds, by where Keycloak ran. */
export interface Storm {
  readonly name: 'storm';
  readonly logins: number;
  /** Of all that were begun, those that were not let in, by what they were told. */
  readonly refused: readonly string[];
  readonly columns: Readonly<Partial<Record<StormShape, Figures>>>;
}

/** Storms with Keycloak among everybody else, and apart from them where the machine allows it. */
export async function loginStorm(options: StormOptions): Promise<Storm> {
  const columns: Partial<Record<StormShape, Figures>> = {};
  const refused: string[] = [];
  const shapes: readonly StormShape[] = pinning ? ['together', 'apart'] : ['together'];
  for (const shape of shapes) {
    const runs = await inShape(shape, options);
    refused.push(...runs.flatMap((run) => run.refused));
    columns[shape] = medians(runs.map(({ figures }) => figures));
  }
  return { name: 'storm', logins: options.each * 2 * options.rounds * shapes.length, refused, columns };
}

interface Round {
  readonly refused: readonly string[];
  readonly figures: Figures;
}

/**
 * Rounds of the script and of a storm, each with users of its own. Which comes first changes from round to round: Keycloak slows down with
 * every session that it keeps.
 */
async function inShape(shape: StormShape, options: StormOptions): Promise<Round[]> {
  const { rounds, each } = options;
  const home = keycloakHome('A storm of logins is');
  if (home === null) throw new Error('Keycloak cannot be run here');
  const folder = join(options.folder, shape);
  await mkdir(folder);
  const realm = join(folder, 'realm.json');
  const many = each * 2;
  await writeStormRealm(realm, many * 2 * (rounds + WARM_ROUNDS));
  const keycloak = await RealKeycloak.start(home, realm);
  if (shape === 'apart') {
    move(keycloak.pid, [0]);
    move(process.pid, allCores.slice(1));
  }
  let next = 0;
  const users = () => Array.from({ length: many }, () => next++);
  const runs: Round[] = [];
  const idle = idleProcess();
  let host: VictimHost | null = null;
  let chat: ChildProcess | null = null;
  try {
    host = await servicesHost(join(folder, 'data'), keycloakToml(keycloak.origin));
    chat = await chatting(host, options);
    const pids = { idle: idle.pid!, services: await host.pidOf('services'), ircd: await host.pidOf('ircd') };
    const watched = new Watched({ ...pids, keycloak: keycloak.pid }, new LoopProbe(pids, options.profiles));
    const { ircPort } = host;
    for (let round = -WARM_ROUNDS; round < rounds; round++) {
      const parts = {
        script: () =>
          watched.during(`${shape}-script-${round}`, many, async () =>
            plainGrants(keycloak.origin, users(), limits.keycloakConnections.default),
          ),
        storm: () => oneStorm(ircPort!, users(), watched, `${shape}-storm-${round}`),
      };
      await untilQuiet(host);
      const early = round % 2 === 0 ? await parts.script() : null;
      const storm = await parts.storm();
      await untilQuiet(host);
      const script = early ?? (await parts.script());
      if (round < 0) continue;
      runs.push({
        refused: storm.came.answers.filter((one) => !one.in).map(({ way, said }) => `${way}: ${said}`),
        figures: {
          'script logins/s': script.came,
          'services logins/s': storm.came.perSecond,
          ratio: storm.came.perSecond / script.came,
          ...timesOf(storm.came.answers),
          ...script.figures('script'),
          ...storm.figures('storm'),
        },
      });
    }
    return runs;
  } finally {
    chat?.kill();
    idle.kill();
    await host?.stop();
    keycloak.close();
    move(process.pid, allCores);
  }
}

/** Looks at loops and at processor time while something goes on. */
class Watched {
  readonly #pids: Readonly<Record<string, number>>;
  readonly #probe: LoopProbe;

  constructor(pids: Readonly<Record<string, number>>, probe: LoopProbe) {
    this.#pids = pids;
    this.#probe = probe;
  }

  /** @param logins that come of it, for the time that each took of the processor */
  async during<Came>(name: string, logins: number, act: () => Promise<Came>) {
    await this.#probe.begin();
    const before = this.#cpuSeconds();
    const came = await act();
    const after = this.#cpuSeconds();
    const delays = await this.#probe.end(name);
    const figures = (what: string): Figures => ({
      ...Object.fromEntries(LOOPS.map((loop) => [`${loop} p99 ms (${what})`, delays[loop]!.p99])),
      ...Object.fromEntries(
        ['keycloak', 'services', 'ircd'].map((one) => [
          `${one} CPU ms/login (${what})`,
          ((after[one]! - before[one]!) * 1_000) / logins,
        ]),
      ),
    });
    return { came, figures };
  }

  #cpuSeconds(): Figures {
    return Object.fromEntries(
      Object.entries(this.#pids).map(([name, pid]) => [name, readUsage(pid).cpuSeconds]),
    );
  }
}

async function oneStorm(port: number, users: readonly number[], watched: Watched, name: string) {
  const clients: StormClient[] = await Promise.all(
    users.map((user, index) => (index % 2 === 0 ? saslClient(port, user) : authClient(port, user))),
  );
  const storm = await watched.during(name, users.length, async () => {
    const begun = performance.now();
    const answers = await Promise.all(clients.map((client) => client.logIn()));
    return { answers, perSecond: users.length / ((performance.now() - begun) / 1_000) };
  });
  for (const client of clients) client.close();
  return storm;
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
  const child = fork(GENERATOR);
  child.send(job);
  await new Promise<void>((begun, failed) => {
    child.once('exit', () => failed(new Error('the chat ended')));
    child.on('message', (message: GeneratorMessage) => {
      if (message.type === 'start') begun();
      if (message.type === 'error') failed(new Error(message.message));
    });
  });
  return child;
}
