/** With whom and where a client has history (IRCv3 chathistory, "TARGETS"). Called by commands/chathistory.ts. */
import type { MessageArgs, MessageResult } from '../../../contract/messages.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandServer } from '../command-server.ts';
import { scopeOf } from '../state/channel-history.ts';
import type { LocalClient } from '../state/local-client.ts';
import { accountScope, readerName } from './account-histories.ts';
import type { HistoryBuffer, Kept } from './history-buffer.ts';
import { historyOf, type MessageHistory } from './message-history.ts';
import { restored } from './stored-form.ts';

/** A channel or a nick, and when something was said there last. */
export interface Conversation {
  readonly name: string;
  readonly timeMs: number;
}

/** By what the other end is known by: what was said last. */
type Conversations = Map<string, Conversation>;

/** All of a client, in the order of their latest messages; what is on disk alone takes a while, and is left out where it cannot be read. */
export function conversationsOf(
  server: CommandServer,
  history: MessageHistory,
  { user }: LocalClient,
): Conversation[] | Promise<Conversation[]> {
  const found: Conversations = new Map();
  /** Where the latest of all may be on disk. */
  const older: { scope: string; after: number; before: number }[] = [];
  const names = new Map<string, string>();
  const look = (scope: string, buffer: HistoryBuffer | null, after: number) => {
    const before = buffer?.completeFrom ?? history.totals.lastOrder + 1;
    if (history.disk !== null && after + 1 < before) older.push({ scope, after, before });
  };
  for (const channel of user.memberships.keys()) {
    if (channel.history === null || historyOf(history, channel) === null) continue;
    const { buffer } = channel.history;
    const after = history.readableAfter(channel, user);
    const latest = buffer.entries.findLast((entry) => entry.order > after && isMessage(entry));
    names.set(scopeOf(channel), channel.name);
    if (latest !== undefined) found.set(scopeOf(channel), { name: channel.name, timeMs: latest.timeMs });
    else look(scopeOf(channel), buffer, after);
  }
  const own = user.account === null ? null : history.ofAccount(user.account);
  server.host.work.spend((user.memberships.size + (own?.size ?? 0)) * workPrices.skipped.ns);
  if (user.account !== null && history.keepsDirect) look(accountScope(user.account), own, 0);
  const direct: Conversations = new Map();
  for (const { said, timeMs } of own?.entries.filter(isMessage) ?? [])
    if (said.peer !== null)
      direct.set(keyOf(said.peer.account, said.peer.nickKey), { name: said.peer.nick, timeMs });
  for (const [key, one] of direct) found.set(key, one);
  if (older.length === 0) return ordered(found);
  return history.whileReading(ask(history, readerName(user), older), (rows) => {
    for (const row of rows ?? []) {
      const one = conversationOf(row, names);
      if (one !== null && !found.has(one.key)) found.set(one.key, one);
    }
    return ordered(found);
  });
}

function ask(
  { disk }: MessageHistory,
  by: string,
  scopes: MessageArgs<'latest'>['scopes'],
): Promise<MessageResult<'latest'>['found']> {
  return disk === null ? Promise.resolve([]) : disk.latest(by, { scopes });
}

function conversationOf(
  { scope, order, at, data, peer }: MessageResult<'latest'>['found'][number],
  names: ReadonlyMap<string, string>,
): (Conversation & { readonly key: string }) | null {
  if (peer === null) return { key: scope, name: names.get(scope) ?? scope.slice(1), timeMs: at };
  const said = restored({ order, at, event: false, id: '', bytes: 1, data }, '', peer)?.said;
  if (said?.peer == null) return null;
  return { key: keyOf(peer.account, peer.nick), name: said.peer.nick, timeMs: at };
}

function keyOf(account: string | null, nickKey: string): string {
  return account ?? `:${nickKey}`;
}

function isMessage({ said }: Kept): boolean {
  return said.kind === 'message';
}

function ordered(found: Conversations): Conversation[] {
  return [...found.values()].sort((a, b) => a.timeMs - b.timeMs);
}
