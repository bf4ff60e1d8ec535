/** LUSERS: RFC 2812 3.4.2, Modern "LUSERS message". */

import { N } from '../../irc/numerics.ts';
import type { CommandServer } from '../command-server.ts';
import type { Asker } from '../state/asker.ts';
import type { Command } from './command.ts';
import { askedHere } from './target-server.ts';

export const lusers: Command = {
  name: 'LUSERS',
  minParams: 0,
  help: ['LUSERS [<mask> [<server>]]', 'Shows how many users, operators and channels there are.'],
  run(server, client, params) {
    // Servers are not counted by mask: whoever asks for one mostly means the server behind it.
    if (askedHere(server, client, params[1], 'LUSERS', [params[0] ?? '*'])) sendLusers(server, client);
  },
};

/** Counts of zero are left out where RFC 2812 3.4.2 says so. */
export function sendLusers(server: CommandServer, asker: Asker): void {
  const { state } = server;
  const total = state.users.size;
  const local = state.localUserCount;
  const invisible = state.invisibleCount;
  const linked = [...state.servers.values()].filter(({ hops }) => hops === 1).length;
  const visible = total - invisible;
  asker.reply(
    N.RPL_LUSERCLIENT,
    '',
    `There are ${visible} users and ${invisible} invisible on ${state.servers.size} servers`,
  );
  if (state.opers.size > 0) asker.reply(N.RPL_LUSEROP, String(state.opers.size));
  if (state.unregisteredCount > 0) asker.reply(N.RPL_LUSERUNKNOWN, String(state.unregisteredCount));
  if (state.channels.size > 0) asker.reply(N.RPL_LUSERCHANNELS, String(state.channels.size));
  asker.reply(N.RPL_LUSERME, '', `I have ${local} clients and ${linked} servers`);
  const { maxLocalUsers, maxUsers } = state;
  asker.reply(
    N.RPL_LOCALUSERS,
    `${local} ${maxLocalUsers}`,
    `Current local users ${local}, max ${maxLocalUsers}`,
  );
  asker.reply(N.RPL_GLOBALUSERS, `${total} ${maxUsers}`, `Current global users ${total}, max ${maxUsers}`);
}
