/** AUTHENTICATE: IRCv3 SASL. Without services there is no mechanism, so `sasl` is not offered and this always fails. */
import { N } from '../../irc/numerics.ts';
import type { Command } from './command.ts';

export const authenticate: Command = {
  name: 'AUTHENTICATE',
  minParams: 1,
  phase: 'any',
  help: ['AUTHENTICATE <mechanism>', 'Logs in to an account; no mechanism is available without services.'],
  run(_server, client) {
    client.reply(N.ERR_SASLFAIL);
  },
};
