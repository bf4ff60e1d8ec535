/** MOTD: RFC 2812 3.4.1. */

import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { isThisServer } from './whois.ts';

export const motd: Command = {
  name: 'MOTD',
  minParams: 0,
  penaltyLines: 1,
  help: ['MOTD', 'Shows the message of the day.'],
  run(server, client, params) {
    const target = params[0];
    if (target !== undefined && !isThisServer(server, target)) {
      client.reply(N.ERR_NOSUCHSERVER, replyParameter(target));
    } else {
      sendMotd(server, client);
    }
  },
};

/** The message of the day, or 422. */
export function sendMotd(server: CommandServer, client: LocalClient): void {
  if (server.motd === null) {
    client.reply(N.ERR_NOMOTD);
    return;
  }
  client.reply(N.RPL_MOTDSTART, '', `- ${server.name} Message of the day -`);
  for (const line of server.motd) client.reply(N.RPL_MOTD, '', `- ${line}`);
  client.reply(N.RPL_ENDOFMOTD);
}
