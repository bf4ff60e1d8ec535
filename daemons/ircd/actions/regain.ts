/**
 * Somebody has the status that their account has on a channel: because the channel belongs to it or its founder gave it, or because
 * they had it before a restart.
 */
import { STATUS_LETTERS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import { ChannelModeChanges } from './channel-modes.ts';

/**
 * `STATUS` bits that an account has on a channel; null where a channel is like any other, on which whoever comes first is operator.
 * @param channel where there is one of that name now
 */
export function dueStatus(
  server: CommandServer,
  account: string | null,
  name: string,
  channel: Channel | undefined,
): number | null {
  const owned = server.accounts.channels.statusOf(name, account);
  const before = channel?.restored?.of(account) ?? null;
  // Of what there is no more since nobody would see who has it.
  const restored = before === null ? null : before & server.statuses;
  return owned === null ? restored : owned | (restored ?? 0);
}

/** Gives somebody who has logged in what is due to the account, and announces it; null where that is nothing. */
export function regain(server: CommandServer, user: User): WorkSteps | null {
  const due = [...user.memberships.values()].filter((membership) => missing(server, membership) !== 0);
  return due.length === 0 ? null : giveAll(server, due);
}

function missing(server: CommandServer, { channel, user, status }: Membership): number {
  return (dueStatus(server, user.account, channel.key, channel) ?? 0) & ~status;
}

function* giveAll(server: CommandServer, due: readonly Membership[]): WorkSteps {
  const { state, host } = server;
  for (const membership of due) {
    const { channel, user } = membership;
    while (host.work.mustWait(channel.gate)) yield channel.gate;
    try {
      // They may have left or been deprived meanwhile.
      if (user.memberships.get(channel) !== membership) continue;
      const bits = missing(server, membership);
      const changes = new ChannelModeChanges(server, state.me, channel);
      for (const [letter, bit] of STATUS_LETTERS)
        if ((bits & bit) !== 0) changes.status(true, letter, bit, membership);
      yield* rest(changes.announce());
    } finally {
      host.work.leave(channel.gate);
    }
  }
}
