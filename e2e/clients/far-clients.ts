/** Clients that come from other addresses than this machine's, as a gateway says, and names that nobody had before. */
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';
import { SaslClient } from './sasl-client.ts';

/** What the configuration of the IRC server needs for it. */
export const GATEWAY = `
[[ircd.webirc]]
match = ["127.0.0.1"]
password = "gate"
`;

/** Part of the names of one spec: accounts and channels of the one before are still there where apps are shared. */
export const ownName = (): string => Date.now().toString(36).slice(-5);

/** The first three parts of the addresses of one spec: bans of the one before are still there likewise. */
export const ownNetwork = (): string => `10.${(Date.now() >> 8) & 0xff}.${Date.now() & 0xff}`;

/** Somebody at an address, who registers when told to. */
export const comesFrom = (server: TcpListenerInfo, nick: string, address: string): Promise<SaslClient> =>
  SaslClient.from(server, nick, `WEBIRC gate web ${address} ${address}`);
