/** PING and PONG: RFC 2812 3.7.2 and 3.7.3, Modern "PING message". */
import { N } from '../../irc/numerics.ts';
import type { Command } from './command.ts';

export const ping: Command = {
  name: 'PING',
  minParams: 0,
  phase: 'any',
  help: ['PING <token>', 'The server answers PONG with the same token.'],
  run(server, client, params) {
    const token = params[0];
    if (token === undefined) client.reply(N.ERR_NEEDMOREPARAMS, 'PING');
    else if (token === '') client.reply(N.ERR_NOORIGIN);
    else client.send(`:${server.name} PONG ${server.name} :${token}`);
  },
};

/** Every line counts as a sign of life, so PONG has nothing left to do. */
export const pong: Command = {
  name: 'PONG',
  minParams: 0,
  phase: 'any',
  help: ['PONG <token>', 'Answers a PING of the server.'],
  run() {},
};
