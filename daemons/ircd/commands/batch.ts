/** BATCH: IRCv3 client-batch and multiline (drafts). A client says several lines as one message. */
import { hasColour, stripFormatting } from '../../irc/formatting.ts';
import { CMODE, leastOf } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { clientOnlyTags, rawTagValue } from '../../irc/tags.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { endFlood, messageFlood } from '../actions/flood.ts';
import { composeLines, sendLinesToChannel, sendLinesToUser } from '../actions/multiline.ts';
import { refusedAs, SPAM_TARGET, spamRefusal } from '../actions/spam.ts';
import { CAP } from '../client/capabilities.ts';
import { type BatchLine, type BatchProblem, ClientBatch, MULTILINE } from '../client/client-batch.ts';
import { letAnswer } from '../client/reach.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { freeChannel, rest } from '../work-steps.ts';
import type { Command } from './command.ts';
import {
  isCtcp,
  isSpamTo,
  maySpeak,
  receiverOf,
  shownTarget,
  TOO_MUCH,
  tellUnreached,
  unfitFor,
} from './message.ts';

/** Letters, digits and `-`, as IRCv3 batch has it. */
const REFERENCE = /^[A-Za-z0-9-]{1,64}$/;

export const batch: Command = {
  name: 'BATCH',
  minParams: 1,
  help: [
    'BATCH +<reference> draft/multiline <target> | -<reference>',
    'Sends the lines in between, each with the tag batch=<reference>, as one message.',
  ],
  steps(server, client, params, tags) {
    if (!client.has(CAP.multiline)) {
      client.reply(N.ERR_UNKNOWNCOMMAND, 'BATCH');
      return null;
    }
    const [word = '', type = '', target = ''] = params;
    const reference = word.slice(1);
    if (!/^[+-]/.test(word) || !REFERENCE.test(reference))
      fail(client, 'INVALID_REFTAG', replyParameter(word), 'Expected + or -, then letters, digits and -');
    else if (word.startsWith('-')) return end(server, client, reference);
    else if (rawTagValue(tags, 'batch') !== null || client.batch !== null) {
      client.batch = null;
      fail(client, 'MULTILINE_INVALID', '', 'One batch at a time, and none in another');
    } else begin(server, client, reference, type, target, tags);
    return null;
  },
};

function begin(
  server: CommandServer,
  client: LocalClient,
  reference: string,
  type: string,
  target: string,
  tags: string,
): void {
  const clientTags = clientOnlyTags(tags, server.deniedTags);
  const opened = new ClientBatch(reference, target, clientTags, client.capture);
  client.batch = opened;
  // The label is answered once it is known what comes of it.
  client.capture = null;
  if (type !== MULTILINE) {
    const context = `${reference} ${replyParameter(type)}`;
    refuseBatch(client, opened, {
      code: 'UNKNOWN_TYPE',
      context,
      text: `Expected ${MULTILINE}`,
    });
  } else if (target === '' || target.includes(','))
    refuseBatch(client, opened, { code: 'MULTILINE_INVALID', context: '', text: 'Expected one target' });
}

/** A line with the tag `batch` has come. Called by the dispatcher; whatever is answered is an answer to the label of the batch. */
export function takeBatchLine(
  client: LocalClient,
  reference: string,
  command: string,
  params: readonly string[],
  tags: string,
): void {
  const { batch: open } = client;
  if (open === null || open.reference !== reference) {
    if (open !== null) open.refused = true;
    fail(client, 'MULTILINE_INVALID', '', 'There is no open batch of this reference');
    return;
  }
  if (open.refused) return;
  const problem = open.isOver(Date.now())
    ? { code: 'TIMEOUT', context: reference, text: 'The batch was left open for too long' }
    : open.add(command, params, tags);
  if (problem !== null) refuseBatch(client, open, problem);
}

function end(server: CommandServer, client: LocalClient, reference: string): WorkSteps | null {
  const { batch: open } = client;
  if (open === null || open.reference !== reference) {
    fail(client, 'MULTILINE_INVALID', '', 'There is no open batch of this reference');
    return null;
  }
  client.batch = null;
  if (open.refused) return null;
  const problem = open.problem();
  if (problem !== null) {
    refuseBatch(client, open, problem);
    return null;
  }
  client.capture = open.capture;
  client.lastMessageMs = client.lastLineMs;
  const status = leastOf(open.target) & server.statuses;
  const name = status === 0 ? open.target : open.target.slice(1);
  return isChannelName(name) ? toChannel(server, client, open, name, status) : toUser(server, client, open);
}

