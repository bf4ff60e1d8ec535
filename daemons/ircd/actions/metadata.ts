/** A value of a user or a channel changes: those hear of it who share a channel with the user, monitor them, or are on the channel (IRCv3 metadata). */
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toClients } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Described } from '../state/metadata.ts';
import type { User } from '../state/user.ts';
import { deliver, deliverSmall, rest, SMALL_CROWD, spendSkipped } from '../work-steps.ts';

/** How whatever has values is called. */
export function nameOfDescribed(owner: Described): string {
  return 'nick' in owner ? owner.nick : owner.name;
}

/** Whether a client is told of a key. */
export function hears(client: LocalClient, key: string): boolean {
  return client.subscriptions?.has(key) === true && client.has(CAP.metadata) && client.has(CAP.batch);
}

/** What is said of a key, behind the name of whoever reads it: 761, or 766 where there is no value. */
export function keyLine(
  target: string,
  key: string,
  value: string | undefined,
): [code: string, rest: string] {
  return value === undefined
    ? [N.RPL_KEYNOTSET.code, `${target} ${key} :${N.RPL_KEYNOTSET.text}`]
    : [N.RPL_KEYVALUE.code, `${target} ${key} * :${value}`];
}

/**
 * Tells those who subscribed to a key what its value is now. The line is the same for all of them, which is why it names nobody.
 * @param setter knows it from the answer; null where nobody asked for it, and whose it is hears of it too.
 */
export function tellMetadata(
  server: CommandServer,
  owner: Described,
  key: string,
  setter: LocalClient | null,
): WorkSteps | null {
  const found = listeners(server, owner, key, setter);
  if (found.length === 0) return null;
  const [code, rest] = keyLine(nameOfDescribed(owner), key, server.metadata.of(owner).get(key));
  const message = from(server, server.state.me, `${code} * ${rest}`);
  const audience = { entries: found, send: toClients(message, () => true) };
  if (found.length > SMALL_CROWD) return deliver(server.host, audience, message, []);
  deliverSmall(server.host, audience, message);
  return null;
}

function listeners(
  { state, host }: CommandServer,
  owner: Described,
  key: string,
  setter: LocalClient | null,
): LocalClient[] {
  const found = new Set<LocalClient>();
  const add = (client: LocalClient) => {
    if (client !== setter && hears(client, key)) found.add(client);
  };
  if ('nick' in owner) {
    if (owner.local !== null) add(owner.local);
    for (const client of state.neighbours(owner)) add(client);
    const monitors = state.monitors.of(owner.nick);
    for (const client of monitors) add(client);
    spendSkipped(host, state.walked + monitors.size);
  } else {
    for (const { client } of owner.locals) add(client);
    spendSkipped(host, owner.locals.length);
  }
  return [...found];
}

/**
 * Whoever logs in says what the account says, but for keys of which the client said something before it logged in; whoever logs out says
 * nothing of it any more.
 */
export function takeAccountMetadata(server: CommandServer, client: LocalClient): WorkSteps | null {
  const { metadata, accountMetadata } = server;
  const { user } = client;
  const { account } = user;
  const changed = new Set<string>();
  for (const key of client.accountKeys ?? []) if (metadata.delete(user, key)) changed.add(key);
  client.accountKeys = null;
  for (const [key, value] of account === null ? [] : accountMetadata.of(account)) {
    if (metadata.of(user).has(key) || !metadata.set(user, key, value)) continue;
    client.accountKeys ??= new Set();
    client.accountKeys.add(key);
    changed.add(key);
  }
  // Before registration nobody knows of them yet, and the welcome has all of it.
  return user.registered && changed.size > 0 ? tellAll(server, user, changed) : null;
}

function* tellAll(server: CommandServer, user: User, keys: Iterable<string>): WorkSteps {
  for (const key of keys) yield* rest(tellMetadata(server, user, key, null));
}

/** A channel and those of its members whom a client may know of, as WHO shows them. */
function seenOn(client: LocalClient, channel: Channel): Described[] {
  const { user: self } = client;
  const all = client.can('auspex');
  const inside = self.memberships.has(channel);
  const owners: Described[] = [channel];
  for (const { hidden, user } of channel.members) {
    const unseen = (hidden && user !== self) || (!inside && (user.modes & UMODE.invisible) !== 0);
    if (all || !unseen) owners.push(user);
  }
  return owners;
}

/**
 * Sends the values of a user or a channel, of the keys that a client subscribed to, and of all members of a channel where `withMembers`.
 * @param send gets code and what follows the nick.
 */
export function* subscribedValues(
  server: CommandServer,
  client: LocalClient,
  owner: Described,
  send: (code: string, rest: string) => void,
): WorkSteps {
  const { metadata, host } = server;
  const owners = 'nick' in owner ? [owner] : seenOn(client, owner);
  for (const one of owners) {
    const values = metadata.of(one);
    let spent = workPrices.skipped.ns;
    for (const key of values.size === 0 ? [] : (client.subscriptions ?? [])) {
      const value = values.get(key);
      if (value === undefined) continue;
      send(...keyLine(nameOfDescribed(one), key, value));
      spent += workPrices.row.ns;
    }
    if (host.work.spend(spent)) yield null;
    if (client.user.gone) return;
  }
}
