/** Somebody enters a channel. */

import { statusLetters } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toMembers } from '../broadcast.ts';
import type { NetBatch, Telling } from '../client/net-batch.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { rest, type StepsWith } from '../work-steps.ts';
import { announceJoin, type Say } from './announce-join.ts';
import { kept } from './keeping.ts';
import { dueStatus } from './regain.ts';

/** How somebody enters where another server says so. */
export interface Entrance {
  /** Bits that they have there; by default those of an operator on a new channel, and none on another. */
  readonly status?: number | null;
  /** False where links hear of it otherwise. */
  readonly told?: boolean;
  /** Modes that a new channel has; by default those of one that is made here. */
  readonly modes?: number;
  /** Of the servers that are being linked, where it is part of that. */
  readonly batch?: NetBatch | null;
  /** Name of a new channel as the other server says it, with one character for each byte. */
  readonly nameBytes?: string;
}

/** Somebody who has entered a channel. */
export interface Entered {
  readonly membership: Membership;
  /** What is left: having it kept and announcing it. Null where that is nothing: of most channels of a burst nobody here is a member. */
  readonly left: WorkSteps | null;
}

/**
 * Puts a user on a channel and announces it. Who has status there by account has it at once.
 * @param createdMs when a channel that did not exist was made, Unix milliseconds.
 */
export function* join(
  server: CommandServer,
  user: User,
  name: string,
  createdMs: number,
  entrance: Entrance = {},
): StepsWith<Membership> {
  const { membership, left } = enter(server, user, name, createdMs, entrance);
  yield* rest(left);
  return membership;
}

/** The same without steps where none are needed; whoever calls does what is left in the same turn, before anything else. */
export function enter(
  server: CommandServer,
  user: User,
  name: string,
  createdMs: number,
  { status = null, told = true, modes, batch = null, nameBytes }: Entrance,
): Entered {
  const found = server.state.findChannel(name);
  const given = status ?? dueStatus(server, user.account, name, found);
  // One that belongs to an account is the same channel as before, also when it was not there meanwhile.
  const owned = server.accounts.channels.of(name);
  const membership = server.state.join(user, owned?.channel ?? name, owned?.createdAt ?? createdMs, given);
  const { channel } = membership;
  if (found === undefined && modes !== undefined) channel.modes = modes;
  if (found === undefined && nameBytes !== undefined) channel.nameBytes = nameBytes;
  if (found === undefined) server.accounts.channels.made(channel);
  if (told) server.links?.tell({ kind: 'join', membership, created: channel.members.length === 1 });
  return { membership, left: leftOf(server, membership, given !== null && given !== 0, batch) };
}

/** The same of one of many whom another server tells of, on a channel that is there: it is looked for once for all of them. */
export function enterToo(
  server: CommandServer,
  user: User,
  channel: Channel,
  status: number,
  batch: NetBatch | null,
): WorkSteps | null {
  return leftOf(server, server.state.enter(user, channel, status), status !== 0, batch);
}

function leftOf(
  server: CommandServer,
  membership: Membership,
  withStatus: boolean,
  batch: NetBatch | null,
): WorkSteps | null {
  const { channel } = membership;
  const created = channel.members.length === 1;
  // Another than the first changes nothing that is kept, unless they bring status.
  const keeps = created || membership.status !== 0;
  if (!keeps && channel.locals.length === 0) return null;
  return finish(server, membership, { keeps, created, withStatus, batch });
}

/** What somebody's entrance brings with it. */
interface Consequences {
  readonly keeps: boolean;
  readonly created: boolean;
  readonly withStatus: boolean;
  readonly batch: NetBatch | null;
}

function* finish(
  server: CommandServer,
  membership: Membership,
  { keeps, created, withStatus, batch }: Consequences,
): WorkSteps {
  const say = (source: Source, text: string): Telling =>
    batch === null ? from(server, source, text) : batch.message(source, text);
  const all = () => announceAll(server, membership, withStatus, say);
  if (!keeps) yield* all();
  else {
    yield* rest(kept(server, membership.user, membership.channel, all));
    // Whoever calls knows of no gate of a channel that was not there.
    if (created) server.host.work.leave(membership.channel.gate);
  }
}

function* announceAll(
  server: CommandServer,
  membership: Membership,
  withStatus: boolean,
  say: Say,
): WorkSteps {
  // No line is written for nobody.
  if (membership.channel.locals.length === 0) return;
  yield* announceJoin(server, membership, say, membership.hidden ? 'self' : 'all');
  if (withStatus) yield* announceStatus(server, membership, say);
}

/** What the server of a user gave them with the JOIN. */
function* announceStatus(server: CommandServer, { user, channel, status }: Membership, say: Say): WorkSteps {
  const letters = statusLetters(status & server.statuses);
  if (letters === '') return;
  const nicks = Array.from(letters, () => user.nick).join(' ');
  const message = say(user.server, `MODE ${channel.name} +${letters} ${nicks}`);
  const told = toMembers(server, channel, message, (members, start, end) => {
    for (let i = start; i < end; i++) message.to(members[i]!.client);
  });
  yield* rest(told);
}
