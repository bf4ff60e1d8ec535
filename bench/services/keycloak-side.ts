/** A real Keycloak beside services under load: after everything was gone on with, an account is on both sides or on neither. */
import { setTimeout as sleep } from 'node:timers/promises';
import { keycloakHome, RealKeycloak } from '../../daemons/runtime/test-fixtures/keycloak.ts';
import { CHANNEL_GROUPS } from '../../daemons/services/flows/directory.ts';
import { KeycloakClient } from '../../daemons/services/keycloak/keycloak-client.ts';
import { systemClock } from '../../kit/clock.ts';
import type { VictimHost } from '../kills/victim-host.ts';

const [REALM, CLIENT, SECRET] = ['irc', 'signalbox', 'signalbox-secret'];

export class KeycloakSide {
  readonly #keycloak: RealKeycloak;
  readonly #client: KeycloakClient;

  private constructor(keycloak: RealKeycloak) {
    this.#keycloak = keycloak;
    this.#client = keycloakClient(keycloak.origin);
  }

  /** Throws where none can be run. */
  static async start(): Promise<KeycloakSide> {
    const home = keycloakHome('Kills beside a Keycloak are');
    if (home === null) throw new Error('Keycloak cannot be run here');
    return new KeycloakSide(await RealKeycloak.start(home));
  }

  /** What a configuration says of it. */
  get toml(): string {
    return keycloakToml(this.#keycloak.origin);
  }

  /** How many of some accounts are on one side alone, once no flow is under way. */
  async halves(host: VictimHost, accounts: readonly string[]): Promise<number> {
    while ((await underWay(host)) > 0) await sleep(50);
    let halves = 0;
    for (const account of accounts) {
      const here = await host.ask('command.run', {
        daemon: 'services',
        command: 'account',
        args: { account },
      });
      const there = await this.#client.users.find(account);
      if ((here?.ok === true) !== (there !== null)) halves++;
    }
    return halves;
  }

  /** How many of some channels have a group there and no owner here, or others in it than have access here, once no flow is under way. */
  async halfChannels(host: VictimHost, channels: readonly string[]): Promise<number> {
    while ((await underWay(host)) > 0) await sleep(50);
    let halves = 0;
    for (const channel of channels) {
      const listed = await host.ask('command.run', {
        daemon: 'services',
        command: 'channel-access',
        args: { channel },
      });
      const group = await this.#client.groups.atPath([CHANNEL_GROUPS, channel]);
      const there = group === null ? null : await this.#client.groups.members(group.id);
      const rows =
        listed?.ok === true ? (listed.result.result as { rows: { account: string }[] }).rows : null;
      const here =
        rows
          ?.map(({ account }) => account.toLowerCase())
          .sort()
          .join(' ') ?? null;
      const members =
        there
          ?.map(({ username }) => username.toLowerCase())
          .sort()
          .join(' ') ?? null;
      if (here === members) continue;
      console.log(`${channel}: ${here ?? 'nobody’s'} here, ${members ?? 'no group'} in Keycloak`);
      halves++;
    }
    return halves;
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.#keycloak.close();
  }
}

/** Whoever administers a Keycloak of tests. */
export function keycloakClient(origin: string): KeycloakClient {
  const settings = {
    ...{ origin, basePath: '', realm: REALM },
    ...{ clientId: CLIENT, clientSecret: SECRET, ca: null },
  };
  return new KeycloakClient({ settings, clock: systemClock, random: Math.random, onState: () => {} });
}

/** What a configuration says of a Keycloak of tests. */
export function keycloakToml(origin: string): string {
  return `
[services.keycloak]
url = "${origin}"
realm = "${REALM}"
client_id = "${CLIENT}"
client_secret = "${SECRET}"
`;
}

async function underWay(host: VictimHost): Promise<number> {
  const outcome = await host.ask('command.run', { daemon: 'services', command: 'flows', args: {} });
  if (outcome?.ok !== true) throw new Error('services do not tell what is under way');
  const { rows } = outcome.result.result as { rows: { id: number; state: string }[] };
  for (const { id, state } of rows)
    if (state === 'waiting')
      await host.ask('command.run', { daemon: 'services', command: 'retry-flow', args: { id } });
  return rows.length;
}
