/** CTCP to a channel, which may bring whoever sends it out. */

import { limits } from '../limits.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { maskOfUser } from './ban-masks.ts';
import { type ChanWorld, levelOn } from './chan-world.ts';
import { banChange } from './guard.ts';
import { LEVELS } from './levels.ts';
import type { RegisteredChannel } from './registered-channel.ts';

/** Stands before and behind one. */
export const CTCP = '\x01';

/** What somebody says on a channel begins with the sign of CTCP. */
export function reactToCtcp(
  world: ChanWorld,
  channel: RegisteredChannel,
  view: ViewChannel,
  user: ViewUser,
  text: string,
): void {
  const { ctcpReaction } = channel.settings;
  const [word] = text.replaceAll(CTCP, '').split(' ');
  if (ctcpReaction === 'none' || word === 'ACTION' || !view.members.has(user)) return;
  if (world.acts.isOurs(user) || levelOn(world, channel, user) >= LEVELS.op) return;
  const { acts, bot, times, clock } = world;
  const mask = maskOfUser(user);
  if (ctcpReaction !== 'kick') {
    acts.modes(bot(), view, [banChange(true, mask)]);
    const ms =
      ctcpReaction === 'shortban'
        ? limits.ctcpShortBanMs.default
        : ctcpReaction === 'longban'
          ? limits.ctcpLongBanMs.default
          : null;
    if (ms !== null)
      times.set(`ctcp ${channel.key} ${mask}`, clock.now() + ms, () => {
        const now = world.view()?.findChannel(channel.name);
        if (now?.bans.has(mask) === true) acts.modes(bot(), now, [banChange(false, mask)]);
      });
  }
  acts.kick(bot(), view, user, 'CTCP to the channel is not welcome here.');
}
