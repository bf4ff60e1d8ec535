/** AWAY: RFC 2812 4.1, IRCv3 away-notify and pre-away. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { setAway } from '../actions/away.ts';
import { refusedAs, spamRefusal } from '../actions/spam.ts';
import { CAP } from '../client/capabilities.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';

export const away: Command = {
  name: 'AWAY',
  minParams: 0,
  phase: 'any',
  penaltyLines: 1,
  help: ['AWAY [<reason>]', 'Marks you as away; without a reason you are back.'],
  steps(server, client, params) {
    const { user } = client;
    // IRCv3 pre-away: "servers MUST accept the AWAY command before connection registration has completed" where it is enabled.
    if (!user.registered && !client.has(CAP.preAway)) {
      client.reply(N.ERR_NOTREGISTERED);
      return null;
    }
    const reason = truncateUtf8(params[0] ?? '', limits.awayBytes.default);
    const wanted = reason === '' ? null : reason;
    const spam = wanted === null ? null : spamRefusal(server, client, 'away', '', wanted);
    if (spam !== null) {
      client.fail('AWAY', 'SPAM', '', refusedAs(spam));
      return null;
    }
    client.reply(wanted === null ? N.RPL_UNAWAY : N.RPL_NOWAWAY);
    if (user.registered) return setAway(server, user, wanted);
    // Others hear of it with the welcome.
    user.away = wanted;
    return null;
  },
};
