/**
 * What happens to a row whose bytes SQLite gives back without complaint, but which cannot be what was written: it is left
 * out and said, and everything else goes on. Used wherever the recorder reads rows.
 */
import { isSqliteError } from '../../runtime/files/sqlite-failures.ts';

/** Told which row cannot be read, in words for the log. */
export type OnDamagedRow = (message: string) => void;

/** What `read` makes of a row; `otherwise` where it cannot be read. SQLite's own errors are thrown on. */
export function readRow<Result>(
  what: string,
  onDamaged: OnDamagedRow,
  read: () => Result,
  otherwise: Result,
): Result {
  try {
    return read();
  } catch (error) {
    if (isSqliteError(error)) throw error;
    onDamaged(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return otherwise;
  }
}
