/** What somebody says meets the spam filters of this server: it is counted, told to operators, kept from being said, or ends who said it. */
import { networkKey } from '../../runtime/net/ip-address.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { setNetworkBan } from '../commands/network-ban.ts';
import { addServerBan } from '../commands/server-ban.ts';
import { limits } from '../limits.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { SpamFilter, SpamTarget } from '../spam-filters/spam-filter.ts';
import { foldSpam } from '../spam-filters/spam-pattern.ts';
import { SpokenRecords } from '../spoken-records.ts';
import type { LocalClient } from '../state/local-client.ts';

/** Who was ended for what they said, with why: what they say to others in the same line is said no more. */
const dismissed = new WeakMap<LocalClient, string>();

/** How spam filters call it; a TAGMSG has no text. */
export const SPAM_TARGET = {
  PRIVMSG: { user: 'private', channel: 'channel' },
  NOTICE: { user: 'private-notice', channel: 'channel-notice' },
  TAGMSG: { user: 'private', channel: 'channel' },
} as const;

/**
 * Compares what a client says with the filters. IRC operators say what they like.
 * @param place the channel; empty where there is none.
 * @param texts several for a message of several lines: each of them, and what they are together.
 * @returns the reason to refuse it with; null where it may be said.
 */
export function spamRefusal(
  server: CommandServer,
  client: LocalClient,
  target: SpamTarget,
  place: string,
  ...texts: string[]
): string | null {
  if (client.user.gone) {
    const reason = dismissed.get(client);
    if (reason !== undefined) return reason;
  }
  const { spamFilters: filters, recentTexts: recent } = server;
  const kept = recent.keeps(target);
  if ((!kept && !filters.watches(target)) || client.user.isOper || texts.every((text) => text === ''))
    return null;
  const nowMs = Date.now();
  const folded = texts.map(foldSpam);
  const filter = filters.match(target, folded, nowMs);
  server.host.work.spend(filters.matchNs);
  if (kept) {
    const { nick } = client.user;
    recent.keep({ atMs: nowMs, target, nick, place, text: texts.at(-1)!, folded: folded.at(-1)! });
  }
  return filter === null ? null : act(server, client, filter, target, place);
}

/** What bounds how often operators and the log are told that a filter met something. */
export function spamRecordsOf(server: Pick<CommandServer, 'host' | 'state'>): SpokenRecords {
  return new SpokenRecords(limits.spamRecords.default, (left) => {
    const text = `Spam filters met ${left} more texts within a second`;
    noticeOpers(server, NOTICE.filtered, text);
    server.host.log('info', 'spam_not_logged', text, { texts: left });
  });
}

/** What is refused, as whoever said it reads it. */
export function refusedAs(reason: string): string {
  return `Refused by a spam filter: ${reason}`;
}

function act(
  server: CommandServer,
  client: LocalClient,
  filter: SpamFilter,
  target: SpamTarget,
  place: string,
): string | null {
  const { action, pattern, reason } = filter;
  const { nick, prefix } = client.user;
  server.counters.spamMatches++;
  server.host.tableChanged('filters');
  // What was said stands nowhere: it may be private, and no filter is always right.
  const where = place === '' ? target : `${target} ${place}`;
  if (server.spamRecords.mayTell()) {
    noticeOpers(server, NOTICE.filtered, `Spam filter "${pattern}" (${action}) met ${prefix} in ${where}`);
    server.host.log('info', 'spam_filter_matched', `The spam filter "${pattern}" (${action}) met ${prefix}`, {
      pattern,
      action,
      target,
      nick,
    });
  }
  if (action === 'warn') return null;
  if (action !== 'block' && !client.user.gone) dismiss(server, client, filter);
  return reason;
}

/** Ends a client. With a ban everybody else from its address goes, too, of IPv6 from its /64. */
function dismiss(
  server: CommandServer,
  client: LocalClient,
  { action, pattern, minutes, reason }: SpamFilter,
): void {
  dismissed.set(client, reason);
  // Before it is its turn among those that the ban meets.
  server.exit(client, `Spam: ${reason}`);
  const by = `spam filter "${pattern}"`;
  const mask = `*@${networkKey(client.connection.remoteAddress)}`;
  const nowMs = Date.now();
  const outcome =
    action === 'gline'
      ? setNetworkBan(server, { kind: 'gline', mask, reason, by }, minutes)
      : action === 'kline'
        ? addServerBan(server, {
            kind: 'kline',
            mask,
            reason,
            by,
            setMs: nowMs,
            expiresMs: nowMs + minutes * 60_000,
          })
        : null;
  if (typeof outcome === 'string')
    server.host.log('warn', 'spam_ban_failed', `${by} could not ban ${mask}: ${outcome}`, { mask });
}
