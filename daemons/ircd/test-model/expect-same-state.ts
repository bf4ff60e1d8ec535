/** Walks all that the server keeps and finds every index, count and cache again by brute force. */

import { same } from '../../runtime/test-fixtures/same.ts';
import type { NetworkState } from '../state/network.ts';
import type { User } from '../state/user.ts';
import { type IrcModel, lowerCase, type ModelChannel, type ModelClient } from './irc-model.ts';
import { CHANNELS, NICKS } from './irc-views.ts';
import { FAR } from './remote-peer.ts';

/** The server's side of a client of the model. */
type UserOf = (client: ModelClient) => User;

/** Throws where the state of the server is not what the model says. */
export function expectSameState(state: NetworkState, model: IrcModel, userOf: UserOf): void {
  const { clients, registered, opers, channels } = model;
  const id = (user: User | undefined) => user?.local?.connection.id ?? user?.numeric ?? null;
  const idOf = (client: ModelClient | undefined) => (client === undefined ? null : id(userOf(client)));
  same(
    'everybody',
    [...state.localClients].map(({ user }) => id(user)),
    model.locals.map(idOf),
  );
  same('users', [...state.users].map(id).sort(), registered.map(idOf).sort());
  const here = registered.filter(({ remote }) => !remote);
  same('registered here', state.localUserCount, here.length);
  same('users elsewhere', state.findServer(FAR.name)?.userCount, registered.length - here.length);
  same('unregistered', state.unregisteredCount, clients.length - registered.length);
  same('most at once', [state.maxLocalUsers, state.maxUsers], [model.maxLocal, model.maxUsers]);
  same('invisible', state.invisibleCount, registered.filter(({ modes }) => modes.has('i')).length);
  same('operators', [...state.opers].map(id).sort(), opers.map(idOf).sort());
  same('past', state.whowas.size, model.past.length);
  for (const nick of NICKS) {
    same(`holder of ${nick}`, id(state.nickHolder(nick)), idOf(model.holder(nick)));
    same(`user ${nick}`, id(state.findUser(nick)), idOf(model.find(nick)));
  }
  for (const name of CHANNELS)
    same(`channel ${name}`, state.findChannel(name)?.name, model.channel(name)?.name);
  same(
    'channels',
    [...state.channels].map(([key, channel]) => [key, channel.key, channel.name]),
    channels.map(({ name }) => [lowerCase(name), lowerCase(name), name]),
  );
  for (const client of clients) {
    expectSameUser(state, client, userOf(client));
    expectSameNeighbours(state, model, client, userOf);
  }
  for (const channel of channels) expectSameChannel(state, model, channel, userOf);
}

function localsOf({ members }: ModelChannel): number {
  return members.filter(({ client }) => !client.remote).length;
}

function expectSameUser(state: NetworkState, client: ModelClient, user: User): void {
  const { nick, registered, away, modes } = client;
  same(
    `nick, registered, gone, away, operator of ${nick}`,
    [user.nick, user.registered, user.gone, user.away, user.isOper],
    [nick, registered, false, away, modes.has('o')],
  );
  if (client.remote) same(`numeric of ${nick}`, state.findNumeric(user.numeric) === user, true);
  same(`where ${nick} is`, [user.server.name, user.local === null], [client.server, client.remote]);
  if (user.local !== null) same(`session of ${nick}`, user.local.oper !== null, modes.has('o'));
  const who = `${nick}!${client.user}`;
  if (registered) {
    same(
      `prefixes of ${nick}`,
      [user.prefix, user.folded.prefix, user.folded.who, user.folded.address],
      [client.prefix, lowerCase(client.prefix), lowerCase(who), lowerCase(`${who}@${client.address}`)],
    );
  }
  same(
    `invitations of ${nick}`,
    [...(user.invites ?? [])].map(([{ name }, byOperator]) => [name, byOperator]),
    client.invites.map(({ channel, byOperator }) => [channel.name, byOperator]),
  );
}

function expectSameNeighbours(
  state: NetworkState,
  model: IrcModel,
  client: ModelClient,
  userOf: UserOf,
): void {
  const user = userOf(client);
  const on = model.channelsOf(client);
  same(
    `channels of ${client.nick}`,
    [...user.memberships.keys()].map(({ name }) => name).sort(),
    on.map(({ name }) => name).sort(),
  );
  const expected = model.neighbours(client).flatMap(({ nick, remote }) => (remote ? [] : nick));
  same(
    `neighbours of ${client.nick}`,
    state
      .neighbours(user)
      .map(({ user: { nick } }) => nick)
      .sort(),
    [...expected].sort(),
  );
  const memberships = on.reduce((sum, channel) => sum + localsOf(channel), 0);
  same('memberships that were looked at', state.walked, memberships);
  for (const other of model.clients) {
    if (other === client) continue;
    const shared = on.some((channel) => channel.member(other) !== undefined);
    same(`${client.nick} and ${other.nick}`, state.shareChannel(user, userOf(other)), shared);
  }
}

function expectSameChannel(
  state: NetworkState,
  model: IrcModel,
  expected: ModelChannel,
  userOf: UserOf,
): void {
  const { name, members } = expected;
  const channel = state.findChannel(name)!;
  same(`${name} was made`, channel.createdMs, expected.createdMs);
  same(
    `members of ${name}, and those here`,
    [channel.members.length, channel.locals.length],
    [members.length, localsOf(expected)],
  );
  for (const { client, op, voice } of members) {
    const membership = userOf(client).memberships.get(channel)!;
    const whose = `${client.nick} on ${name}`;
    same(`${whose} stands at its index`, channel.members[membership.index] === membership, true);
    const { client: local, localIndex } = membership;
    same(`${whose} is among those here`, localIndex !== -1, local !== null);
    if (local !== null)
      same(`${whose} stands at its index of those here`, channel.locals[localIndex] === membership, true);
    same(`${whose} is itself`, membership.user === userOf(client) && membership.channel === channel, true);
    same(`status of ${whose}`, membership.prefix(true), `${op ? '@' : ''}${voice ? '+' : ''}`);
    if (membership.banRevision === channel.banRevision)
      same(`verdict kept on ${whose}`, membership.banned, expected.bans(client));
  }
  const invited = model.clients.filter(({ invites }) => invites.some((held) => held.channel === expected));
  same(
    `invited to ${name}`,
    [...(channel.invited ?? [])].map(({ nick }) => nick).sort(),
    invited.map(({ nick }) => nick).sort(),
  );
}
