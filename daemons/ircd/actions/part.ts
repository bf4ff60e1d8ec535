/** Somebody leaves a channel. */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOn, toChannel } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import { noteLeft } from './keeping.ts';

/**
 * Takes a user off a channel that they are on, once nothing is on its way to it; the reason may be empty.
 * @param bytes the reason as another server has said it.
 */
export function* part(
  server: CommandServer,
  user: User,
  channel: Channel,
  reason: string,
  bytes?: string,
): WorkSteps {
  const { work } = server.host;
  while (work.mustWait(channel.gate)) yield channel.gate;
  try {
    const membership = user.memberships.get(channel);
    // Somebody may have removed them meanwhile.
    if (membership === undefined) return;
    const text = reason === '' ? `PART ${channel.name}` : `PART ${channel.name} :${reason}`;
    // Who has said nothing leaves as they came.
    if (membership.hidden) membership.client?.send(`:${user.prefix} ${text}`);
    else yield* rest(toChannel(server, channel, eventOn(server, user, channel, text), null));
    noteLeft(server, membership);
    server.state.part(membership);
    server.links?.tell({ kind: 'part', user, channel, reason, bytes });
  } finally {
    work.leave(channel.gate);
  }
}
