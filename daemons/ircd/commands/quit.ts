/** QUIT: RFC 2812 3.1.7. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { spamRefusal } from '../actions/spam.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';

export const quit: Command = {
  name: 'QUIT',
  minParams: 0,
  phase: 'any',
  help: ['QUIT [<reason>]', 'Disconnects you.'],
  run(server, client, params) {
    const reason = truncateUtf8(params[0] ?? '', limits.quitBytes.default - 6);
    const said = reason !== '' && client.user.registered;
    const spam = said ? spamRefusal(server, client, 'quit', '', reason) : null;
    server.exit(client, reason === '' || spam !== null ? 'Client Quit' : `Quit: ${reason}`);
  },
};
