/** Opens the journal of the channels when the server starts, and says what becomes of it. Called by daemon.ts. */
import { unlink } from 'node:fs/promises';
import { counted } from '../../../contract/counted.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import { noticeOpers } from '../broadcast.ts';
import type { IrcServer } from '../irc-server.ts';
import { NOTICE } from '../notice-kinds.ts';
import { ChannelJournal } from './channel-journal.ts';
import { type JournalDisk, JournalFile, type JournalFound, journalPath } from './journal-file.ts';
import { RestoredChannels } from './restored-channels.ts';

const MS_PER_MINUTE = 60_000;

/** What is needed to keep channels. */
export interface KeepOptions {
  readonly dataDir: string;
  /** How long channels are kept without members; 0 keeps none, and forgets what was kept. */
  readonly minutes: number;
  readonly server: IrcServer;
  readonly log: Pick<SubsystemLogger, 'info' | 'error'>;
  /** For tests: a file system that fails. */
  readonly disk?: JournalDisk;
}

/** Channels that outlive a crash. */
export class KeptChannels {
  readonly journal: ChannelJournal;
  readonly #restored: RestoredChannels;

  private constructor(journal: ChannelJournal, restored: RestoredChannels) {
    this.journal = journal;
    this.#restored = restored;
  }

  /**
   * Brings channels back and keeps them from here on; null where none are kept.
   * @throws SignalboxError `init_failed` for a journal that cannot be read: whoever comes first would take every channel
   */
  static async open({ dataDir, minutes, server, log, disk }: KeepOptions): Promise<KeptChannels | null> {
    const path = journalPath(dataDir);
    if (minutes === 0) {
      // Should they be kept again one day, they are not those of today.
      await unlink(path).catch(() => {});
      return null;
    }
    const file = new JournalFile(path, disk);
    const found = await load(file);
    const restored = new RestoredChannels(server);
    const now = Date.now();
    const { channels, unreadable } = restored.restore(found.records, now, now + minutes * MS_PER_MINUTE);
    if (channels > 0)
      log.info(
        'channels_restored',
        `${counted(channels, 'channel')} of before the restart are kept for ${counted(minutes, 'minute')} for those who were there.`,
        { channels },
      );
    sayDamage(log, found, unreadable, path);
    const onProblem = (problem: string | null) => say(server, log, problem);
    const { state, host } = server;
    const journal = new ChannelJournal({ state, work: host.work, file, onProblem });
    server.keeper = journal;
    return new KeptChannels(journal, restored);
  }

  /** To be called before everybody leaves because the server goes down: channels stay as they are when it resolves. */
  async freeze(deadline: AbortSignal): Promise<void> {
    await Promise.race([this.journal.settled(), aborted(deadline)]);
    this.journal.freeze();
  }

  /** Writes what is not on disk yet, and ends. */
  async close(): Promise<void> {
    this.#restored.close();
    await this.journal.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function load(file: JournalFile): Promise<JournalFound> {
  try {
    return await file.load();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SignalboxError(
      'init_failed',
      `The channels in ${file.path} cannot be read (${why}). Mend it, move it away to start without them, or set restore_minutes = 0.`,
      { cause: error },
    );
  }
}

function sayDamage(
  log: KeepOptions['log'],
  { damage }: JournalFound,
  unreadable: number,
  path: string,
): void {
  if (damage !== null)
    log.error(
      'channels_damaged',
      `${counted(damage.lines, 'line')} of ${path} are damaged; the channels in all others are there, and the file was kept as ${damage.keptAs}.`,
    );
  if (unreadable > 0)
    log.error(
      'channels_damaged',
      `${counted(unreadable, 'record')} of ${path} say nothing that this version knows.`,
    );
}

/** Operators of the server and of its process are told both when channels are not kept and when they are again. */
function say(server: IrcServer, log: KeepOptions['log'], problem: string | null): void {
  if (problem === null) {
    const text = 'Channels are on disk again; they outlive a crash.';
    log.info('channels_saved', text);
    noticeOpers(server, NOTICE.daemon, text);
    return;
  }
  const text = `Changes of channels cannot be written to disk (${problem}), so a crash undoes them. Make room there or restore the folder; writing is tried again until it works.`;
  log.error('channels_not_saved', text);
  noticeOpers(server, NOTICE.daemon, text);
}
