/** Fan-out: one message to a channel, to a user's neighbours, to operators. Called by the command handlers. */
import { CAP } from './protocol/capabilities.ts';
import { Delivery } from './protocol/delivery.ts';
import type { IrcServer } from './server.ts';
import type { Channel, Membership } from './state/channel.ts';
import type { User } from './state/user.ts';

/** Sends to every member of a channel but `except`. */
export function toChannel(channel: Channel, message: Delivery, except: User | null): void {
  const members = channel.members;
  for (let i = 0; i < members.length; i++) {
    const user = (members[i] as Membership).user;
    if (user !== except) message.to(user);
  }
}

/** Sends to the members of a channel that hold at least one of the status bits. */
export function toChannelStatus(
  channel: Channel,
  status: number,
  message: Delivery,
  except: User | null,
): void {
  for (const member of channel.members) {
    if ((member.status & status) !== 0 && member.user !== except) message.to(member.user);
  }
}

/** Sends to the members of a channel that have a capability. */
export function toChannelWithCap(
  channel: Channel,
  cap: number,
  message: Delivery,
  except: User | null,
): void {
  for (const { user } of channel.members) {
    if (user !== except && user.has(cap)) message.to(user);
  }
}

/** Sends once to everybody who shares a channel with `user`; with `cap`, only to those who have it. */
export function toNeighbours(server: IrcServer, user: User, message: Delivery, cap = 0): void {
  for (const other of server.state.neighbours(user)) {
    if (cap === 0 || other.has(cap)) message.to(other);
  }
}

/** A message from a user, tagged with the account if there is one. */
export function fromUser(server: IrcServer, user: User, rest: string): Delivery {
  const tags = { account: user.account, msgid: '', clientTags: '', bot: false };
  return new Delivery(server.host.outbox, `:${user.prefix} ${rest}`, tags);
}

/** Tells a change of a user (AWAY, SETNAME) to those who share a channel and have the capability. */
export function announceChange(server: IrcServer, user: User, rest: string, cap: number): void {
  toNeighbours(server, user, fromUser(server, user, rest), cap);
}

/** Announces a JOIN: the extended form to those who asked for it (IRCv3 extended-join, away-notify). */
export function announceJoin(server: IrcServer, user: User, channel: Channel): void {
  const plain = fromUser(server, user, `JOIN ${channel.name}`);
  const extended = fromUser(server, user, `JOIN ${channel.name} ${user.account ?? '*'} :${user.realname}`);
  for (const member of channel.members) {
    (member.user.has(CAP.extendedJoin) ? extended : plain).to(member.user);
  }
  if (user.away !== null) {
    toChannelWithCap(channel, CAP.awayNotify, fromUser(server, user, `AWAY :${user.away}`), user);
  }
}

/** Tells all operators what happened, as a server notice. */
export function noticeOpers(server: IrcServer, text: string, except: User | null = null): void {
  for (const oper of server.state.opers) if (oper !== except) oper.notice(`*** ${text}`);
}
