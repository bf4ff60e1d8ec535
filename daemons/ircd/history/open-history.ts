/** Begins the history of a server, on disk where there is somebody who keeps it, and says what becomes of that. Called by irc-server.ts. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageArgs } from '../../../contract/messages.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { IrcdConfig } from '../config.ts';
import { limits } from '../limits.ts';
import { NOTICE } from '../notice-kinds.ts';
import { HistoryTotals } from './history-buffer.ts';
import { HistoryDisk } from './history-disk.ts';
import { MessageHistory } from './message-history.ts';
import type { MessageKeeper } from './message-keeper.ts';

/** Orders of a start begin where those of the one before cannot have come to: with the time, in microseconds. */
const ORDERS_PER_MS = 1_000;

/** What is needed beside the settings. */
export interface HistoryParts {
  readonly server: Pick<CommandServer, 'state' | 'host' | 'keeper'>;
  /** Makes a link to the keeper of messages; null where there is none. */
  readonly keeper: (() => MessageKeeper | null) | undefined;
  /** Resolves when the channels of the start before are there again. */
  readonly restored: Promise<void>;
  /** Whether what is on disk was to be deleted, and it is not known that it was. */
  isClearDue: boolean;
}

/** History by the settings, which keep something. */
export function openHistory(settings: IrcdConfig['history'], parts: HistoryParts): MessageHistory {
  const totals = new HistoryTotals(limits.historyTotalBytes.default, Date.now() * ORDERS_PER_MS);
  const history = new MessageHistory(settings, totals);
  if (settings.on_disk) beginDisk(history, parts);
  return history;
}

/** How much of it is kept is another amount, or it is on disk from here on, or no longer. */
export function configureHistory(
  history: MessageHistory,
  settings: IrcdConfig['history'],
  parts: HistoryParts,
): void {
  history.configure(settings);
  if (settings.on_disk && history.disk === null) beginDisk(history, parts);
  else if (!settings.on_disk) endDisk(history, parts);
  else history.disk?.configure();
}

/** What is on disk is deleted: now, or before anything is written the next time where the keeper is away. */
export function endDisk(history: MessageHistory, parts: HistoryParts): void {
  const { disk } = history;
  if (disk === null) return;
  clear(disk);
  history.disk = null;
  parts.isClearDue = true;
  void disk.close(AbortSignal.timeout(limits.journalWaitMs.default)).then((isWritten) => {
    if (isWritten) parts.isClearDue = false;
  });
}

function clear(disk: HistoryDisk): void {
  disk.change({ do: 'clear', kind: 'channels' });
  disk.change({ do: 'clear', kind: 'accounts' });
}

function beginDisk(history: MessageHistory, parts: HistoryParts): void {
  const { server, keeper: make } = parts;
  const keeper = make?.() ?? null;
  if (keeper === null) return;
  let isTelling = false;
  const tell = () => {
    // Where there are more than have room it would never end.
    if (isTelling || history.disk !== disk) return;
    isTelling = true;
    history.tellPolicies(server.state.channels.values());
    isTelling = false;
  };
  const disk: HistoryDisk = new HistoryDisk({
    keeper,
    work: server.host.work,
    amount: () => amountOf(history),
    onOrder: (order, waiting) => {
      const by = history.totals.skipTo(order, waiting);
      for (const { history: own } of server.state.channels.values()) own?.move(by);
      return by;
    },
    restored: parts.restored,
    onReaders: (rows) => history.restoreReaders(rows, (key) => server.state.findChannel(key)),
    onDeleted(scope) {
      const channel = server.state.findChannel(scope.slice(1));
      if (channel?.historyAnew !== true) return;
      channel.historyAnew = false;
      server.keeper?.changed(channel);
    },
    onDropped: () => tell(),
    onProblem: (problem) => say(server, problem),
  });
  history.disk = disk;
  if (parts.isClearDue) clear(disk);
  parts.isClearDue = false;
  void parts.restored.then(() => {
    if (history.disk !== disk) return;
    history.dropFormer(server.state.channels.values());
    tell();
  });
  for (const { history: own } of server.state.channels.values()) own?.noteReaders();
}

function amountOf({ keepMinutes }: MessageHistory): MessageArgs<'open'> {
  return {
    keepMs: keepMinutes * 60_000,
    scopeMessages: limits.historyDiskMessages.default,
    totalBytes: limits.historyDiskBytes.default,
  };
}

/** Operators of the server and of its process are told both when messages are not written and when they are again. */
function say({ state, host }: HistoryParts['server'], problem: string | null): void {
  if (problem === null) {
    const text = 'What is said is on disk again.';
    host.log('info', 'messages_saved', text);
    noticeOpers({ state }, NOTICE.daemon, text);
    return;
  }
  const text = `What is said cannot be written to disk (${problem}), so a restart loses it: history is paused there. Make room or restore the folder; writing is tried again until it works.`;
  host.log('error', 'messages_not_saved', text);
  noticeOpers({ state }, NOTICE.daemon, text);
}

/** Where the keeper of messages has its file, beside the folder of this server. */
export function messageFiles(dataDir: string): string[] {
  const file = join(dataDir, '..', 'messages', 'messages.db');
  return [file, `${file}-wal`, `${file}-shm`];
}

/**
 * Deletes what was kept on disk while the settings said so: what is no longer to be kept is not. For a start; while the server runs the
 * keeper of messages is told.
 * @throws the file system's error
 */
export async function deleteMessages(dataDir: string): Promise<void> {
  for (const file of messageFiles(dataDir)) await rm(file, { force: true });
}
