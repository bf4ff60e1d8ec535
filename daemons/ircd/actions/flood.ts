/** What happens on a channel with the mode f when more comes than it bears. Nothing may be on its way to the channel; its gate is left by whoever calls. */
import { CMODE_LETTERS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import { maskCount } from '../modes/mask-lists.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { FloodLimit } from '../state/channel-flood.ts';
import type { LocalClient } from '../state/local-client.ts';
import { freeChannel, rest } from '../work-steps.ts';
import { ChannelModeChanges } from './channel-modes.ts';
import { kick } from './kick.ts';

/** Why whoever sends too much is kicked. */
const REASON = 'Flooding';

/**
 * Counts a message of somebody who may speak.
 * @returns the limit where it is one too many: it is not to be passed on
 */
export function messageFlood(channel: Channel, { user }: LocalClient, isCtcp: boolean): FloodLimit | null {
  const { flood } = channel;
  const member = user.memberships.get(channel);
  // Who keeps order there does not flood.
  if (flood === null || member?.isHalfop === true) return null;
  const now = Date.now();
  const own = member === undefined ? null : flood.countsOf(member, now);
  const ctcp = isCtcp ? flood.counts('c', now) : null;
  return own ?? ctcp ?? flood.counts('m', now);
}

/** Counts somebody who has entered; the limit where that is one too many. */
export function joinFlood({ flood }: Channel): FloodLimit | null {
  return flood === null ? null : flood.counts('j', Date.now());
}

/** Does what the limit says. @param member who has sent too much; null for a stranger */
export function* endFlood(
  server: CommandServer,
  channel: Channel,
  { kind, action, minutes }: FloodLimit,
  member: Membership | null,
): WorkSteps {
  const { me } = server.state;
  if (kind === 't') {
    if (member === null || action === 'd') return;
    const hasRoom = maskCount(channel) < server.tuning.get('mask_list_entries');
    if (action === 'b' && hasRoom) {
      const changes = new ChannelModeChanges(server, me, channel);
      changes.mask(true, 'b', `*!*@${member.user.host}`);
      yield* rest(changes.announce());
    }
    // They may be gone by then.
    if (member.user.memberships.get(channel) === member) yield* kick(server, me, member, REASON);
    return;
  }
  const changes = new ChannelModeChanges(server, me, channel);
  changes.flag(true, action, CMODE_LETTERS.get(action)!);
  if (minutes > 0)
    channel.flood?.later(action, minutes, () =>
      server.host.work.runSteps(server.house, lift(server, channel, action)),
    );
  yield* rest(changes.announce());
}

/** Takes a mode away again that was set for some minutes. */
function* lift(server: CommandServer, channel: Channel, letter: string): WorkSteps {
  const found = yield* freeChannel(server.host, server.state, channel.name);
  if (found === undefined) return;
  try {
    if (found !== channel) return;
    const changes = new ChannelModeChanges(server, server.state.me, channel);
    changes.flag(false, letter, CMODE_LETTERS.get(letter)!);
    yield* rest(changes.announce());
  } finally {
    server.host.work.leave(found.gate);
  }
}
