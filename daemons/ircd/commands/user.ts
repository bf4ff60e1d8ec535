/** USER: RFC 2812 3.1.3, Modern "USER message". */

import { isValidUsername } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { limits } from '../limits.ts';
import { tryRegister } from '../registration.ts';
import type { Command } from './command.ts';

export const userCommand: Command = {
  name: 'USER',
  minParams: 4,
  phase: 'before',
  help: ['USER <username> 0 * :<realname>', 'Tells who you are while connecting.'],
  run(server, client, params) {
    const [username = '', , , realname = ''] = params;
    if (client.user.username !== '') {
      client.reply(N.ERR_ALREADYREGISTERED);
      return;
    }
    if (username === '' || realname === '') {
      client.reply(N.ERR_NEEDMOREPARAMS, 'USER');
      return;
    }
    const shortened = username.slice(0, limits.usernameLength.default);
    if (!isValidUsername(shortened)) {
      client.reply(N.ERR_INVALIDUSERNAME);
      return;
    }
    client.user.username = shortened;
    client.user.realname = realname;
    server.host.tableChanged('connections');
    tryRegister(server, client);
  },
};
