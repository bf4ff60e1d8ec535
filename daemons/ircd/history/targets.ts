/** With whom and where a client has history (IRCv3 chathistory, "TARGETS"). Called by commands/chathistory.ts. */
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { HistoryEntry } from './history-buffer.ts';
import { historyOf, type MessageHistory } from './message-history.ts';

/** A channel or a nick, and when something was said there last. */
export interface Conversation {
  readonly name: string;
  readonly timeMs: number;
}

/** All of a client, in the order of their latest messages. */
export function conversationsOf(
  server: CommandServer,
  history: MessageHistory,
  { user }: LocalClient,
): Conversation[] {
  const found: Conversation[] = [];
  const isMessage = ({ said }: HistoryEntry) => said.kind === 'message';
  for (const channel of user.memberships.keys()) {
    if (channel.history === null || historyOf(history, channel) === null) continue;
    const after = channel.history.readableAfter(user);
    const latest = channel.history.buffer.entries.findLast(
      (entry) => entry.order > after && isMessage(entry),
    );
    if (latest !== undefined) found.push({ name: channel.name, timeMs: latest.timeMs });
  }
  const direct = user.account === null ? [] : (history.ofAccount(user.account)?.entries ?? []);
  server.host.work.spend((user.memberships.size + direct.length) * workPrices.skipped.ns);
  const latest = new Map<string, Conversation>();
  for (const { said, timeMs } of direct)
    if (said.peer !== null && said.kind === 'message')
      latest.set(said.peer.account ?? `:${said.peer.nickKey}`, { name: said.peer.nick, timeMs });
  return [...found, ...latest.values()].sort((a, b) => a.timeMs - b.timeMs);
}
