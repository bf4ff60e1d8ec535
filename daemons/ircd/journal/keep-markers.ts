/** Opens the journal of how far accounts have read when the server starts, and says what becomes of it. Called by daemon.ts. */
import { counted } from '../../../contract/counted.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import { noticeOpers } from '../broadcast.ts';
import type { IrcServer } from '../irc-server.ts';
import { NOTICE } from '../notice-kinds.ts';
import { type JournalDisk, JournalFile, markerPath } from './journal-file.ts';
import { MarkerJournal } from './marker-journal.ts';

/** What is needed to keep them. */
export interface KeepMarkersOptions {
  readonly dataDir: string;
  readonly server: Pick<IrcServer, 'markers' | 'state'>;
  readonly log: Pick<SubsystemLogger, 'info' | 'error'>;
  /** For tests: a file system that fails. */
  readonly disk?: JournalDisk;
}

/** Null where the file cannot be used: then it is in memory alone, as nobody is shut out for that. */
export async function keepMarkers({
  dataDir,
  server,
  log,
  disk,
}: KeepMarkersOptions): Promise<MarkerJournal | null> {
  const file = new JournalFile(markerPath(dataDir), disk);
  const onProblem = (problem: string | null) => {
    const text =
      problem === null
        ? 'How far accounts have read is on disk again.'
        : `How far accounts have read cannot be written to disk (${problem}), so a restart may undo it. Make room there or restore the folder; writing is tried again until it works.`;
    if (problem === null) log.info('markers_saved', text);
    else log.error('markers_not_saved', text);
    noticeOpers(server, NOTICE.daemon, text);
  };
  try {
    const { journal, unknown, damage } = await MarkerJournal.open({
      markers: server.markers,
      file,
      onProblem,
    });
    const lines = unknown + (damage?.lines ?? 0);
    const where = damage === null ? '' : `, and the file was kept as ${damage.keptAs}`;
    if (lines > 0)
      log.error(
        'markers_damaged',
        `${counted(lines, 'line')} of ${file.path} are damaged; all others are there${where}.`,
      );
    return journal;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error(
      'markers_not_read',
      `How far accounts have read cannot be read from ${file.path} (${why}), so a restart forgets it. Mend the file or move it away, and restart.`,
    );
    return null;
  }
}
