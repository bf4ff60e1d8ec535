/** LIST: RFC 2812 3.2.6 with the filters of ISUPPORT ELIST=CMNTU (Modern "ELIST parameter"). */
import { compileMask, hasWildcard, type Mask } from '../protocol/mask.ts';
import { isChannelName } from '../protocol/names.ts';
import { N } from '../protocol/numerics.ts';
import { ReplyBudget } from '../protocol/reply-budget.ts';
import type { IrcServer } from '../server.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

export const list: Command = {
  name: 'LIST',
  minParams: 0,
  penaltyLines: 3,
  help: [
    'LIST [<channel>{,<channel>}] [<filter>{,<filter>}]',
    'Lists channels. Filters: a mask, !mask, <n and >n users, C<n and C>n minutes since creation, T<n and T>n since the topic.',
  ],
  run(server, user, params) {
    user.reply(N.RPL_LISTSTART, 'Channel');
    const words = (params[0] ?? '').split(',').filter((word) => word !== '');
    const names = words.filter((word) => isChannelName(word) && !hasWildcard(word));
    if (names.length > 0) {
      for (const name of names) {
        const channel = server.state.findChannel(name);
        if (channel !== undefined && mayKnow(user, channel)) show(user, channel);
      }
    } else {
      listAll(server, user, words.map(parseFilter));
    }
    user.reply(N.RPL_LISTEND);
  },
};

type Filter = (channel: Channel, nowMs: number) => boolean;

function listAll(server: IrcServer, user: User, filters: readonly Filter[]): void {
  const nowMs = Date.now();
  const budget = new ReplyBudget(user, 'LIST');
  for (const channel of server.state.channels.values()) {
    if (!mayKnow(user, channel) || !filters.every((filter) => filter(channel, nowMs))) continue;
    if (!budget.take(channel.name + channel.topic)) return;
    show(user, channel);
  }
}

function mayKnow(user: User, channel: Channel): boolean {
  return channel.isPublic || user.memberships.has(channel) || user.can('auspex');
}

function show(user: User, channel: Channel): void {
  user.reply(N.RPL_LIST, `${channel.name} ${channel.members.length}`, channel.topic);
}

function parseFilter(word: string): Filter {
  const kind = word[0] === 'C' || word[0] === 'T' ? word[0] : '';
  const sign = word[kind.length];
  const value = Number(word.slice(kind.length + 1));
  if ((sign === '<' || sign === '>') && word.length > kind.length + 1 && Number.isFinite(value)) {
    if (kind === '') {
      return sign === '<' ? (c) => c.members.length < value : (c) => c.members.length > value;
    }
    const at = kind === 'C' ? (c: Channel) => c.createdMs : (c: Channel) => c.topicAtMs;
    // "C<5" is younger than five minutes, as InspIRCd and Solanum read it and Modern proposes.
    return (channel, nowMs) => {
      if (at(channel) === 0) return false;
      const minutes = (nowMs - at(channel)) / 60_000;
      return sign === '<' ? minutes < value : minutes > value;
    };
  }
  if (word.startsWith('!')) {
    const mask: Mask = compileMask(word.slice(1));
    return (channel) => !mask.matches(channel.key);
  }
  const mask = compileMask(word);
  return (channel) => mask.matches(channel.key);
}
