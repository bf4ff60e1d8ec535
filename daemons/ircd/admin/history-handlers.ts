/** What becomes of what is said on a channel, and reading it, which is written down like every command. */
import { SignalboxError } from '../../../contract/errors.ts';
import { timestampOf } from '../../irc/timestamp.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import type { Kept } from '../history/history-buffer.ts';
import { search } from '../history/history-search.ts';
import { historyOf, type MessageHistory } from '../history/message-history.ts';
import type { IrcServer } from '../irc-server.ts';
import type { Channel } from '../state/channel.ts';
import { scopeOf } from '../state/channel-history.ts';
import type { historyCommands } from './history-commands.ts';
import type { Row } from './rows.ts';
import { requireChannel } from './targets.ts';

/** Bytes of one answer: what a table shows at once. */
const ANSWER_BYTES = 1_048_576;

/** The facts of a channel's history, by column key. */
export function historyRow(server: IrcServer, channel: Channel): Row {
  const kept = keptOf(server, channel);
  const entries = channel.history?.buffer.entries ?? [];
  return {
    kept: typeof kept === 'string' ? `no: ${kept}` : 'yes',
    minutes: typeof kept === 'string' ? null : kept.amountOf(channel).minutes,
    mostMessages: typeof kept === 'string' ? null : kept.amountOf(channel).messages,
    where: typeof kept === 'string' ? '' : whereOf(kept),
    readers: typeof kept === 'string' ? '' : kept.readersText(channel),
    messages: entries.length,
    oldestAt: entries[0]?.timeMs ?? null,
    channel: channel.name,
  };
}

export function historyHandlers(server: IrcServer): CommandHandlers<typeof historyCommands> {
  return {
    'read-history': {
      check: ({ channel, before }) => {
        readable(server, channel);
        if (before !== undefined) timeOf(before);
      },
      run: async ({ channel: name, before, limit }) => {
        const { history, channel } = readable(server, name);
        const found = await search(
          history,
          {
            buffer: channel.history?.buffer ?? null,
            scope: scopeOf(channel),
            name: channel.name,
            after: 0,
            sinceMs: history.keptSinceMs(channel),
            by: '',
            peer: null,
          },
          before === undefined
            ? { kind: 'LATEST', marks: [] }
            : { kind: 'BEFORE', marks: [{ order: null, timeMs: timeOf(before) }] },
          true,
          { messages: limit, bytes: ANSWER_BYTES },
        );
        if (found.kind !== 'found')
          throw new SignalboxError(
            'unavailable',
            'What was said cannot be read now: the keeper of the messages is away. Try again in a while.',
          );
        return { rows: found.entries.map(saidRow) };
      },
    },
  };
}

/** Throws SignalboxError where there is nothing that an operator may read. */
function readable(server: IrcServer, name: string): { history: MessageHistory; channel: Channel } {
  const channel = requireChannel(server, name);
  const history = keptOf(server, channel);
  if (typeof history === 'string')
    throw new SignalboxError('refused', `Nothing that is said on ${channel.name} is kept: ${history}.`);
  if (!server.config.history.operators_read)
    throw new SignalboxError(
      'refused',
      `What is said on ${channel.name} is for ${history.readersText(channel)}. Operators read it with operators_read = true under [ircd.history], which everybody who joins is told.`,
    );
  return { history, channel };
}

/** Throws SignalboxError for what is no time. */
function timeOf(text: string): number {
  const ms = timestampOf(`timestamp=${text}`) ?? Number.NaN;
  if (Number.isNaN(ms))
    throw new SignalboxError('refused', `${text} is no time in UTC, such as 2026-11-30T12:00:00.000Z.`);
  return ms;
}

/** The history of a channel, or why there is none. */
function keptOf(server: IrcServer, channel: Channel): MessageHistory | string {
  if (server.history === null) return 'keep_minutes under [ircd.history] is 0';
  return historyOf(server.history, channel) ?? 'the channel has no mode H';
}

function whereOf({ disk }: MessageHistory): string {
  if (disk === null) return 'in memory';
  return disk.problem === null ? 'on disk' : `in memory, and paused on disk: ${disk.problem}`;
}

/** Source, command and the rest of a line. */
const LINE = /^:(\S+) (\S+) ?(.*)$/;

function saidRow({ said, timeMs }: Kept): Row {
  const [, saidBy = '', verb = '', rest = ''] = LINE.exec(said.body) ?? [];
  const texts = said.lines?.map(({ body }) => textOf(body)).join('\n');
  return {
    saidAt: timeMs,
    saidBy,
    account: said.account,
    said: verb,
    text: texts ?? (said.kind === 'message' ? textOf(said.body) : rest),
    id: said.msgid,
  };
}

/** What stands behind the target of a message. */
function textOf(body: string): string {
  return /^:\S+ \S+ \S+ :?(.*)$/s.exec(body)?.[1] ?? '';
}
