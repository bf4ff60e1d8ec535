/** MOTD: RFC 2812 3.4.1. */

import { N } from '../../irc/numerics.ts';
import type { CommandServer } from '../command-server.ts';
import type { Asker } from '../state/asker.ts';
import type { Command } from './command.ts';
import { askedHere } from './target-server.ts';

export const motd: Command = {
  name: 'MOTD',
  minParams: 0,
  penaltyLines: 1,
  help: ['MOTD [<server>]', 'Shows the message of the day.'],
  run(server, client, params) {
    if (askedHere(server, client, params[0], 'MOTD')) sendMotd(server, client);
  },
};

/** The message of the day, or 422. */
export function sendMotd(server: CommandServer, asker: Asker): void {
  if (server.motd === null) {
    asker.reply(N.ERR_NOMOTD);
    return;
  }
  asker.reply(N.RPL_MOTDSTART, '', `- ${server.name} Message of the day -`);
  for (const line of server.motd) asker.reply(N.RPL_MOTD, '', `- ${line}`);
  asker.reply(N.RPL_ENDOFMOTD);
}
