/** WALLOPS (RFC 2812 4.7) and GLOBOPS: operators to users with +w, and to operators. */
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { from, noticeOpers, toClients } from '../broadcast.ts';
import { deliver } from '../work-steps.ts';
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
    const message = from(server, client.user, `WALLOPS :${text}`);
    const send = toClients(message, ({ user }) => (user.modes & UMODE.wallops) !== 0);
    return deliver(server.host, { entries: [...server.state.localClients], send }, message, []);
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
