/**
 * Takes the accounts over that the IRC server's own keeper has (`accounts/accounts.db`), all in one transaction. Called at each start,
 * so that what was registered there before services were asked comes along too; an account that is known here stays as it is here.
 */
import { existsSync } from 'node:fs';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';

/** How much was taken over. */
export interface TakenOver {
  readonly accounts: number;
  readonly channels: number;
}

const NOTHING: TakenOver = { accounts: 0, channels: 0 };

/** The version of `accounts.db` from which on it has channels. */
const WITH_CHANNELS = 2;

/** `old` is the other file; `fresh` says which of its accounts are taken over, and by which number they go here. */
const FIND = `
  CREATE TEMP TABLE fresh AS
    SELECT id AS old_id, key FROM old.accounts AS theirs
    WHERE NOT EXISTS (SELECT 1 FROM main.nicks WHERE main.nicks.key = theirs.key)
      AND NOT EXISTS (SELECT 1 FROM main.accounts WHERE main.accounts.key = theirs.key);
`;

const TAKE_ACCOUNTS = `
  INSERT INTO main.accounts (key, name, created, last_login, email, suspended_reason, suspended_by, suspended_at, failed, failed_from, failed_at)
    SELECT theirs.key, theirs.name, theirs.created, theirs.last_login, theirs.email, theirs.suspended_reason,
      theirs.suspended_by, theirs.suspended_at, theirs.failed, theirs.failed_from, theirs.failed_at
    FROM old.accounts AS theirs JOIN temp.fresh ON fresh.old_id = theirs.id;
  INSERT INTO main.credentials (account, kind, data, changed)
    SELECT ours.id, theirs.kind, theirs.data, theirs.changed FROM old.credentials AS theirs
    JOIN temp.fresh ON fresh.old_id = theirs.account JOIN main.accounts AS ours ON ours.key = fresh.key;
  INSERT OR IGNORE INTO main.fingerprints (fingerprint, account, added)
    SELECT theirs.fingerprint, ours.id, theirs.added FROM old.fingerprints AS theirs
    JOIN temp.fresh ON fresh.old_id = theirs.account JOIN main.accounts AS ours ON ours.key = fresh.key;
  INSERT OR IGNORE INTO main.nicks (key, nick, account, added)
    SELECT theirs.key, theirs.nick, ours.id, theirs.added FROM old.nicks AS theirs
    JOIN temp.fresh ON fresh.old_id = theirs.account JOIN main.accounts AS ours ON ours.key = fresh.key;
  INSERT INTO main.known_networks (account, network, used)
    SELECT ours.id, theirs.network, theirs.used FROM old.known_networks AS theirs
    JOIN temp.fresh ON fresh.old_id = theirs.account JOIN main.accounts AS ours ON ours.key = fresh.key;
  INSERT OR IGNORE INTO main.secrets (name, data) SELECT name, data FROM old.secrets;
`;

const TAKE_CHANNELS = `
  CREATE TEMP TABLE fresh_channels AS
    SELECT theirs.key FROM old.channels AS theirs JOIN temp.fresh ON fresh.old_id = theirs.founder
    WHERE NOT EXISTS (SELECT 1 FROM main.channels WHERE main.channels.key = theirs.key);
  INSERT INTO main.channels (key, name, founder, created, registered)
    SELECT theirs.key, theirs.name, ours.id, theirs.created, theirs.registered FROM old.channels AS theirs
    JOIN temp.fresh_channels ON fresh_channels.key = theirs.key
    JOIN temp.fresh ON fresh.old_id = theirs.founder JOIN main.accounts AS ours ON ours.key = fresh.key;
  INSERT INTO main.channel_access (channel, account, level, added)
    SELECT theirs.channel, ours.id, theirs.level, theirs.added FROM old.channel_access AS theirs
    JOIN temp.fresh_channels ON fresh_channels.key = theirs.channel
    JOIN old.accounts AS named ON named.id = theirs.account JOIN main.accounts AS ours ON ours.key = named.key;
`;

/**
 * Takes over what is in a file and not here.
 * @param file of the keeper of accounts; where there is none nothing is to be taken over
 * @param now Unix milliseconds
 * @throws SignalboxError `init_failed` where it is there and cannot be read: nobody shall lose an account by starting without them
 */
export function takeOverAccounts(database: Sqlite, file: string, now: number): TakenOver {
  if (!existsSync(file)) return NOTHING;
  try {
    database.prepare('ATTACH ? AS old').run(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    const version = Number(database.pragma('old.user_version', { simple: true }));
    // A keeper that has only begun its file has nobody in it yet.
    return version === 0 ? NOTHING : database.transaction(() => take(database, version, now))();
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    database.exec('DETACH old');
  }
}

function take(database: Sqlite, version: number, now: number): TakenOver {
  const count = (table: string) =>
    database.prepare(`SELECT count(*) FROM temp.${table}`).pluck().get() as number;
  database.exec(FIND);
  const accounts = count('fresh');
  let channels = 0;
  if (accounts > 0) {
    database.exec(TAKE_ACCOUNTS);
    if (version >= WITH_CHANNELS) {
      database.exec(TAKE_CHANNELS);
      channels = count('fresh_channels');
      database.exec('DROP TABLE temp.fresh_channels');
    }
    database
      .prepare('INSERT INTO main.taken_over (at, accounts, channels) VALUES (?, ?, ?)')
      .run(now, accounts, channels);
  }
  database.exec('DROP TABLE temp.fresh');
  return { accounts, channels };
}

function unreadable(file: string, cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError(
    'init_failed',
    `The accounts in ${file} cannot be taken over (${why}). Nothing was changed: mend that file, or move it away to begin without them.`,
    { cause },
  );
}
