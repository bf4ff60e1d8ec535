/** For tests: a server behind a link, users on it, and what links are told. */
import { statusSigns } from '../irc/modes.ts';
import { fromBase64, isUserNumeric, userNumeric } from '../irc/p10/numeric.ts';
import type { IrcServer } from './irc-server.ts';
import { type NetworkEvent, nameOf } from './network-events.ts';
import type { NetworkState } from './state/network.ts';
import { Server } from './state/server.ts';
import type { RemotePerson, RemoteUser, User } from './state/user.ts';

/** Links a server of that name, of which nobody is there yet. */
export function linkServer(state: NetworkState, name: string, uplink: Server = state.me): Server {
  const server = new Server(name, `${name} of the tests`, 'AC', uplink);
  state.addServer(server);
  return server;
}

/** Writes down what links are told, in a few words a line. */
export function recordLinks(server: IrcServer): string[] {
  const told: string[] = [];
  server.links = { tell: (event) => void told.push(inWords(event)) };
  return told;
}

function inWords(event: NetworkEvent): string {
  const { kind } = event;
  if (kind === 'join') {
    const { membership, created } = event;
    return `join ${membership.user.nick} ${membership.channel.name}${created ? ' created' : ''}`;
  }
  const words: string[] = [kind];
  if ('source' in event) words.push(`by ${nameOf(event.source)}`);
  if ('user' in event) words.push(event.user.nick);
  if ('former' in event) words.push(`was ${event.former}`);
  if (kind === 'rename' || kind === 'rename wish') words.push(`now ${event.name}`);
  else if ('channel' in event) words.push(event.channel.name);
  if (kind === 'channel modes')
    for (const { on, letter, argument, user } of event.changes)
      words.push(
        `${on ? '+' : '-'}${letter}${argument === '' ? '' : ` ${user === null ? argument : user.numeric || user.nick}`}`,
      );
  if (kind === 'user modes') words.push(event.change);
  if (kind === 'account') words.push(`as ${event.user.account}`);
  if (kind === 'message')
    words.push(
      event.verb,
      `to ${statusSigns(event.status)}${'name' in event.to ? event.to.name : event.to.nick}`,
    );
  if (kind === 'network ban')
    words.push(event.ban.active ? '+' : '-', event.ban.kind, event.ban.mask, `:${event.ban.reason}`);
  if (kind === 'query') words.push(event.query, `to ${event.to.name}`, ...event.words);
  if ('text' in event) words.push(`:${event.text}`);
  if (kind === 'topic') words.push(`:${event.channel.topic}`);
  if (kind === 'away') words.push(`:${event.user.away}`);
  if ('reason' in event) words.push(`:${event.reason}`);
  return words.join(' ');
}

/** What a test says of a user of another server. */
type Said = Partial<RemoteUser & RemotePerson & { readonly numeric: string }>;

/** Introduces a user of another server. */
export function introduce(state: NetworkState, server: Server, nick: string, more: Said = {}): User {
  return state.addRemoteUser(remoteUser(server, nick, more));
}

let introduced = 1_000;

/** What a server says of a user, with all that is not named of its own making. */
export function remoteUser(server: Server, nick: string, { numeric, ...more }: Said = {}): RemoteUser {
  const person = {
    username: nick.toLowerCase(),
    host: 'far.example',
    realname: `Far ${nick}`,
    // 203.0.113.9
    p10Address: 'DLAHEJ',
    ...more,
  };
  return {
    modes: 0,
    account: null,
    nick,
    line: '',
    read: () => person,
    hiddenHost: null,
    server,
    // Three letters that are digits too make one that is easily read.
    number: fromBase64(
      numeric ?? (isUserNumeric(`AC${nick}`) ? `AC${nick}` : userNumeric('AC', ++introduced)),
    ),
    nickSeconds: Math.floor(Date.now() / 1000),
    ...more,
  };
}
