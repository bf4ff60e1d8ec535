/**
 * Who enters a channel with the mode D is seen there by nobody before they say something or get a status (as ircu and Nefarious have it).
 * Each server hides them from its own clients; links are told of them as of anybody. Nothing may be on its way to the channel; its gate is
 * left by whoever calls.
 */
import { CMODE } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { announceJoin } from './announce-join.ts';

/** The membership of somebody who is hidden on a channel; null for anybody else. On most channels nobody is. */
export function hiddenOn(channel: Channel, user: User): Membership | null {
  if (!channel.has(CMODE.hiding)) return null;
  const membership = user.memberships.get(channel);
  return membership?.hidden === true ? membership : null;
}

/** Shows somebody to the others: they hear the JOIN now. */
export function* reveal(server: CommandServer, membership: Membership): WorkSteps {
  membership.channel.show(membership);
  yield* announceJoin(server, membership, (source, text) => from(server, source, text), 'others');
}

/** The same, and then what they do. */
export function* revealThen(
  server: CommandServer,
  membership: Membership,
  then: () => WorkSteps | null,
): WorkSteps {
  yield* reveal(server, membership);
  const left = then();
  if (left !== null) yield* left;
}
