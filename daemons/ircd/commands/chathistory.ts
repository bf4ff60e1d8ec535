/** CHATHISTORY: IRCv3 chathistory (draft). Who is on a channel reads what was said there since they came, and what they said in private. */
import { fold } from '../../irc/casemapping.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { timestampOf } from '../../irc/timestamp.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { CAP } from '../client/capabilities.ts';
import { sendBatch } from '../client/reply-batch.ts';
import type { CommandServer } from '../command-server.ts';
import { accountScope, readerName } from '../history/account-histories.ts';
import { type Asked, type Found, type Question, type Readable, search } from '../history/history-search.ts';
import { historyOf, type MessageHistory } from '../history/message-history.ts';
import { sendHistory } from '../history/playback.ts';
import { type Conversation, conversationsOf } from '../history/targets.ts';
import { limits } from '../limits.ts';
import { scopeOf } from '../state/channel-history.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

const NOT_OF_CHANNEL =
  'Messages could not be retrieved: you are not on this channel, or nothing is kept of it';
const NOT_IN_PRIVATE =
  'Messages could not be retrieved: log in to an account first, or nothing is kept of private messages';

/** Parameters of each subcommand, itself included. */
const PARAMS: Readonly<Record<string, number>> = {
  AFTER: 4,
  AROUND: 4,
  BEFORE: 4,
  BETWEEN: 5,
  LATEST: 4,
  TARGETS: 4,
};

export const chathistory: Command = {
  name: 'CHATHISTORY',
  minParams: 1,
  penaltyLines: 1,
  help: [
    'CHATHISTORY LATEST | BEFORE | AFTER | AROUND <target> <* | timestamp=... | msgid=...> <limit>',
    'CHATHISTORY BETWEEN <target> <timestamp=... | msgid=...> <timestamp=... | msgid=...> <limit>',
    'CHATHISTORY TARGETS <timestamp=...> <timestamp=...> <limit>',
    'Shows what was said before, where that is kept.',
  ],
  run(server, client, params) {
    const { history } = server;
    // "The draft/chathistory capability MUST be negotiated."
    if (history === null || !client.has(CAP.chatHistory)) {
      client.reply(N.ERR_UNKNOWNCOMMAND, 'CHATHISTORY');
      return;
    }
    const given = params[0] ?? '';
    const kind = given.toUpperCase();
    const expected = PARAMS[kind];
    const shown = replyParameter(given);
    if (expected === undefined) refuse(client, 'INVALID_PARAMS', shown, 'Unknown command');
    else if (params.length < expected) refuse(client, 'INVALID_PARAMS', shown, 'Insufficient parameters');
    else if (params.length > expected) refuse(client, 'INVALID_PARAMS', shown, 'Too many parameters');
    else answer(server, history, client, kind, params);
  },
};

function answer(
  server: CommandServer,
  history: MessageHistory,
  client: LocalClient,
  kind: string,
  params: readonly string[],
): void {
  const count = countOf(params.at(-1)!);
  if (count === null) {
    const context = `${kind} ${replyParameter(params.at(-1)!)}`;
    refuse(client, 'INVALID_PARAMS', context, `Expected a number from 1 to ${limits.historyReply.default}`);
    return;
  }
  history.expire();
  if (kind === 'TARGETS') {
    answerTargets(server, history, client, params, count);
    return;
  }
  const target = params[1]!;
  const readable = readableBy(server, history, client, target);
  if (readable === null) {
    refuseTarget(client, kind, target);
    return;
  }
  server.host.work.spend((readable.buffer?.size ?? 0) * workPrices.skipped.ns);
  const question = questionOf(client, kind, params);
  if (question === null) return;
  const room = { messages: count, bytes: Math.max(0, client.answerBytes) };
  const [events, renames] = [client.has(CAP.eventPlayback), client.has(CAP.channelRename)];
  const found = search(history, readable, question, events, room, renames);
  const asked = { kind, target, after: readable.after };
  if (found instanceof Promise) {
    server.defer(
      client,
      found,
      (result) => tell(server, client, asked, result),
      () => {},
    );
  } else tell(server, client, asked, found);
}

/** What was asked for. */
interface AskedFor {
  readonly kind: string;
  readonly target: string;
  /** What the client might not read when it was asked for. */
  readonly after: number;
}

function tell(
  server: CommandServer,
  client: LocalClient,
  { kind, target, after }: AskedFor,
  found: Found,
): void {
  const context = `${kind} ${replyParameter(target)}`;
  if (found.kind === 'unknown') {
    const shown = replyParameter(`msgid=${found.id}`);
    refuse(client, 'MESSAGE_ERROR', `${context} ${shown}`, 'This message is not kept, or not for you');
    return;
  }
  if (found.kind === 'unreadable') {
    refuse(client, 'MESSAGE_ERROR', context, 'Messages could not be retrieved: try again in a while');
    return;
  }
  // They may have left meanwhile, or what they asked for may be kept no longer.
  const now = server.history === null ? null : readableBy(server, server.history, client, target);
  if (now === null) {
    refuseTarget(client, kind, target);
    return;
  }
  const entries = now.after <= after ? found.entries : found.entries.filter(({ order }) => order > now.after);
  server.host.work.spend(entries.length * workPrices.row.ns);
  sendHistory(server, client, now.name === '' ? target : now.name, entries);
}

