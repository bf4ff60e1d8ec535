/** NICK: RFC 2812 3.1.2, Modern "NICK message". */
import { fromUser, toNeighbours } from '../broadcast.ts';
import { limits } from '../limits.ts';
import { truncateUtf8 } from '../protocol/line-text.ts';
import { isValidNick } from '../protocol/names.ts';
import { N } from '../protocol/numerics.ts';
import { replyParameter } from '../protocol/reply-parameter.ts';
import { tryRegister } from '../registration.ts';
import type { IrcServer } from '../server.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

export const nick: Command = {
  name: 'NICK',
  minParams: 0,
  phase: 'any',
  help: ['NICK <nickname>', 'Sets or changes your nickname.'],
  run(server, user, params) {
    const wanted = params[0] ?? '';
    if (wanted === '') {
      user.reply(N.ERR_NONICKNAMEGIVEN);
      return;
    }
    if (wanted === user.nick) return;
    if (!isValidNick(wanted, limits.nickLength.default)) {
      const shown = replyParameter(truncateUtf8(wanted, 64));
      user.reply(N.ERR_ERRONEUSNICKNAME, shown);
      return;
    }
    const holder = server.state.nickHolder(wanted);
    if (holder !== undefined && holder !== user) {
      user.reply(N.ERR_NICKNAMEINUSE, wanted);
      return;
    }
    if (user.registered) changeNick(server, user, wanted);
    else {
      server.state.setNick(user, wanted);
      tryRegister(server, user);
    }
  },
};

function changeNick(server: IrcServer, user: User, wanted: string): void {
  const message = fromUser(server, user, `NICK ${wanted}`);
  message.to(user);
  toNeighbours(server, user, message);
  server.state.whowas.remember(user, Date.now());
  server.state.setNick(user, wanted);
  user.connection.penalize(1);
}
