/** MOTD: RFC 2812 3.4.1. */

import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';
import { isThisServer } from './whois.ts';

export const motd: Command = {
  name: 'MOTD',
  minParams: 0,
  penaltyLines: 1,
  help: ['MOTD', 'Shows the message of the day.'],
  run(server, user, params) {
    const target = params[0];
    if (target !== undefined && !isThisServer(server, target)) {
      user.reply(N.ERR_NOSUCHSERVER, replyParameter(target));
    } else {
      sendMotd(server, user);
    }
  },
};

/** The message of the day, or 422. */
export function sendMotd(server: CommandServer, user: User): void {
  if (server.motd === null) {
    user.reply(N.ERR_NOMOTD);
    return;
  }
  user.reply(N.RPL_MOTDSTART, '', `- ${server.name} Message of the day -`);
  for (const line of server.motd) user.reply(N.RPL_MOTD, '', `- ${line}`);
  user.reply(N.RPL_ENDOFMOTD);
}