function refuseTarget(client: LocalClient, kind: string, target: string): void {
  const text = isChannelName(target) ? NOT_OF_CHANNEL : NOT_IN_PRIVATE;
  refuse(client, 'INVALID_TARGET', `${kind} ${replyParameter(target)}`, text);
}

/** All that a client may read of a channel, or of what it has written with somebody; null where that is nothing to ask for. */
function readableBy(
  server: CommandServer,
  history: MessageHistory,
  { user }: LocalClient,
  target: string,
): Readable | null {
  if (isChannelName(target)) {
    const channel = server.state.findChannel(target);
    if (channel === undefined || !user.memberships.has(channel)) return null;
    if (historyOf(history, channel) === null) return null;
    const { history: kept, name } = channel;
    const after = history.readableAfter(channel, user);
    const sinceMs = history.keptSinceMs(channel);
    kept?.buffer.expire(sinceMs);
    return {
      buffer: kept?.buffer ?? null,
      scope: scopeOf(channel),
      name,
      after,
      sinceMs,
      by: readerName(user),
      peer: null,
    };
  }
  if (!history.keepsDirect || user.account === null) return null;
  const holder = server.state.findUser(target)?.account ?? null;
  return {
    buffer: history.ofAccount(user.account),
    scope: accountScope(user.account),
    name: '',
    after: 0,
    sinceMs: 0,
    by: readerName(user),
    peer: { nick: fold(target), account: holder === null ? null : fold(holder) },
  };
}

/** What the parameters say, null once the client was told what is wrong with them. */
function questionOf(
  client: LocalClient,
  kind: string,
  [, target = '', first = '', second = '']: readonly string[],
): Question | null {
  if (kind === 'LATEST' && first === '*') return { kind, marks: [] };
  const context = `${kind} ${replyParameter(target)}`;
  const marks: Asked[] = [];
  for (const text of kind === 'BETWEEN' ? [first, second] : [first]) {
    const mark = markOf(client, context, text);
    if (mark === null) return null;
    marks.push(mark);
  }
  return { kind: kind as Question['kind'], marks };
}

function markOf(client: LocalClient, context: string, text: string): Asked | null {
  const timeMs = timestampOf(text);
  if (timeMs !== null) return { order: null, timeMs };
  const id = /^msgid=(.+)$/i.exec(text)?.[1];
  if (id !== undefined) return { id };
  const expected = 'Expected timestamp=YYYY-MM-DDThh:mm:ss.sssZ or msgid=...';
  refuse(client, 'INVALID_PARAMS', `${context} ${replyParameter(text)}`, expected);
  return null;
}

function countOf(text: string): number | null {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) return null;
  return Math.min(Number(text), limits.historyReply.default);
}

/** "Ordered by the time of the latest message", which alone is compared with the bounds. */
function answerTargets(
  server: CommandServer,
  history: MessageHistory,
  client: LocalClient,
  [, from = '', to = '']: readonly string[],
  count: number,
): void {
  const times = [timestampOf(from), timestampOf(to)];
  const wrong = times[0] === null ? from : times[1] === null ? to : null;
  if (wrong !== null) {
    const expected = 'Expected timestamp=YYYY-MM-DDThh:mm:ss.sssZ';
    refuse(client, 'INVALID_PARAMS', `TARGETS ${replyParameter(wrong)}`, expected);
    return;
  }
  const [earliest, latest] = [Math.min(times[0]!, times[1]!), Math.max(times[0]!, times[1]!)];
  const forwards = times[0]! <= times[1]!;
  const show = (all: readonly Conversation[]) => {
    const within = all.filter(({ timeMs }) => timeMs > earliest && timeMs < latest);
    tellTargets(server, client, forwards ? within.slice(0, count) : within.slice(-count));
  };
  const all = conversationsOf(server, history, client);
  if (all instanceof Promise) server.defer(client, all, show, () => {});
  else show(all);
}

function tellTargets(server: CommandServer, client: LocalClient, found: readonly Conversation[]): void {
  server.host.work.spend(found.length * workPrices.row.ns);
  const lines = found.map(
    ({ name, timeMs }) =>
      `:${client.serverName} CHATHISTORY TARGETS ${name} ${new Date(timeMs).toISOString()}`,
  );
  if (client.has(CAP.batch)) sendBatch(client, 'draft/chathistory-targets', lines);
  else for (const line of lines) client.send(line);
}

function refuse(client: LocalClient, code: string, context: string, text: string): void {
  client.fail('CHATHISTORY', code, context, text);
}
