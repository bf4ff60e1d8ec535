/** Somebody says several lines as one message (IRCv3 multiline). Whether they may was found before. */
import { CMODE, UMODE } from '../../irc/modes.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { toMembers } from '../broadcast.ts';
import type { BatchLine } from '../client/client-batch.ts';
import { MultilineMessage } from '../client/multiline-message.ts';
import { isGuarded, type Unreached, unreachedBy } from '../client/reach.ts';
import type { CommandServer } from '../command-server.ts';
import type { HistoryLine } from '../history/history-buffer.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { hiddenOn, revealThen } from './reveal.ts';

/** What is said. */
export interface SaidLines {
  readonly verb: 'PRIVMSG' | 'NOTICE';
  /** As receivers see the target. */
  readonly target: string;
  readonly lines: readonly BatchLine[];
  readonly clientTags: string;
}

/** The message with the lines that other servers are told: they know nothing of several in one. */
export interface ComposedLines {
  readonly said: SaidLines;
  readonly message: MultilineMessage;
  readonly kept: readonly HistoryLine[];
}

export function composeLines(server: CommandServer, user: User, said: SaidLines): ComposedLines {
  const { verb, target, lines, clientTags } = said;
  const kept = lines.map(({ text, joined }) => ({
    body: `:${user.prefix} ${verb} ${target} :${text}`,
    joined,
    blank: text === '',
  }));
  const tags = {
    account: user.account,
    msgid: server.recent.begin(user, target),
    clientTags,
    bot: (user.modes & UMODE.bot) !== 0,
  };
  server.host.work.spend((lines.length + 2) * workPrices.message.ns);
  const { outbox } = server.host;
  const parts = { outbox, prefix: user.prefix, target, lines: kept, tags, time: '' };
  return { said, message: new MultilineMessage(parts), kept };
}

/** Delivers to one user, here or elsewhere. @returns why it was not delivered, as `sendToUser` */
export function sendLinesToUser(
  server: CommandServer,
  source: User,
  user: User,
  composed: ComposedLines,
): Unreached | null {
  const { local } = user;
  const { verb } = composed.said;
  const { message, kept: lines } = composed;
  const said = { verb, message: message.first, lines };
  if (local !== null) {
    const unreached = isGuarded(local) ? unreachedBy(source, local) : null;
    if (unreached === 'silence') server.history?.direct(source, user, said, false);
    if (unreached !== null) return unreached === 'silence' ? null : unreached;
    message.past(local);
  } else tellLinks(server, source, user, 0, composed);
  server.history?.direct(source, user, said, true);
  return null;
}

/** Delivers to the members of a channel but the one who says it. @param status as `sendToChannel` */
export function sendLinesToChannel(
  server: CommandServer,
  source: User,
  channel: Channel,
  status: number,
  composed: ComposedLines,
): WorkSteps | null {
  const { message, kept: lines } = composed;
  if (channel.members.length > channel.locals.length) tellLinks(server, source, channel, status, composed);
  if (status === 0 && channel.has(CMODE.history))
    server.history?.said(channel, { verb: composed.said.verb, message: message.first, lines });
  const tell = () =>
    toMembers(server, channel, message, (members, from, to) => {
      for (let i = from; i < to; i++) {
        const { client, status: held } = members[i]!;
        if (client === source.local || (client.user.modes & UMODE.deaf) !== 0) continue;
        if (held >= status) message.to(client);
      }
    });
  const hidden = hiddenOn(channel, source);
  return hidden === null ? tell() : revealThen(server, hidden, tell);
}

/** Each line is a message of its own there, with an id of its own but the first. */
function tellLinks(
  server: CommandServer,
  source: User,
  to: User | Channel,
  status: number,
  { said: { verb, target, lines }, message }: ComposedLines,
): void {
  const { links } = server;
  if (links === null) return;
  let tags = message.first.messageTags;
  for (const { text } of lines) {
    if (text === '') continue;
    links.tell({ kind: 'message', source, verb, to, status, text, tags });
    tags = { ...tags, msgid: server.recent.begin(source, target) };
  }
}
