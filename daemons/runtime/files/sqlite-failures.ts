/** What SQLite throws, told apart by what can be done about it, and in words for who reads them. */
import { SignalboxError } from '../../../contract/errors.ts';

/** What went wrong with a file, as whoever owns it acts on it. */
export type SqliteFailure = 'corrupt' | 'full' | 'busy' | 'other';

/** Which of the failures that are told apart `thrown` is. */
export function classifySqliteError(thrown: unknown): SqliteFailure {
  const code = sqliteCode(thrown);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM)/.test(code)) return 'full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  return 'other';
}

/** Whether SQLite threw it. */
export function isSqliteError(thrown: unknown): boolean {
  return sqliteCode(thrown) !== '';
}

/** The SQLite result code of a thrown value, empty for anything else. */
function sqliteCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return '';
  return thrown.code.startsWith('SQLITE_') ? thrown.code : '';
}

/** The error that main is told for a failed write: its data is to be kept and sent again. */
export function writeError(thrown: unknown, file: string): unknown {
  const failure = classifySqliteError(thrown);
  if (failure === 'full') {
    return new SignalboxError(
      'refused',
      `Nothing can be written to ${file} (${messageOf(thrown)}). Free space on that disk or check its permissions; ` +
        'what was sent is not stored and has to be sent again.',
      { detail: { sqlite: sqliteCode(thrown) }, cause: thrown },
    );
  }
  if (failure === 'busy') {
    return new SignalboxError(
      'busy',
      `Another program has ${file} locked. It was not written; send it again.`,
      {
        detail: { sqlite: sqliteCode(thrown) },
        cause: thrown,
      },
    );
  }
  return thrown;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
