/** LUSERS: RFC 2812 3.4.2, Modern "LUSERS message". */

import { N } from '../../irc/numerics.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

export const lusers: Command = {
  name: 'LUSERS',
  minParams: 0,
  help: ['LUSERS', 'Shows how many users, operators and channels there are.'],
  run(server, user) {
    sendLusers(server, user);
  },
};

/** Counts of zero are left out where RFC 2812 3.4.2 says so. */
export function sendLusers(server: CommandServer, user: User): void {
  const { state } = server;
  const total = state.registeredCount;
  const invisible = state.invisibleCount;
  const visible = total - invisible;
  user.reply(N.RPL_LUSERCLIENT, '', `There are ${visible} users and ${invisible} invisible on 1 servers`);
  if (state.opers.size > 0) user.reply(N.RPL_LUSEROP, String(state.opers.size));
  if (state.unregisteredCount > 0) user.reply(N.RPL_LUSERUNKNOWN, String(state.unregisteredCount));
  if (state.channels.size > 0) user.reply(N.RPL_LUSERCHANNELS, String(state.channels.size));
  user.reply(N.RPL_LUSERME, '', `I have ${total} clients and 0 servers`);
  const max = state.maxRegistered;
  user.reply(N.RPL_LOCALUSERS, `${total} ${max}`, `Current local users ${total}, max ${max}`);
  user.reply(N.RPL_GLOBALUSERS, `${total} ${max}`, `Current global users ${total}, max ${max}`);
}
