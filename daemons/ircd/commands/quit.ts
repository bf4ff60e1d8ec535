/** QUIT: RFC 2812 3.1.7. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { isShunned } from '../actions/shun.ts';
import { spamRefusal } from '../actions/spam.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';

export const quit: Command = {
  name: 'QUIT',
  minParams: 0,
  phase: 'any',
  help: ['QUIT [<reason>]', 'Disconnects you.'],
  run(server, client, params) {
    const said = isShunned(server, client) ? '' : (params[0] ?? '');
    const reason = truncateUtf8(said, limits.quitBytes.default - 6);
    const compared = reason !== '' && client.user.registered;
    const spam = compared ? spamRefusal(server, client, 'quit', '', reason) : null;
    server.exit(client, reason === '' || spam !== null ? 'Client Quit' : `Quit: ${reason}`);
  },
};
