/** LIST: RFC 2812 3.2.6 with the filters of ISUPPORT ELIST=CMNTU (Modern "ELIST parameter"). */

import { compileMask } from '../../irc/mask.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { hasWildcard } from '../../runtime/net/mask.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

export const list: Command = {
  name: 'LIST',
  minParams: 0,
  penaltyLines: 3,
  help: [
    'LIST [<channel>{,<channel>}] [<filter>{,<filter>}]',
    'Lists channels. Filters: a mask, !mask, <n and >n users, C<n and C>n minutes since creation, T<n and T>n since the topic.',
  ],
  steps(server, client, params) {
    return answer(
      server,
      client,
      (params[0] ?? '').split(',').filter((word) => word !== ''),
    );
  },
};

function* answer(server: CommandServer, client: LocalClient, words: readonly string[]): WorkSteps {
  client.reply(N.RPL_LISTSTART, 'Channel');
  const names = words.filter((word) => isChannelName(word) && !hasWildcard(word));
  if (names.length > 0) {
    for (const name of names) {
      const channel = server.state.findChannel(name);
      if (channel !== undefined && mayKnow(client, channel)) show(client, channel);
    }
  } else {
    yield* listAll(server, client, words.map(parseFilter));
  }
  client.reply(N.RPL_LISTEND);
}

/** Whether a channel passes, and what it costs to find out, in nanoseconds of work. */
interface Filter {
  readonly priceNs: number;
  passes(channel: Channel, nowMs: number): boolean;
}

/** What one line of the answer costs. */
const ROW_NS = workPrices.row.ns + 200 * workPrices.rowByte.ns;

function* listAll(server: CommandServer, client: LocalClient, filters: readonly Filter[]): WorkSteps {
  const { work } = server.host;
  const nowMs = Date.now();
  const budget = new ReplyBudget(client, 'LIST');
  const compareNs = workPrices.skipped.ns + filters.reduce((sum, { priceNs }) => sum + priceNs, 0);
  for (const channel of server.state.channels.values()) {
    if (work.spend(compareNs)) {
      yield null;
      if (client.user.gone) return;
    }
    if (!mayKnow(client, channel) || !filters.every((filter) => filter.passes(channel, nowMs))) continue;
    if (!budget.take(channel.name + channel.topic)) return;
    work.spend(ROW_NS);
    show(client, channel);
  }
}

function mayKnow(client: LocalClient, channel: Channel): boolean {
  return channel.isPublic || client.user.memberships.has(channel) || client.can('auspex');
}

function show(client: LocalClient, channel: Channel): void {
  client.reply(N.RPL_LIST, `${channel.name} ${channel.members.length}`, channel.topic);
}

function parseFilter(word: string): Filter {
  const count = parseCount(word);
  if (count !== null) return { priceNs: workPrices.skipped.ns, passes: count };
  const not = word.startsWith('!');
  const mask = compileMask(not ? word.slice(1) : word);
  return { priceNs: mask.priceNs, passes: ({ key }) => mask.matches(key) !== not };
}

/** A filter by number of users or by age; null when the word is none. */
function parseCount(word: string): Filter['passes'] | null {
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
  return null;
}
