/**
 * What a backup says about itself: `manifest.json`, the first entry of the archive, with a checksum for every other entry.
 * The archive is a gzipped tar file: `data/` is the data folder, `config/` the configuration file. docs/backup.md describes
 * it for operators.
 */
import { z } from 'zod';
import { SignalboxError } from '../../contract/errors.ts';
import { DATA_FORMAT } from '../core/instance/data-format.ts';

/** Version of the archive itself. */
export const BACKUP_VERSION = 1;
export const MANIFEST_NAME = 'manifest.json';
export const CONFIG_NAME = 'config/signalbox.toml';
export const DATA_PREFIX = 'data/';

/** Names in an archive are relative, with forward slashes, and lead nowhere else. */
const entryName = z
  .string()
  .max(1_024)
  .refine((name) => {
    if (name === CONFIG_NAME) return true;
    if (!name.startsWith(DATA_PREFIX) || /[\\\0]/.test(name)) return false;
    return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  }, 'not a name of this archive');

const manifestSchema = z.object({
  backup: z.number().int(),
  program: z.string().max(64),
  dataFormat: z.number().int().min(0),
  /** Unix milliseconds. */
  time: z.number(),
  config: z
    .object({
      /** Where the file was, absolute. */
      path: z.string().max(4_096),
      /** Its name below the data folder; null for a file elsewhere, which is `config/signalbox.toml` then. */
      inData: z.string().max(1_024).nullable(),
    })
    .nullable(),
  files: z
    .array(
      z.object({
        name: entryName,
        size: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(100_000),
});

/** See {@link manifestSchema}. */
export type BackupManifest = z.output<typeof manifestSchema>;

/** One file of a backup. */
export type BackupEntry = BackupManifest['files'][number];

/** The error of an archive that cannot be trusted; nothing was changed. */
export function damaged(file: string, why: string): SignalboxError {
  return new SignalboxError(
    'data_unusable',
    `${file} is damaged or no backup of Signalbox: ${why}. Nothing was restored.`,
  );
}

/** The manifest in `text`. Throws `data_unusable` for one that is damaged or of a newer version. */
export function parseManifest(text: string, file: string): BackupManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(file, `${MANIFEST_NAME} is not JSON`);
  }
  const newer = z.object({ backup: z.number(), program: z.string(), dataFormat: z.number() }).safeParse(json);
  if (newer.success && (newer.data.backup > BACKUP_VERSION || newer.data.dataFormat > DATA_FORMAT)) {
    const { program, dataFormat } = newer.data;
    throw new SignalboxError(
      'data_unusable',
      `${file} was written by Signalbox ${program}, whose data has form ${dataFormat}; this program knows forms up to ${DATA_FORMAT}. ` +
        'Restore it with that version or a newer one. Nothing was restored.',
      { detail: { format: dataFormat, known: DATA_FORMAT } },
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw damaged(file, `${MANIFEST_NAME} is not as it is written`);
  const names = new Set(parsed.data.files.map(({ name }) => name));
  if (names.size !== parsed.data.files.length) throw damaged(file, 'a name stands twice');
  return parsed.data;
}
