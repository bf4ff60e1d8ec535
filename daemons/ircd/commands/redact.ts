/** REDACT: IRCv3 message-redaction (draft). There is no history: whose a message is, is known for as long as few came after it. */
import { sameName } from '../../irc/casemapping.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { leastOf, rankOver } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { redact as takeBack } from '../actions/redact.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Membership } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { freeChannel, rest } from '../work-steps.ts';
import type { Command } from './command.ts';

export const redact: Command = {
  name: 'REDACT',
  minParams: 2,
  penaltyLines: 1,
  help: [
    'REDACT <target> <message id> [<reason>]',
    'Takes back a message of yours, or one on a channel that you operate.',
  ],
  steps(server, client, [target = '', msgid = '', given = '']) {
    // "a client MUST negotiate the draft/message-redaction capability".
    if (!client.has(CAP.messageRedaction)) {
      client.reply(N.ERR_UNKNOWNCOMMAND, 'REDACT');
      return null;
    }
    const reason = truncateUtf8(given, limits.partBytes.default);
    return isChannelName(target)
      ? onChannel(server, client, target, msgid, reason)
      : toUser(server, client, target, msgid, reason);
  },
};

function* onChannel(
  server: CommandServer,
  client: LocalClient,
  name: string,
  msgid: string,
  reason: string,
): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, name);
  try {
    if (client.user.gone) return;
    const membership = channel === undefined ? undefined : client.user.memberships.get(channel);
    if (channel === undefined || membership === undefined) {
      refuse(client, 'INVALID_TARGET', name, '', `You cannot delete messages from ${name}`);
      return;
    }
    const said = server.recent.find(msgid);
    const least = leastOf(said?.target ?? '');
    const sign = least === 0 ? '' : said!.target.charAt(0);
    if (said === null || !sameName(said.target.slice(sign.length), channel.name)) {
      unknown(client, channel.name, msgid);
      return;
    }
    if (said.source !== client.user && !ranksOver(membership, said.source)) {
      refuse(
        client,
        'REDACT_FORBIDDEN',
        channel.name,
        msgid,
        'You are not authorised to delete this message',
      );
      return;
    }
    const shown = sign + channel.name;
    const redaction = { status: least, shown, msgid, reason };
    yield* rest(
      takeBack(server, client.user, channel, redaction, () => notDeleted(client, channel.name, msgid)),
    );
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

/** As they could kick whoever said it. */
function ranksOver({ channel, status }: Membership, source: User): boolean {
  return status >= rankOver(source.memberships.get(channel)?.status ?? 0);
}

function toUser(
  server: CommandServer,
  client: LocalClient,
  nick: string,
  msgid: string,
  reason: string,
): WorkSteps | null {
  const user = server.state.findUser(nick);
  if (user === undefined) {
    const shown = replyParameter(nick);
    refuse(client, 'INVALID_TARGET', shown, '', 'There is nobody of that nick');
    return null;
  }
  const said = server.recent.find(msgid);
  // Who did not say it is not told that somebody else did.
  if (said === null || said.source !== client.user || !sameName(said.target, user.nick)) {
    unknown(client, user.nick, msgid);
    return null;
  }
  const redaction = { status: 0, shown: user.nick, msgid, reason };
  return takeBack(server, client.user, user, redaction, () => notDeleted(client, user.nick, msgid));
}

function unknown(client: LocalClient, target: string, msgid: string): void {
  refuse(client, 'UNKNOWN_MSGID', target, msgid, 'This message does not exist or is too old');
}

function notDeleted(client: LocalClient, target: string, msgid: string): void {
  const text = 'Not deleted: what is kept on disk cannot be changed now. Try again in a while';
  refuse(client, 'NOT_DELETED', target, msgid, text);
}

function refuse(client: LocalClient, code: string, target: string, msgid: string, text: string): void {
  const context = msgid === '' ? target : `${target} ${replyParameter(msgid)}`;
  client.fail('REDACT', code, replyParameter(target) === '*' ? '*' : context, text);
}
