/** Makes the data folder, and says in words why one cannot be used. Called by both hosts and by the restore. */
import { SignalboxError } from '../../../contract/errors.ts';
import { makeFolder } from '../../../daemons/runtime/files/make-folder.ts';

/** Causes that stay until somebody mends the folder or names another. */
const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not use it',
  EEXIST: 'a file is in its place',
  EISDIR: 'a folder is where a file is expected',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it is not there and cannot be made',
  ENOTDIR: 'a file is in its place',
  EPERM: 'this user may not use it',
  EROFS: 'its file system can only be read',
};

/**
 * Makes the folder with those above it; answers what was made, outermost first.
 * @throws SignalboxError `data_unusable`
 */
export function makeDataFolder(dataDir: string): readonly string[] {
  try {
    return makeFolder(dataDir);
  } catch (error) {
    throw unusableFolder(dataDir, error);
  }
}

/** The error as `data_unusable` where the folder has to be mended first; any other as it is. */
export function unusableFolder(dataDir: string, error: unknown): unknown {
  if (error instanceof SignalboxError) return error;
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  const cause = CAUSES[code];
  if (cause === undefined) return error;
  const place = path === undefined || path === dataDir ? '' : ` at ${path}`;
  return new SignalboxError(
    'data_unusable',
    `The data folder ${dataDir} cannot be used: ${cause}${place} (${message.split(',')[0]}). Mend it, or name another with --data.`,
    { detail: { dataDir }, cause: error },
  );
}
