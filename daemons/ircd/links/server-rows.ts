/**
 * All servers of the network as one list in the order of a tree: this one, then each server followed by those behind it, and
 * those that may be linked and are not. Used by link-desk.ts.
 */
import { fold } from '../../irc/casemapping.ts';
import { fromBase64 } from '../../irc/p10/numeric.ts';
import type { LinkRow, ServerRow } from '../link-control.ts';
import type { NetworkState } from '../state/network.ts';
import type { Server } from '../state/server.ts';

/** @param links what is known of the servers that are linked to this one, or may be. */
export function serverRows(state: NetworkState, links: readonly LinkRow[]): ServerRow[] {
  const byName = new Map(links.map((row) => [fold(row.name), row]));
  /** Behind null only this one stands. */
  const below = new Map<Server | null, Server[]>();
  for (const server of state.servers.values()) {
    const siblings = below.get(server.uplink);
    if (siblings === undefined) below.set(server.uplink, [server]);
    else siblings.push(server);
  }
  const rows: ServerRow[] = [];
  /** Adds a server and all behind it, and returns how many users are there. */
  const add = (server: Server): number => {
    const own = byName.get(fold(server.name));
    // A block may name a server that is linked by way of another.
    const link = server.uplink === state.me ? own : undefined;
    const place = rows.length;
    rows.push(rowOf(server, link));
    let users = server.userCount;
    for (const next of below.get(server) ?? []) users += add(next);
    rows[place] = { ...rows[place]!, users };
    return users;
  };
  add(state.me);
  for (const row of links) if (state.findServer(row.name) === undefined) rows.push(notLinked(state.me, row));
  return rows;
}

function rowOf(server: Server, link: LinkRow | undefined): ServerRow {
  const { name, numeric, uplink, hops, userCount: ownUsers, bootMs: startedAt } = server;
  const known = link ?? { ...UNKNOWN, state: uplink === null ? 'here' : 'linked', since: server.linkedMs };
  return {
    name,
    ...known,
    numeric: numeric === '' ? null : fromBase64(numeric),
    uplink: uplink?.name ?? null,
    hops,
    users: ownUsers,
    ownUsers,
    startedAt,
  };
}

/** What only a link of this server's own knows. */
const UNKNOWN = {
  kind: null,
  direction: null,
  lagSeconds: null,
  reason: null,
  burstSeconds: null,
  linesIn: null,
  linesOut: null,
  bytesIn: null,
  bytesOut: null,
  sendQueueBytes: null,
} as const;

function notLinked(me: Server, row: LinkRow): ServerRow {
  return { ...row, uplink: me.name, hops: 1, ownUsers: 0, startedAt: null };
}
