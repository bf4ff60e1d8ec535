/**
 * Whether a channel may have another name, whoever wants it, and which server of the network decides. One decides for all, so that two
 * names that are wanted at once come to all servers in one order.
 */
import { sameName } from '../irc/casemapping.ts';
import { RENAMES_FLAG } from '../irc/p10/server-line.ts';
import type { CommandServer } from './command-server.ts';
import { limits } from './limits.ts';
import type { Channel } from './state/channel.ts';
import type { NetworkState } from './state/network.ts';
import type { Server } from './state/server.ts';

/** Codes of IRCv3 channel-rename. */
export type RenameCode = 'CANNOT_RENAME' | 'CHANNEL_NAME_IN_USE';

/** Why not, as `FAIL RENAME` has it. */
export interface RenameRefusal {
  readonly code: RenameCode;
  readonly text: string;
}

/** The server that decides: the first of all by numeric, which every server knows. */
export function renamerOf({ servers, me }: NetworkState): Server {
  let first = me;
  for (const server of servers.values()) if (server.numeric < first.numeric) first = server;
  return first;
}

/** Null where it may. */
export function renameRefusal(
  { state, accounts }: CommandServer,
  channel: Channel,
  name: string,
): RenameRefusal | null {
  const cannot = (text: string): RenameRefusal => ({ code: 'CANNOT_RENAME', text });
  if (channel.name === name) return cannot('That is its name already');
  const unable = whoCannot(state);
  if (unable !== null) return cannot(unable);
  if (accounts.authority.configured && !accounts.channels.known)
    return cannot('Nobody knows now which channels are registered; try again later');
  if (accounts.channels.of(channel.name) !== null) return cannot('It is registered under this name');
  const isTaken = state.findChannel(name) !== undefined || accounts.channels.of(name) !== null;
  if (isTaken && !sameName(channel.name, name))
    return { code: 'CHANNEL_NAME_IN_USE', text: 'The channel name is already taken' };
  const { default: most } = limits.renameMembers;
  return channel.members.length > most ? cannot(`More than ${most} are on it`) : null;
}

/** A server that knows channels by their names alone, or one that does not know them all yet; null where there is none. */
function whoCannot({ servers, me }: NetworkState): string | null {
  for (const server of servers.values()) {
    if (server === me) continue;
    if (!server.flags.includes(RENAMES_FLAG))
      return `${server.name} knows channels by their names, and cannot rename them`;
    if (server.bursting) return `${server.name} is being linked; try again in a moment`;
  }
  return null;
}
