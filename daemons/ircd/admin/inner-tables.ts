/** The live tables that are about one channel or one client: who is on it, its lists, and where somebody is. */
import { LIST_MODES } from '../../irc/modes.ts';
import type { InnerTableProvider, TableProvider } from '../../runtime/telemetry/stream-hub.ts';
import { cellsOf } from '../../runtime/telemetry/table-cells.ts';
import type { IrcServer } from '../irc-server.ts';
import { listOf, maskCount } from '../modes/mask-lists.ts';
import type { Channel, Membership } from '../state/channel.ts';
import { listColumns, memberColumns, membershipColumns } from './columns.ts';
import { historyColumns } from './history-commands.ts';
import { historyRow } from './history-handlers.ts';
import { channelRow, type Row } from './rows.ts';

/** What the letters of lists mean. */
const LISTS: Readonly<Record<string, string>> = { b: 'ban', e: 'exception', I: 'invitation' };

/** Who is on a channel, by column key. */
export function memberRow({ statuses }: IrcServer, member: Membership): Row {
  const { user, channel } = member;
  return {
    nick: user.nick,
    status: member.prefix(true, statuses),
    userHost: `${user.username}@${user.host}`,
    channel: channel.name,
  };
}

/** Where somebody is, by column key. */
function membershipRow({ statuses }: IrcServer, member: Membership): Row {
  return {
    ...channelRow(member.channel),
    status: member.prefix(true, statuses),
    nick: member.user.nick,
  };
}

function* listRows(channel: Channel): Generator<Row> {
  for (const letter of LIST_MODES)
    for (const { mask, by, atMs } of listOf(channel, letter).entries)
      yield {
        mask: mask.text,
        list: LISTS[letter] ?? letter,
        by,
        createdAt: atMs,
        letter,
        channel: channel.name,
      };
}

/** By the name of the table in the manifest. */
export function innerTables(
  server: IrcServer,
): Readonly<Record<'members' | 'lists' | 'history' | 'memberships', InnerTableProvider>> {
  const { state } = server;
  const ofChannel = (fill: (channel: Channel) => TableProvider) => ({
    about: (name: string) => {
      const channel = state.findChannel(name);
      return channel === undefined ? null : fill(channel);
    },
  });
  return {
    members: ofChannel(({ members }) => ({
      *rows() {
        for (const member of members) yield cellsOf(memberColumns, memberRow(server, member));
      },
      total: () => members.length,
    })),
    lists: ofChannel((channel) => ({
      *rows() {
        for (const row of listRows(channel)) yield cellsOf(listColumns, row);
      },
      total: () => maskCount(channel),
    })),
    history: ofChannel((channel) => ({
      *rows() {
        yield cellsOf(historyColumns, historyRow(server, channel));
      },
      total: () => 1,
    })),
    memberships: {
      about: (nick) => {
        const user = state.findUser(nick);
        if (user === undefined) return null;
        return {
          *rows() {
            for (const member of user.memberships.values())
              yield cellsOf(membershipColumns, membershipRow(server, member));
          },
          total: () => user.memberships.size,
        };
      },
    },
  };
}
