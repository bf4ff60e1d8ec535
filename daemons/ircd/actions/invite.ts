/** Somebody is invited to a channel (IRCv3 invite-notify). */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toChannelWithCap } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { hiddenOn, revealThen } from './reveal.ts';

/**
 * Notes the invitation where the guest is, and tells the guest.
 * @param byOperator or a halfop: it lets the guest past the modes of the channel.
 */
export function invite(
  server: CommandServer,
  source: User,
  guest: User,
  channel: Channel,
  byOperator: boolean,
): WorkSteps | null {
  const message = from(server, source, `INVITE ${guest.nick} ${channel.name}`);
  if (guest.local !== null) {
    // Whoever is silenced is not told so.
    if (guest.local.guard?.silenced.matches(source) !== true) {
      server.state.invite(guest, channel, byOperator);
      message.to(guest.local);
    }
  }
  server.links?.tell({ kind: 'invite', source, user: guest, channel });
  const tell = () => toChannelWithCap(server, channel, CAP.inviteNotify, message, source.local);
  const hidden = hiddenOn(channel, source);
  return hidden === null ? tell() : revealThen(server, hidden, tell);
}
