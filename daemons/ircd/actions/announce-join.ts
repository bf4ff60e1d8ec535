/** Those who are on a channel hear that somebody is on it now. */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toMembers } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { Telling } from '../client/net-batch.ts';
import type { CommandServer } from '../command-server.ts';
import { historyOf } from '../history/message-history.ts';
import type { Source } from '../network-events.ts';
import type { Membership } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { type Message, rest } from '../work-steps.ts';

/** Makes a message of a source and what it says. */
export type Say = (source: Source, text: string) => Telling;

/**
 * The extended form goes to those who asked for it (IRCv3 extended-join, away-notify).
 * @param whom nobody but themselves who is not seen yet, and the others when they are.
 */
export function* announceJoin(
  server: CommandServer,
  { user, channel }: Membership,
  say: Say,
  whom: 'all' | 'self' | 'others',
): WorkSteps {
  const self = user.local;
  const leavesOut = (client: LocalClient) => whom !== 'all' && (client === self) !== (whom === 'self');
  const plain = say(user, `JOIN ${channel.name}`);
  const { account, realname } = user;
  let extended: Telling | null = null;
  // One of many who come together, and one with two forms, is kept without an id.
  if (whom !== 'self')
    historyOf(server.history, channel)?.happened(channel, from(server, user, `JOIN ${channel.name}`));
  const either: Message = {
    body: plain.body,
    renew: () => {
      plain.renew();
      extended?.renew();
    },
  };
  const told = toMembers(server, channel, either, (members, start, end) => {
    for (let i = start; i < end; i++) {
      const { client } = members[i]!;
      if (leavesOut(client)) continue;
      if (client.has(CAP.extendedJoin)) {
        extended ??= say(user, `JOIN ${channel.name} ${account ?? '*'} :${realname}`);
        extended.to(client);
      } else plain.to(client);
    }
  });
  yield* rest(told);
  if (user.away === null || whom === 'self') return;
  const away = say(user, `AWAY :${user.away}`);
  const toldAway = toMembers(server, channel, away, (members, start, end) => {
    for (let i = start; i < end; i++) {
      const { client } = members[i]!;
      if (client !== user.local && client.has(CAP.awayNotify)) away.to(client);
    }
  });
  yield* rest(toldAway);
}