function toUser(server: CommandServer, client: LocalClient, open: ClientBatch): null {
  const verb = open.verb!;
  const receiver = receiverOf(server, open.target);
  if (receiver === undefined) {
    if (verb === 'PRIVMSG') client.reply(N.ERR_NOSUCHNICK, replyParameter(open.target));
    return null;
  }
  if (isSpamTo(server, client, verb, receiver, ...textsOf(open.lines))) return null;
  const said = { verb, target: receiver.nick, lines: open.lines, clientTags: open.clientTags };
  const composed = composeLines(server, client.user, said);
  const unreached = sendLinesToUser(server, client.user, receiver, composed);
  if (unreached !== null) {
    if (verb === 'PRIVMSG') tellUnreached(client, receiver.nick, unreached);
    return null;
  }
  if (verb === 'PRIVMSG') letAnswer(client, receiver);
  if (client.has(CAP.echoMessage)) composed.message.to(client);
  if (verb === 'PRIVMSG' && receiver.away !== null) client.reply(N.RPL_AWAY, receiver.nick, receiver.away);
  return null;
}

function* toChannel(
  server: CommandServer,
  client: LocalClient,
  { verb, lines: given, clientTags }: ClientBatch,
  name: string,
  status: number,
): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, name);
  try {
    if (client.user.gone) return;
    const refuse = (numeric: typeof N.ERR_CANNOTSENDTOCHAN, shown: string, text = numeric.text) => {
      if (verb === 'PRIVMSG') client.reply(numeric, shown, text);
    };
    if (channel === undefined) {
      refuse(N.ERR_NOSUCHCHANNEL, replyParameter(name));
      return;
    }
    if (!maySpeak(server, channel, client, status)) {
      refuse(N.ERR_CANNOTSENDTOCHAN, channel.name);
      return;
    }
    // What has colours has them in one of its lines; CTCP is what the first begins with.
    const coloured = given.find(({ text }) => hasColour(text)) ?? given[0]!;
    for (const { text } of [given[0]!, coloured]) {
      const unfit = unfitFor(channel, client, verb!, text, false);
      if (unfit === null) continue;
      refuse(N.ERR_CANNOTSENDTOCHAN, channel.name, unfit);
      return;
    }
    const lines = channel.has(CMODE.stripped)
      ? given.map(({ text, joined }) => ({ text: stripFormatting(text), joined }))
      : given;
    if (lines.every(({ text }) => text === '')) return;
    const limit = channel.has(CMODE.flood) ? messageFlood(channel, client, isCtcp(given[0]!.text)) : null;
    if (limit !== null) {
      refuse(N.ERR_CANNOTSENDTOCHAN, channel.name, TOO_MUCH);
      yield* endFlood(server, channel, limit, client.user.memberships.get(channel) ?? null);
      return;
    }
    const said = { verb: verb!, target: shownTarget(channel, status), lines, clientTags };
    const spam = spamRefusal(server, client, SPAM_TARGET[verb!].channel, channel.name, ...textsOf(lines));
    if (spam !== null) {
      refuse(N.ERR_CANNOTSENDTOCHAN, channel.name, refusedAs(spam));
      return;
    }
    const composed = composeLines(server, client.user, said);
    yield* rest(sendLinesToChannel(server, client.user, channel, status, composed));
    if (client.has(CAP.echoMessage)) composed.message.to(client);
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

/** Each line, and what a reader sees of all together: a text that goes on in the next line is one. */
function textsOf(lines: readonly BatchLine[]): string[] {
  const whole = lines.map(({ text, joined }, at) => (joined || at === 0 ? text : ` ${text}`)).join('');
  return lines.length === 1 ? [whole] : [...lines.map(({ text }) => text), whole];
}

/** Says why, as the answer to its label, and once. */
function refuseBatch(client: LocalClient, open: ClientBatch, { code, context, text }: BatchProblem): void {
  open.refused = true;
  client.capture = open.capture;
  open.capture = null;
  open.lines.length = 0;
  fail(client, code, context, text);
}

function fail(client: LocalClient, code: string, context: string, text: string): void {
  client.fail('BATCH', code, context, text);
}
