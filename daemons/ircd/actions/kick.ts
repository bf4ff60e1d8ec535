/** Somebody is removed from a channel. Nothing may be on its way to the channel; its gate is left by whoever calls. */
import { ALL_STATUS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOn, toChannel } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import type { Membership } from '../state/channel.ts';
import { rest } from '../work-steps.ts';
import { kept, noteLeft } from './keeping.ts';
import { reveal } from './reveal.ts';

/**
 * Tells everybody on the channel, then takes the member off it (RFC 2812 3.2.8).
 * @param bytes the reason as another server has said it.
 */
export function* kick(
  server: CommandServer,
  source: Source,
  membership: Membership,
  reason: string,
  bytes?: string,
): WorkSteps {
  const { channel, user } = membership;
  if (membership.hidden) yield* reveal(server, membership);
  const text = `KICK ${channel.name} ${user.nick} :${reason}`;
  const announce = () => toChannel(server, channel, eventOn(server, source, channel, text), null);
  yield* rest(revoke(membership) ? kept(server, source, channel, announce) : announce());
  remove(server, source, membership, reason, true, bytes);
}

/**
 * Tells the member alone: for a channel that is cleared, where telling all of all would be quadratic.
 * @param told false where links hear of it otherwise
 */
export function kickUnseen(
  server: CommandServer,
  source: Source,
  membership: Membership,
  reason: string,
  told = true,
): void {
  const { channel, user, client } = membership;
  client?.send(`:${source.prefix} KICK ${channel.name} ${user.nick} :${reason}`);
  remove(server, source, membership, reason, told);
}

/** Takes the status of a member, so that a crash does not bring it back; whether there was any. */
function revoke(membership: Membership): boolean {
  const { channel, user, status } = membership;
  const remembered = channel.restored?.revoke(user.account, ALL_STATUS) === true;
  membership.status = 0;
  return remembered || status !== 0;
}

function remove(
  server: CommandServer,
  source: Source,
  membership: Membership,
  reason: string,
  told: boolean,
  bytes?: string,
): void {
  const { user, channel } = membership;
  if (revoke(membership)) server.keeper?.changed(channel);
  noteLeft(server, membership);
  server.state.part(membership);
  if (told) server.links?.tell({ kind: 'kick', source, user, channel, reason, bytes });
}
