/** WHO and WHOX: RFC 2812 3.6.1, Modern "WHO message", IRCv3 whox. */

import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { UMODE } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { hasWildcard } from '../../runtime/net/mask.ts';
import { CAP } from '../client/capabilities.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

/** WHOX fields in the order in which a reply lists them, whatever order was asked for. */
const WHOX_FIELDS = 'tcuihsnfdlaor';

interface Query {
  readonly opersOnly: boolean;
  /** WHOX fields that were asked for; null for a plain WHO. */
  readonly fields: string | null;
  readonly token: string;
  readonly budget: ReplyBudget;
  /** `STATUS` bits of those that are shown. */
  readonly statuses: number;
}

export const who: Command = {
  name: 'WHO',
  minParams: 1,
  penaltyLines: 2,
  help: ['WHO <channel|nickname|mask> [o] [%<fields>[,<token>]]', 'Lists users; o shows operators only.'],
  steps(server, client, params) {
    return answer(server, client, params[0] ?? '*', parseQuery(server, client, params[1] ?? ''));
  },
};

function* answer(server: CommandServer, client: LocalClient, mask: string, query: Query): WorkSteps {
  const channel = isChannelName(mask) ? server.state.findChannel(mask) : undefined;
  if (channel !== undefined) yield* whoChannel(server, client, channel, query);
  else if (hasWildcard(mask) || mask === '0')
    yield* whoMask(server, client, mask === '0' ? '*' : mask, query);
  else {
    const target = server.state.findUser(mask);
    if (target !== undefined) send(client, target, null, query);
  }
  client.reply(N.RPL_ENDOFWHO, replyParameter(mask));
}

/** What one line of the answer costs. */
const ROW_NS = workPrices.row.ns + 200 * workPrices.rowByte.ns;
/** Users between two looks at what was spent. */
const CHUNK = 16;

function parseQuery({ statuses }: CommandServer, client: LocalClient, options: string): Query {
  const budget = new ReplyBudget(client, 'WHO');
  const percent = options.indexOf('%');
  const flags = percent === -1 ? options : options.slice(0, percent);
  const opersOnly = flags.includes('o');
  if (percent === -1) return { opersOnly, fields: null, token: '0', budget, statuses };
  const [fields = '', token = ''] = options.slice(percent + 1).split(',');
  return { opersOnly, fields, token: isToken(token) ? token : '0', budget, statuses };
}

/** A query type: one to three digits. */
function isToken(text: string): boolean {
  return text.length > 0 && text.length <= 3 && [...text].every((digit) => digit >= '0' && digit <= '9');
}

function* whoChannel(server: CommandServer, client: LocalClient, channel: Channel, query: Query): WorkSteps {
  const inside = client.user.memberships.has(channel);
  if (!inside && !channel.isPublic && !client.can('auspex')) return;
  // A copy, because members come and go while the answer takes its turns.
  for (const member of [...channel.members]) {
    const unseen = member.hidden && member.user !== client.user;
    const invisible = !inside && (member.user.modes & UMODE.invisible) !== 0;
    const hidden = (unseen || invisible) && !client.can('auspex');
    if (!hidden && send(client, member.user, member, query) === 'full') return;
    if (!server.host.work.spend(hidden ? workPrices.skipped.ns : ROW_NS)) continue;
    yield null;
    if (client.user.gone) return;
  }
}

function* whoMask(server: CommandServer, client: LocalClient, text: string, query: Query): WorkSteps {
  const { work } = server.host;
  const mask = compileMask(text);
  // Nick, username, host and real name, of which the last may be three times as long as what a price is for.
  const compareNs = workPrices.skipped.ns + 6 * mask.priceNs;
  let left = server.tuning.get('who_replies');
  let looked = 0;
  for (const other of server.state.users) {
    if (++looked % CHUNK === 0 && work.spend(CHUNK * compareNs)) {
      yield null;
      if (client.user.gone) return;
    }
    if (!maySee(server, client, other)) continue;
    const fits =
      mask.matches(fold(other.nick)) ||
      mask.matches(fold(other.username)) ||
      mask.matches(fold(other.host)) ||
      mask.matches(fold(other.realname));
    if (!fits) continue;
    work.spend(ROW_NS);
    const outcome = send(client, other, null, query);
    if (outcome === 'full' || (outcome === 'sent' && --left === 0)) return;
  }
}

function maySee(server: CommandServer, client: LocalClient, other: User): boolean {
  if ((other.modes & UMODE.invisible) === 0 || other === client.user || client.can('auspex')) return true;
  return server.state.shareChannel(client.user, other);
}

function send(
  client: LocalClient,
  other: User,
  member: Membership | null,
  query: Query,
): 'sent' | 'skipped' | 'full' {
  if (query.opersOnly && !other.isOper) return 'skipped';
  if (!query.budget.take(other.realname)) return 'full';
  const { server: at } = other;
  const channel = member?.channel.name ?? '*';
  let flags = other.away === null ? 'H' : 'G';
  if (other.isOper) flags += '*';
  if ((other.modes & UMODE.bot) !== 0) flags += 'B';
  if (member !== null) flags += member.prefix(client.has(CAP.multiPrefix), query.statuses);
  if (query.fields === null) {
    const params = `${channel} ${other.username} ${other.host} ${at.name} ${other.nick} ${flags}`;
    client.reply(N.RPL_WHOREPLY, params, `${at.hops} ${other.realname}`);
    return 'sent';
  }
  // How long a user of another server has been silent is known there alone.
  const idle = other.local === null ? 0 : Math.floor((Date.now() - other.local.lastMessageMs) / 1000);
  const values: Readonly<Record<string, string>> = {
    t: query.token,
    c: channel,
    u: other.username,
    i: client.user === other || client.can('auspex') ? other.address : '255.255.255.255',
    h: other.host,
    s: at.name,
    n: other.nick,
    f: flags,
    d: String(at.hops),
    l: String(idle),
    a: other.account ?? '0',
    o: member === null ? 'n/a' : member.isOp ? '999' : 'n/a',
    // With all fields at their limits a line has no room for the whole of it: it stands last and alone is shortened.
    r: `:${other.realname}`,
  };
  const wanted = [...WHOX_FIELDS].filter((field) => query.fields?.includes(field));
  if (wanted.length > 0) client.replyRaw(N.RPL_WHOSPCRPL, wanted.map((field) => values[field]).join(' '));
  return 'sent';
}
