/** Somebody enters a channel. */

import { STATUS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toChannel, toChannelWithCap, toMembers } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Membership } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { type Message, rest, type StepsWith } from '../work-steps.ts';
import { kept } from './keeping.ts';
import { dueStatus } from './regain.ts';

/**
 * Puts a user on a channel and announces it. Who has status there by account has it at once.
 * @param createdMs when a channel that did not exist was made, Unix milliseconds.
 * @param status bits that another server gives; by default those of an operator on a new channel, and none on another.
 * @param told false where links hear of it otherwise.
 */
export function* join(
  server: CommandServer,
  user: User,
  name: string,
  createdMs: number,
  status: number | null = null,
  told = true,
): StepsWith<Membership> {
  const found = server.state.findChannel(name);
  const given = status ?? dueStatus(server, user.account, name, found);
  // One that belongs to an account is the same channel as before, also when it was not there meanwhile.
  const owned = server.accounts.channels.of(name);
  const membership = server.state.join(user, owned?.channel ?? name, owned?.createdAt ?? createdMs, given);
  const { channel } = membership;
  if (found === undefined) server.accounts.channels.made(channel);
  const created = channel.members.length === 1;
  if (told) server.links?.tell({ kind: 'join', membership, created });
  const all = () => announceAll(server, membership, given !== null && given !== 0);
  // Another than the first changes nothing that is kept, unless they bring status.
  if (!created && membership.status === 0) yield* all();
  else {
    yield* rest(kept(server, channel, all));
    // Whoever calls knows of no gate of a channel that was not there.
    if (created) server.host.work.leave(channel.gate);
  }
  return membership;
}

function* announceAll(server: CommandServer, membership: Membership, withStatus: boolean): WorkSteps {
  yield* announce(server, membership);
  if (withStatus) yield* announceStatus(server, membership);
}

/** The extended form goes to those who asked for it (IRCv3 extended-join, away-notify). */
function* announce(server: CommandServer, { user, channel }: Membership): WorkSteps {
  const plain = from(server, user, `JOIN ${channel.name}`);
  const extended = from(server, user, `JOIN ${channel.name} ${user.account ?? '*'} :${user.realname}`);
  const either: Message = {
    body: extended.body,
    renew: () => {
      plain.renew();
      extended.renew();
    },
  };
  const told = toMembers(server, channel, either, (members, start, end) => {
    for (let i = start; i < end; i++) {
      const { client } = members[i]!;
      (client.has(CAP.extendedJoin) ? extended : plain).to(client);
    }
  });
  yield* rest(told);
  if (user.away === null) return;
  const away = from(server, user, `AWAY :${user.away}`);
  yield* rest(toChannelWithCap(server, channel, CAP.awayNotify, away, user.local));
}

/** What the server of a user gave them with the JOIN. */
function* announceStatus(server: CommandServer, { user, channel, status }: Membership): WorkSteps {
  const letters = `${(status & STATUS.op) === 0 ? '' : 'o'}${(status & STATUS.voice) === 0 ? '' : 'v'}`;
  const nicks = Array.from(letters, () => user.nick).join(' ');
  const message = from(server, user.server, `MODE ${channel.name} +${letters} ${nicks}`);
  yield* rest(toChannel(server, channel, message, null));
}
