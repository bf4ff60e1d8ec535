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
import type { HistoryEntry } from '../history/history-buffer.ts';
import { historyOf, type MessageHistory } from '../history/message-history.ts';
import { sendHistory } from '../history/playback.ts';
import { type Mark, type Selection, select } from '../history/selection.ts';
import { conversationsOf } from '../history/targets.ts';
import { limits } from '../limits.ts';
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
  const entries = readable(server, history, client, target);
  if (entries === null) {
    refuse(
      client,
      'INVALID_TARGET',
      `${kind} ${replyParameter(target)}`,
      isChannelName(target) ? NOT_OF_CHANNEL : NOT_IN_PRIVATE,
    );
    return;
  }
  server.host.work.spend(entries.length * workPrices.skipped.ns);
  const selection = selectionOf(client, kind, params, entries);
  if (selection === null) return;
  const playback = client.has(CAP.eventPlayback);
  const seen = playback ? entries : entries.filter(({ said }) => said.kind === 'message');
  const found = select(seen, selection, { messages: count, bytes: Math.max(0, client.answerBytes) });
  server.host.work.spend(found.length * workPrices.row.ns);
  sendHistory(server, client, server.state.findChannel(target)?.name ?? target, found);
}

/** All that a client may read of a channel, or of what it has written with somebody; null where that is nothing to ask for. */
function readable(
  server: CommandServer,
  history: MessageHistory,
  client: LocalClient,
  target: string,
): readonly HistoryEntry[] | null {
  const { user } = client;
  if (isChannelName(target)) {
    const channel = server.state.findChannel(target);
    if (channel === undefined || !user.memberships.has(channel)) return null;
    if (historyOf(history, channel) === null) return null;
    if (channel.history === null) return [];
    const after = channel.history.readableAfter(user);
    const { entries } = channel.history.buffer;
    return after === 0 ? entries : entries.filter(({ order }) => order > after);
  }
  if (!history.keepsDirect || user.account === null) return null;
  const key = fold(target);
  const holder = server.state.findUser(target)?.account ?? null;
  const account = holder === null ? null : fold(holder);
  // With whom it was: they may have had another nick then, or somebody else this one.
  const isMeant = ({ said: { peer } }: HistoryEntry) =>
    peer !== null && (peer.nickKey === key || (account !== null && peer.account === account));
  return history.ofAccount(user.account)?.entries.filter(isMeant) ?? [];
}

/** What the parameters say, null once the client was told what is wrong with them. */
function selectionOf(
  client: LocalClient,
  kind: string,
  [, target = '', first = '', second = '']: readonly string[],
  entries: readonly HistoryEntry[],
): Selection | null {
  if (kind === 'LATEST' && first === '*') return { kind, mark: null };
  const context = `${kind} ${replyParameter(target)}`;
  const mark = markOf(client, context, first, entries);
  if (mark === null) return null;
  if (kind !== 'BETWEEN') return { kind: kind as 'LATEST' | 'BEFORE' | 'AFTER' | 'AROUND', mark };
  const until = markOf(client, context, second, entries);
  return until === null ? null : { kind, mark, until };
}

function markOf(
  client: LocalClient,
  context: string,
  text: string,
  entries: readonly HistoryEntry[],
): Mark | null {
  const timeMs = timestampOf(text);
  if (timeMs !== null) return { order: null, timeMs };
  const shown = replyParameter(text);
  const id = /^msgid=(.+)$/i.exec(text)?.[1];
  if (id === undefined) {
    const expected = 'Expected timestamp=YYYY-MM-DDThh:mm:ss.sssZ or msgid=...';
    refuse(client, 'INVALID_PARAMS', `${context} ${shown}`, expected);
    return null;
  }
  const entry = entries.findLast(({ said }) => said.msgid === id);
  if (entry !== undefined) return entry;
  refuse(client, 'MESSAGE_ERROR', `${context} ${shown}`, 'This message is not kept, or not for you');
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
  const all = conversationsOf(server, history, client).filter(
    ({ timeMs }) => timeMs > earliest && timeMs < latest,
  );
  const found = forwards ? all.slice(0, count) : all.slice(-count);
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
