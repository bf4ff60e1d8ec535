/** AWAY: RFC 2812 4.1, IRCv3 away-notify. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { setAway } from '../actions/away.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';

export const away: Command = {
  name: 'AWAY',
  minParams: 0,
  penaltyLines: 1,
  help: ['AWAY [<reason>]', 'Marks you as away; without a reason you are back.'],
  steps(server, client, params) {
    const reason = truncateUtf8(params[0] ?? '', limits.awayBytes.default);
    const wanted = reason === '' ? null : reason;
    client.reply(wanted === null ? N.RPL_UNAWAY : N.RPL_NOWAWAY);
    return setAway(server, client.user, wanted);
  },
};
