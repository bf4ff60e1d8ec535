/** Kills services, the IRC server, or both, while accounts are made and changed. Called by bench/services.ts and by its test. */
import { setTimeout as sleep } from 'node:timers/promises';
import { VictimHost } from '../kills/victim-host.ts';
import { AccountLoad } from './account-load.ts';
import type { KeycloakSide } from './keycloak-side.ts';

/** What is killed, by the name that it is asked for. */
export const KILLED: Readonly<Record<string, readonly string[]>> = {
  services: ['services'],
  ircd: ['ircd'],
  both: ['services', 'ircd'],
};

/** What came of it. */
export interface ServicesKills {
  readonly name: string;
  readonly kills: number;
  /** Accounts and changes that somebody was told are done. */
  readonly registered: number;
  readonly changed: number;
  /** Of these, what is not there. */
  readonly lostAccounts: number;
  readonly lostChanges: number;
  /** Accounts that are only here or only in Keycloak after everything was gone on with; null where there is no Keycloak. */
  readonly halves: number | null;
}

export interface ServicesKillsOptions {
  readonly name: string;
  readonly killed: readonly string[];
  readonly kills: number;
  /** Who are at work at once. */
  readonly people: number;
  /** Exists and is empty. */
  readonly folder: string;
  /** Where accounts are kept too; null for nowhere. */
  readonly keycloak?: KeycloakSide | null;
  readonly onKill?: (kill: number) => void;
}

const TOML = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
[ircd.accounts]
authority = "services"
[[ircd.class]]
name = "people"
match = ["127.2.0.0/16"]
throttle = false
flood = false
`;

/** Kills so many times. */
export async function servicesKills(options: ServicesKillsOptions): Promise<ServicesKills> {
  const { name, killed, kills, people, folder, keycloak = null } = options;
  const toml = TOML + (keycloak?.toml ?? '');
  const host = new VictimHost(folder, async () => ({ daemons: ['ircd', 'services'], toml }));
  const load = new AccountLoad(host, people);
  let halves = 0;
  await host.start();
  try {
    for (let kill = 1; kill <= kills; kill++) {
      load.begin();
      // Something is lost only where something has been answered.
      while (!load.underWay) await sleep(20);
      await sleep(Math.random() * 400);
      await host.kill(...killed);
      await load.end();
      await load.check();
      const asked = load.takeAsked();
      if (keycloak !== null) halves += await keycloak.halves(host, asked);
      options.onKill?.(kill);
    }
  } finally {
    await host.stop();
  }
  return { name, kills, ...load.findings, halves: keycloak === null ? null : halves };
}
