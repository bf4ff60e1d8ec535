/** SETNAME: IRCv3 setname. */
import { setRealname } from '../actions/realname.ts';
import { refusedAs, spamRefusal } from '../actions/spam.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';

export const setname: Command = {
  name: 'SETNAME',
  minParams: 1,
  penaltyLines: 1,
  help: ['SETNAME :<realname>', 'Changes your real name.'],
  steps(server, client, params) {
    const wanted = params[0] ?? '';
    if (wanted === '' || Buffer.byteLength(wanted) > limits.realnameBytes.default) {
      client.fail('SETNAME', 'INVALID_REALNAME', '', 'Realname is empty or too long');
      return null;
    }
    const spam = spamRefusal(server, client, 'realname', '', wanted);
    if (spam !== null) {
      client.fail('SETNAME', 'SPAM', '', refusedAs(spam));
      return null;
    }
    return setRealname(server, client.user, wanted);
  },
};
