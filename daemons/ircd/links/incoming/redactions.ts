/** `BX`: a user of another server of our own kind takes a message back (IRCv3 message-redaction); whether they may was found there. */

import { leastOf } from '../../../irc/modes.ts';
import { isUserNumeric } from '../../../irc/p10/numeric.ts';
import { bytesOf, textOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { redact } from '../../actions/redact.ts';
import type { User } from '../../state/user.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { type LinkLine, type TokenCode, userOf } from './link-line.ts';

/** As message-tags.ts has it: a word that fits a line. */
const MESSAGE_ID = /^[\w-]{1,64}$/;

export const redaction: TokenCode = (line) => {
  const user = userOf(line);
  const [target, msgid] = [line.word(0), line.word(1)];
  if (user === null || !MESSAGE_ID.test(msgid)) return null;
  if (!isUserNumeric(target)) return onChannel(line, user, textOf(target), msgid);
  const to = line.server.state.findNumeric(target);
  if (to === undefined) return null;
  const redaction = { status: 0, shown: to.nick, msgid, reason: reasonOf(line) };
  return redact(line.server, user, to, redaction, null);
};

function reasonOf(line: LinkLine): string {
  return textOf(line.word(2));
}

function* onChannel(line: LinkLine, user: User, target: string, msgid: string): WorkSteps {
  const { server } = line;
  const status = leastOf(target);
  const sign = status === 0 ? '' : target.charAt(0);
  const name = () => textOf(line.named(bytesOf(target.slice(sign.length))));
  const channel = yield* freeChannel(server.host, server.state, name);
  if (channel === undefined) return;
  try {
    const shown = sign + channel.name;
    const redaction = { status, shown, msgid, reason: reasonOf(line) };
    yield* rest(redact(server, user, channel, redaction, null));
  } finally {
    server.host.work.leave(channel.gate);
  }
}
