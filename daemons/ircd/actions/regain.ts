/** Somebody who joined a restored channel before they logged in has the status again that their account had there. */
import { STATUS } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { Membership } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import { ChannelModeChanges } from './channel-modes.ts';

/** Gives back what is due to an account, and announces it; null where that is nothing. */
export function regain(server: CommandServer, user: User): WorkSteps | null {
  const due = [...user.memberships.values()].filter((membership) => missing(membership) !== 0);
  return due.length === 0 ? null : giveAll(server, due);
}

/** `STATUS` bits that a member had before the restart and has not. */
function missing({ channel, user, status }: Membership): number {
  return (channel.restored?.of(user.account) ?? 0) & ~status;
}

function* giveAll(server: CommandServer, due: readonly Membership[]): WorkSteps {
  const { state, host } = server;
  for (const membership of due) {
    const { channel, user } = membership;
    while (host.work.mustWait(channel.gate)) yield channel.gate;
    try {
      // They may have left or been deprived meanwhile.
      if (user.memberships.get(channel) !== membership) continue;
      const bits = missing(membership);
      const changes = new ChannelModeChanges(server, state.me, channel);
      for (const [letter, bit] of LETTERS)
        if ((bits & bit) !== 0) changes.status(true, letter, bit, membership);
      yield* rest(changes.announce());
    } finally {
      host.work.leave(channel.gate);
    }
  }
}

const LETTERS = [
  ['o', STATUS.op],
  ['v', STATUS.voice],
] as const;
