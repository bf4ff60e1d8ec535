/** ISUPPORT: IRCv3 extended-isupport. What the server supports, also before registration for those who asked for that. */
import { N } from '../../irc/numerics.ts';
import { CAP } from '../client/capabilities.ts';
import { sendIsupport } from '../registration.ts';
import type { Command } from './command.ts';

export const isupport: Command = {
  name: 'ISUPPORT',
  minParams: 0,
  phase: 'any',
  penaltyLines: 1,
  help: ['ISUPPORT', 'Shows what the server supports.'],
  run(server, client) {
    // "the server MUST accept ISUPPORT commands before connection registration completes" where it is enabled.
    if (client.user.registered || client.has(CAP.extendedIsupport)) sendIsupport(server, client);
    else client.reply(N.ERR_NOTREGISTERED);
  },
};
