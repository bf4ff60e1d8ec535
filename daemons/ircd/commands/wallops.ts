/** WALLOPS (RFC 2812 4.7) and GLOBOPS: operators to users with +w, and to operators. */
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { fromUser, noticeOpers, toUsers } from '../broadcast.ts';
import { deliver } from '../work-steps.ts';
import type { Command } from './command.ts';

export const wallops: Command = {
  name: 'WALLOPS',
  minParams: 1,
  oper: 'wallops',
  help: ['WALLOPS :<text>', 'Sends a message to everybody who has mode +w. Operators only.'],
  steps(server, user, params) {
    const text = params[0] ?? '';
    if (text === '') {
      user.reply(N.ERR_NEEDMOREPARAMS, 'WALLOPS');
      return null;
    }
    const message = fromUser(server, user, `WALLOPS :${text}`);
    const send = toUsers(message, ({ modes }) => (modes & UMODE.wallops) !== 0);
    return deliver(server.host, { entries: [...server.state.users], send }, message, []);
  },
};

export const globops: Command = {
  name: 'GLOBOPS',
  minParams: 1,
  oper: 'globops',
  help: ['GLOBOPS :<text>', 'Sends a notice to all operators. Operators only.'],
  run(server, user, params) {
    noticeOpers(server, `Global -- from ${user.nick}: ${params[0] ?? ''}`);
  },
};
