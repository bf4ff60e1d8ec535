/**
 * Takes the accounts over that the IRC server's own keeper has (`accounts/accounts.db`), all in one transaction. Called at each start and by
 * the command `take-over`, so that what was registered there before services were asked comes along too: accounts, and channels of accounts
 * that came before. An account that is known here stays as it is here, and what came once and has ended here does not come again.
 */
import { existsSync } from 'node:fs';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { type MergedAccounts, type MergeOptions, mergeAccounts } from './merge-accounts.ts';

/** How much was taken over. */
export type TakenOver = MergedAccounts;

const NOTHING: TakenOver = { accounts: 0, channels: [] };

/**
 * Takes over what is in a file and not here.
 * @param file of the keeper of accounts; where there is none nothing is to be taken over
 * @param now Unix milliseconds
 * @throws SignalboxError `init_failed` where it is there and cannot be read: nobody shall lose an account by starting without them
 */
export function takeOverAccounts(database: Sqlite, file: string, now: number): TakenOver {
  if (!existsSync(file)) return NOTHING;
  try {
    const settle = (merged: MergedAccounts) => {
      if (merged.accounts > 0 || merged.channels.length > 0)
        database
          .prepare('INSERT INTO main.taken_over (at, accounts, channels) VALUES (?, ?, ?)')
          .run(now, merged.accounts, merged.channels.length);
      return merged;
    };
    return mergeFile(database, file, settle, { bySame: true, once: true, also: () => noteTaken(database) });
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Notes what of the attached file is here now, so that it is taken once. */
function noteTaken(database: Sqlite): void {
  database.exec(`INSERT OR IGNORE INTO main.taken_accounts (key, created)
    SELECT key, created FROM old.accounts JOIN temp.same USING (key)`);
  if (database.prepare(`SELECT 1 FROM old.sqlite_schema WHERE name = 'channels'`).get() === undefined) return;
  database.exec(`INSERT OR IGNORE INTO main.taken_channels (key, registered)
    SELECT theirs.key, theirs.registered FROM old.channels AS theirs JOIN main.channels AS mine USING (key)
    WHERE mine.registered = theirs.registered`);
}

/**
 * Merges a file that has accounts, all of it or nothing.
 * @param settle the last that is done in the transaction; it undoes all of it by throwing
 */
export function mergeFile(
  database: Sqlite,
  file: string,
  settle: (merged: MergedAccounts) => MergedAccounts,
  options?: MergeOptions,
): MergedAccounts {
  database.prepare('ATTACH ? AS old').run(file);
  try {
    const version = Number(database.pragma('old.user_version', { simple: true }));
    // A keeper that has only begun its file has nobody in it yet.
    return version === 0 ? NOTHING : database.transaction(() => settle(mergeAccounts(database, options)))();
  } finally {
    database.exec('DETACH old');
  }
}

function unreadable(file: string, cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError(
    'init_failed',
    `The accounts in ${file} cannot be taken over (${why}). Nothing was changed: mend that file, or move it away to begin without them.`,
    { cause },
  );
}
