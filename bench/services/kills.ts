/**
 * Kills services, the IRC server, or both, while accounts are made and changed, or services while channels are. Called by bench/services.ts
 * and by its test.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { VictimHost } from '../kills/victim-host.ts';
import { AccountLoad } from './account-load.ts';
import { ChannelLoad } from './channel-load.ts';
import type { KeycloakSide } from './keycloak-side.ts';

/** What is killed, by the name that it is asked for. */
export const KILLED: Readonly<Record<string, readonly string[]>> = {
  services: ['services'],
  ircd: ['ircd'],
  both: ['services', 'ircd'],
};

/** The same while channels are registered and changed by ChanServ. */
export const KILLED_WITH_CHANNELS = 'channels';

/** What people do all the while, and a book of what they were told is done. */
export interface KillLoad {
  /** Accounts or channels that were registered, changes, and what of either is not there. */
  readonly findings: Pick<ServicesKills, 'registered' | 'changed' | 'lostAccounts' | 'lostChanges'>;
  /** Whether somebody was told of something since it began. */
  readonly underWay: boolean;
  /** What has to be there before anything is killed. */
  prepare?(): Promise<void>;
  begin(): void;
  /** Resolves when nobody waits any more. */
  end(): Promise<void>;
  /** Looks whether everything is there, once services are back. */
  check(): Promise<void>;
  /** Takes out what was asked for, whatever was answered. */
  takeAsked(): string[];
  close?(): void;
}

/** What came of it. */
export interface ServicesKills {
  readonly name: string;
  readonly kills: number;
  /** Accounts, or channels, and changes that somebody was told are done. */
  readonly registered: number;
  readonly changed: number;
  /** Of these, what is not there. */
  readonly lostAccounts: number;
  readonly lostChanges: number;
  /** Those that are only here or only in Keycloak, or otherwise there, after everything was gone on with; null where there is no Keycloak. */
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
  const channels = name === KILLED_WITH_CHANNELS;
  const load: KillLoad = new (channels ? ChannelLoad : AccountLoad)(host, people);
  let halves = 0;
  await host.start();
  try {
    await load.prepare?.();
    for (let kill = 1; kill <= kills; kill++) {
      load.begin();
      // Something is lost only where something has been answered.
      while (!load.underWay) await sleep(20);
      await sleep(Math.random() * 400);
      await host.kill(...killed);
      await load.end();
      await load.check();
      const asked = load.takeAsked();
      if (keycloak !== null)
        halves += channels ? await keycloak.halfChannels(host, asked) : await keycloak.halves(host, asked);
      options.onKill?.(kill);
    }
  } finally {
    load.close?.();
    await host.stop();
  }
  return { name, kills, ...load.findings, halves: keycloak === null ? null : halves };
}
