/** WALLOPS (RFC 2812 4.7) and GLOBOPS: operators to users with +w, and to operators. */
import { N } from '../../irc/numerics.ts';
import { wallops as sendWallops } from '../actions/wallops.ts';
import { noticeOpers } from '../broadcast.ts';
import type { Command } from './command.ts';

export const wallops: Command = {
  name: 'WALLOPS',
  minParams: 1,
  oper: 'wallops',
  help: ['WALLOPS :<text>', 'Sends a message to everybody who has mode +w. Operators only.'],
  steps(server, client, params) {
    const text = params[0] ?? '';
    if (text === '') {
      client.reply(N.ERR_NEEDMOREPARAMS, 'WALLOPS');
      return null;
    }
    return sendWallops(server, client.user, text);
  },
};

export const globops: Command = {
  name: 'GLOBOPS',
  minParams: 1,
  oper: 'globops',
  help: ['GLOBOPS :<text>', 'Sends a notice to all operators. Operators only.'],
  run(server, client, params) {
    noticeOpers(server, `Global -- from ${client.user.nick}: ${params[0] ?? ''}`);
  },
};
