/** NAMES: RFC 2812 3.2.5, Modern "NAMES message"; IRCv3 multi-prefix and userhost-in-names. */
import { CMODE, UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { CAP } from '../client/capabilities.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Asker } from '../state/asker.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

/** What one name in an answer costs: ten bytes or so, put together with others. */
export const NAME_NS = 3 * workPrices.skipped.ns;
/** As much as LIST, which walks over as many channels. */
const ALL_NAMES_PENALTY_LINES = 3;
/** `~&@%+nick ` of one member, and what userhost-in-names adds, at most. */
const LONGEST_NICK_BYTES = 6 + limits.nickLength.default;
const LONGEST_USERHOST_BYTES = 2 + limits.usernameLength.default + limits.hostBytes.default;

export const names: Command = {
  name: 'NAMES',
  minParams: 0,
  help: [
    'NAMES [<channel>{,<channel>}]',
    'Lists who is on channels; without a channel, on every one that you may know of.',
  ],
  steps(server, client, params) {
    const targets = [...new Set((params[0] ?? '').split(','))].filter((name) => name !== '');
    return targets.length === 0 ? sendAllNames(server, client) : answerNames(server, client, targets);
  },
};

/** Who is on each of some channels. */
export function* answerNames(server: CommandServer, asker: Asker, targets: readonly string[]): WorkSteps {
  const most = server.tuning.get('targets_per_message');
  for (const name of targets.slice(0, most)) {
    const channel = server.state.findChannel(name);
    if (channel !== undefined && mayKnow(asker, channel)) sendNames(server, asker, channel);
    asker.reply(N.RPL_ENDOFNAMES, channel?.name ?? replyParameter(name));
    if (server.host.work.spend((channel?.members.length ?? 0) * NAME_NS)) yield null;
    if (asker.user.gone) return;
  }
  if (targets.length > most) asker.reply(N.ERR_TOOMANYTARGETS, 'NAMES', `Too many targets, at most ${most}`);
}

function mayKnow(asker: Asker, channel: Channel): boolean {
  return channel.isPublic || asker.user.memberships.has(channel);
}

/** RFC 2812 3.2.5: without a parameter, all channels that the client may know of and who is on them. */
function* sendAllNames(server: CommandServer, client: LocalClient): WorkSteps {
  client.connection.penalize(ALL_NAMES_PENALTY_LINES);
  const budget = new ReplyBudget(client, 'NAMES');
  const bytesEach = LONGEST_NICK_BYTES + (client.has(CAP.userhostInNames) ? LONGEST_USERHOST_BYTES : 0);
  for (const channel of server.state.channels.values()) {
    if (server.host.work.spend(workPrices.skipped.ns + channel.members.length * NAME_NS)) yield null;
    if (client.user.gone) return;
    if (!mayKnow(client, channel)) continue;
    if (!budget.takeBytes(channel.members.length * bytesEach)) break;
    sendNames(server, client, channel);
  }
  client.reply(N.RPL_ENDOFNAMES, '*');
}

/** RPL_NAMREPLY lines of a channel; strangers do not see invisible users. */
export function sendNames({ statuses }: CommandServer, asker: Asker, channel: Channel): void {
  const symbol = channel.has(CMODE.secret) ? '@' : channel.has(CMODE.private) ? '*' : '=';
  const multi = asker.has(CAP.multiPrefix);
  const withHost = asker.has(CAP.userhostInNames);
  const inside = asker.user.memberships.has(channel);
  const words = asker.replyWords(N.RPL_NAMREPLY, `${symbol} ${channel.name}`);
  for (const member of channel.members) {
    const other = member.user;
    if (!inside && (other.modes & UMODE.invisible) !== 0) continue;
    if (member.hidden && other !== asker.user) continue;
    words.add(member.prefix(multi, statuses) + (withHost ? other.prefix : other.nick));
  }
  words.end();
}
