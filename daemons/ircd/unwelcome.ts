/** Newcomers who are not let in although no ban meets them: by a list of bad addresses, or because enough users are from their address. */
import { isSpared } from './ban-exceptions.ts';
import { noticeOpers } from './broadcast.ts';
import type { CommandServer } from './command-server.ts';
import type { DnsblList } from './net/dnsbl.ts';
import { NOTICE } from './notice-kinds.ts';
import type { LocalClient } from './state/local-client.ts';
import type { PendingRegistration } from './state/pending-registration.ts';

/** Why somebody is refused, in words for them; null where they are welcome. */
export function whyUnwelcome(
  server: CommandServer,
  client: LocalClient,
  { listed }: PendingRegistration,
): string | null {
  const byList = listed === null ? null : refusalOfList(listed, client.user.account);
  const most = client.connection.connectionClass.maxPerAddressNetwork;
  const clones = most !== null && cloneCount(server, client) >= most;
  if (byList === null && !clones) return null;
  const spared = server.bans.sparedOf(client.user);
  if (byList !== null && !isSpared(spared, 'd')) {
    server.counters.refusedListed++;
    return told(server, client, 'refused_listed', byList);
  }
  if (!clones || isSpared(spared, 't')) return null;
  server.counters.refusedClones++;
  const { name } = client.connection.connectionClass;
  const text = `Too many users of the network from your address: class ${name} allows ${most}; close one first`;
  return told(server, client, 'refused_clones', text);
}

/** Operators hear of somebody who was let in all the same. */
export function tellListed(server: CommandServer, { user, connection }: LocalClient, list: DnsblList): void {
  const text = `${user.prefix} is on the list ${list.zone}: ${list.reason}`;
  noticeOpers(server, NOTICE.suspects, text);
  server.host.log('info', 'client_listed', text, {
    nick: user.nick,
    zone: list.zone,
    address: connection.remoteAddress,
  });
}

/** Who has logged in to an account is known by it, whatever others did from the same address. */
function refusalOfList({ action, reason, zone }: DnsblList, account: string | null): string | null {
  if (action === 'refuse') return `${reason} (${zone})`;
  if (action === 'mark' || account !== null) return null;
  return `${reason} (${zone}): log in to an account by SASL to connect from it`;
}

function cloneCount({ state }: CommandServer, { connection }: LocalClient): number {
  return state.clones?.of(connection.remoteAddress) ?? 0;
}

function told(server: CommandServer, { user, connection }: LocalClient, event: string, why: string): string {
  server.host.log('info', event, `${user.prefix} was refused: ${why}`, { address: connection.remoteAddress });
  return why;
}
