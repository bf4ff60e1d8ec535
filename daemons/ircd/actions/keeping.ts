/**
 * What a crash may not undo is on disk before anybody is told of it: an announcement is its acknowledgement. Meanwhile the
 * gate of the channel is closed, so that what is said there next is also heard next. Whatever concerns other channels goes on.
 * Nobody waits for what a server tells that is being linked: that has it, and tells it again when this one comes back from a crash.
 * Thousands of channels come so, one behind the other.
 */
import type { WorkGate } from '../../runtime/async/work-gate.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { rest } from '../work-steps.ts';

/**
 * Has a change of a channel kept, then announces it; at once where nothing is kept.
 * The gate of the channel is left by whoever calls, once all that belongs to the change is done.
 * @param source who changes it.
 */
export function kept(
  server: CommandServer,
  source: Source,
  channel: Channel,
  announce: () => WorkSteps | null,
): WorkSteps | null {
  const gate = server.keeper?.changed(channel) ?? null;
  const told = 'nick' in source ? source.server.bursting : source.bursting;
  if (told) return announce();
  // What was said before the mode H was taken away, or by a channel of that name that has ended, must not come back with it.
  const dropping = server.history?.whileDropping(channel) ?? null;
  const then = dropping === null ? announce : () => behind(server, dropping, channel.gate, announce);
  return gate === null ? then() : behind(server, gate, channel.gate, then);
}

/**
 * Announces something once a gate is open.
 * @param crowd the gate of those who are to hear it before anything else that comes now; null for one receiver.
 */
export function* behind(
  server: CommandServer,
  gate: WorkGate,
  crowd: WorkGate | null,
  announce: () => WorkSteps | null,
): WorkSteps {
  const { work } = server.host;
  if (crowd !== null) work.hold(crowd);
  try {
    while (work.mustWait(gate)) yield gate;
  } finally {
    work.leave(gate);
  }
  yield* rest(announce());
}

/** Tells whoever changed a channel by a command that the disk has not taken it, to be called behind the announcement. */
export function tellUnkept(
  { keeper }: CommandServer,
  client: LocalClient,
  command: string,
  { name }: Channel,
): void {
  if (keeper === null || keeper.problem === null) return;
  const text =
    'It holds, but this server cannot write it to its disk yet: a crash before that undoes it. Its operators are told';
  client.note(command, 'NOT_ON_DISK', name, text);
}

/**
 * Notes that a member leaves, of their own accord or with the connection; called in the turn in which they do. Nobody waits:
 * a crash that comes first leaves them what they had, and strangers nothing.
 */
export function noteLeft(server: CommandServer, { channel, status }: Membership): void {
  if (status !== 0 || channel.members.length <= 1) server.keeper?.changed(channel);
}
