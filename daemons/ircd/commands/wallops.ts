/** WALLOPS (RFC 2812 4.7), GLOBOPS and LOCOPS: operators to users with +w, to operators of all servers and to those of this one. */
import { N } from '../../irc/numerics.ts';
import { globops as tellGlobally } from '../actions/globops.ts';
import { wallops as sendWallops } from '../actions/wallops.ts';
import { noticeOpers } from '../broadcast.ts';
import { NOTICE } from '../notice-kinds.ts';
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
  help: ['GLOBOPS :<text>', 'Sends a notice to the operators of all servers. Operators only.'],
  run(server, client, params) {
    tellGlobally(server, client.user, params[0] ?? '');
  },
};

export const locops: Command = {
  name: 'LOCOPS',
  minParams: 1,
  oper: 'globops',
  help: ['LOCOPS :<text>', 'Sends a notice to the operators of this server. Operators only.'],
  run(server, client, params) {
    noticeOpers(server, NOTICE.globops, `Local -- from ${client.user.nick}: ${params[0] ?? ''}`);
  },
};
