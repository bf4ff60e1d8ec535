/**
 * What a crash may not undo is on disk before anybody is told of it: an announcement is its acknowledgement. Meanwhile the
 * gate of the channel is closed, so that what is said there next is also heard next. Whatever concerns other channels goes on.
 */
import type { WorkGate } from '../../runtime/async/work-gate.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel, Membership } from '../state/channel.ts';
import { rest } from '../work-steps.ts';

/**
 * Has a change of a channel kept, then announces it; at once where nothing is kept.
 * The gate of the channel is left by whoever calls, once all that belongs to the change is done.
 */
export function kept(
  server: CommandServer,
  channel: Channel,
  announce: () => WorkSteps | null,
): WorkSteps | null {
  const gate = server.keeper?.changed(channel) ?? null;
  return gate === null ? announce() : behind(server, gate, channel, announce);
}

function* behind(
  server: CommandServer,
  gate: WorkGate,
  channel: Channel,
  announce: () => WorkSteps | null,
): WorkSteps {
  const { work } = server.host;
  work.hold(channel.gate);
  try {
    while (work.mustWait(gate)) yield gate;
  } finally {
    work.leave(gate);
  }
  yield* rest(announce());
}

/**
 * Notes that a member leaves, of their own accord or with the connection; called in the turn in which they do. Nobody waits:
 * a crash that comes first leaves them what they had, and strangers nothing.
 */
export function noteLeft(server: CommandServer, { channel, status }: Membership): void {
  if (status !== 0 || channel.members.length <= 1) server.keeper?.changed(channel);
}
