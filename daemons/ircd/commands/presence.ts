/** ISON and USERHOST: RFC 2812 4.8 and 4.9; USERIP as ircu has it. */
import { N } from '../../irc/numerics.ts';
import type { Command } from './command.ts';

/** RFC 2812 4.8: at most five nicks. */
const MAX_USERHOST = 5;

export const ison: Command = {
  name: 'ISON',
  minParams: 1,
  help: ['ISON <nickname> {<nickname>}', 'Tells which of the nicknames are online.'],
  run(server, client, params) {
    const online = client.replyWords(N.RPL_ISON);
    for (const nick of params.join(' ').split(' ')) {
      const found = nick === '' ? undefined : server.state.findUser(nick);
      if (found !== undefined) online.add(found.nick);
    }
    online.end(true);
  },
};

export const userhost: Command = {
  name: 'USERHOST',
  minParams: 1,
  help: ['USERHOST <nickname> {<nickname>}', 'Shows host, away and operator status of up to five users.'],
  run(server, client, params) {
    const replies = client.replyWords(N.RPL_USERHOST);
    for (const nick of params.slice(0, MAX_USERHOST)) {
      const found = server.state.findUser(nick);
      if (found === undefined) continue;
      const star = found.isOper ? '*' : '';
      replies.add(`${found.nick}${star}=${found.away === null ? '+' : '-'}${found.username}@${found.host}`);
    }
    replies.end(true);
  },
};

/** Addresses are seen by whose they are, and by operators with `auspex`; of others it says that there is one. */
const HIDDEN_ADDRESS = '255.255.255.255';

export const userip: Command = {
  name: 'USERIP',
  minParams: 1,
  help: [
    'USERIP <nickname> {<nickname>}',
    'Shows addresses of up to five users: your own, and those of others to operators.',
  ],
  run(server, client, params) {
    const replies = client.replyWords(N.RPL_USERIP);
    for (const nick of params.slice(0, MAX_USERHOST)) {
      const found = server.state.findUser(nick);
      if (found === undefined) continue;
      const star = found.isOper ? '*' : '';
      const mayKnow = found === client.user || client.can('auspex');
      const address = mayKnow ? found.address : HIDDEN_ADDRESS;
      replies.add(`${found.nick}${star}=${found.away === null ? '+' : '-'}${found.username}@${address}`);
    }
    replies.end(true);
  },
};
