/** Opens the journals of what accounts leave behind when the server starts, and says what becomes of them. Called by daemon.ts. */
import { z } from 'zod';
import { counted } from '../../../contract/counted.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import { noticeOpers } from '../broadcast.ts';
import type { IrcServer } from '../irc-server.ts';
import { limits } from '../limits.ts';
import { NOTICE } from '../notice-kinds.ts';
import type { MetadataRecord } from '../state/account-metadata.ts';
import { isMetadataKey } from '../state/metadata.ts';
import type { MarkerRecord } from '../state/read-markers.ts';
import { type JournalDisk, JournalFile, markerPath, metadataPath } from './journal-file.ts';
import { problemText } from './journal-writes.ts';
import { RecordJournal, type RecordJournalOptions } from './record-journal.ts';

const name = z.string().min(1).max(600);
/** How far an account has read, as it stands on disk. */
export const markerSchema: z.ZodType<MarkerRecord> = z.strictObject({
  account: name,
  target: name.optional(),
  ms: z.number().int().optional(),
  to: name.optional(),
});

/** What an account says of itself, as it stands on disk. */
export const metadataSchema: z.ZodType<MetadataRecord> = z.strictObject({
  account: name,
  key: z.string().refine(isMetadataKey).optional(),
  value: z.string().refine(isValue).optional(),
});

/** What is needed to keep records. */
export interface KeepRecordsOptions {
  readonly dataDir: string;
  readonly server: Pick<IrcServer, 'accountMetadata' | 'markers' | 'state'>;
  readonly log: Pick<SubsystemLogger, 'info' | 'error'>;
  /** For tests: a file system that fails. */
  readonly disk?: JournalDisk;
}

/** Keeps how far accounts have read; null where the file cannot be used. */
export function keepMarkers(options: KeepRecordsOptions): Promise<RecordJournal<MarkerRecord> | null> {
  const file = new JournalFile(markerPath(options.dataDir), options.disk);
  const kept = options.server.markers;
  return keep(options, 'markers', 'How far accounts have read', { kept, schema: markerSchema, file });
}

/** Keeps what accounts say of themselves; null where the file cannot be used. */
export function keepMetadata(options: KeepRecordsOptions): Promise<RecordJournal<MetadataRecord> | null> {
  const file = new JournalFile(metadataPath(options.dataDir), options.disk);
  const kept = options.server.accountMetadata;
  return keep(options, 'metadata', 'What accounts say of themselves', { kept, schema: metadataSchema, file });
}

/** Whatever is in a file, it is sent to clients as part of a line. */
function isValue(text: string): boolean {
  return !/[\r\n\0]/.test(text) && Buffer.byteLength(text) <= limits.metadataValueBytes.default;
}

/**
 * Null where the file cannot be used: then it is in memory alone, as nobody is shut out for that.
 * @param events what events of the log begin with.
 * @param what is kept, in words that begin a sentence and are one thing.
 */
async function keep<Item extends object>(
  { server, log }: KeepRecordsOptions,
  events: string,
  what: string,
  options: Omit<RecordJournalOptions<Item>, 'onProblem'>,
): Promise<RecordJournal<Item> | null> {
  const { path } = options.file;
  const onProblem = (problem: string | null) => {
    const text =
      problem === null
        ? `${what} is on disk again.`
        : `${what} cannot be written to disk (${problem}), so a restart may undo it. Make room there or restore the folder; writing is tried again until it works.`;
    if (problem === null) log.info(`${events}_saved`, text);
    else log.error(`${events}_not_saved`, text);
    noticeOpers(server, NOTICE.daemon, text);
  };
  try {
    const { journal, unknown, damage } = await RecordJournal.open({ ...options, onProblem });
    const lines = unknown + (damage?.lines ?? 0);
    const where = damage === null ? '' : `, and the file was kept as ${damage.keptAs}`;
    if (lines > 0)
      log.error(
        `${events}_damaged`,
        `${counted(lines, 'line')} of ${path} are damaged; all others are there${where}.`,
      );
    return journal;
  } catch (error) {
    log.error(
      `${events}_not_read`,
      `${what} cannot be read from ${path} (${problemText(error)}), so a restart forgets it. Mend the file or move it away, and restart.`,
    );
    return null;
  }
}
