/**
 * Which form the data folder has, in `format.json`: an older program must not touch what a newer one wrote, and a folder
 * that a restore has left halfway is no instance. Looked at by the control plane before anything else in the folder, and
 * by backups. Read in one piece, because Electron may not be ready before the desktop host has looked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { replaceFile } from '../../../daemons/runtime/files/saved-file.ts';

/**
 * Forms of the data folder, oldest first; the number of a form is its place. Add one whenever a file changes in a way that
 * the program before it would misread or lose.
 */
export const DATA_FORMATS: readonly {
  /** Version of the recorder's database, `PRAGMA user_version`. */
  readonly database: number;
  readonly what: string;
}[] = [
  { database: 2, what: 'The first version: nothing says which form it is' },
  { database: 4, what: 'format.json says which form it is' },
  { database: 5, what: 'The audit trail says of slow actions what they waited for' },
  { database: 6, what: 'States and actions are found by their time' },
];

/** The form that this program writes. */
export const DATA_FORMAT = DATA_FORMATS.length - 1;

const FORMAT_FILE = 'format.json';

/** Beside it while a restore moves files in; what is in it is the restore's own. */
export const RESTORE_FOLDER = '.restore';

const formatSchema = z.object({ format: z.number().int().min(0), program: z.string().max(64) });

/**
 * The form of a folder; 0 where nothing says one. Reads only.
 * @throws SignalboxError `data_unusable` for a newer form, a damaged file or a restore that did not end
 */
export function readDataFormat(dataDir: string): number {
  if (existsSync(join(dataDir, RESTORE_FOLDER, 'committed'))) {
    throw new SignalboxError(
      'data_unusable',
      `A restore into ${dataDir} was interrupted. Run it again: signalbox restore FILE --data ${dataDir} --force`,
      { detail: { dataDir } },
    );
  }
  const file = join(dataDir, FORMAT_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
  const found = parseFormat(text);
  if (found === null) {
    throw new SignalboxError(
      'data_unusable',
      `${file} is damaged: expected {"format":${DATA_FORMAT},"program":"..."}. Restore a backup, or remove the file if this program wrote the folder.`,
      { detail: { dataDir } },
    );
  }
  if (found.format > DATA_FORMAT) {
    throw new SignalboxError(
      'data_unusable',
      `${dataDir} was written by Signalbox ${found.program}, whose data has form ${found.format}; this program knows forms up to ${DATA_FORMAT}. ` +
        'Start that version or a newer one, or restore a backup of this version into another folder. Nothing was changed.',
      { detail: { dataDir, format: found.format, known: DATA_FORMAT } },
    );
  }
  return found.format;
}

/** Writes down that the folder has the form of this program, where it has an older one. */
export async function markDataFormat(dataDir: string, found: number, program: string): Promise<void> {
  if (found === DATA_FORMAT) return;
  await replaceFile(join(dataDir, FORMAT_FILE), `${JSON.stringify({ format: DATA_FORMAT, program })}\n`);
}

function parseFormat(text: string): z.output<typeof formatSchema> | null {
  try {
    const parsed = formatSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
