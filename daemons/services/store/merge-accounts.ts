/**
 * Puts accounts of another database, with all that belongs to them, into this one: an account that is known here stays as it is here.
 * What belongs to accounts is read from the tables themselves, by their references, so that a table that is added comes along.
 */
import type { Sqlite } from '../../runtime/files/sqlite.ts';

/** What came in. */
export interface MergedAccounts {
  readonly accounts: number;
  /** Names of channels of these accounts. */
  readonly channels: readonly string[];
}

interface Column {
  readonly name: string;
  readonly notnull: number;
  readonly pk: number;
}

interface Reference {
  readonly table: string;
  readonly from: string;
}

/** `old` is the other database; `fresh` has the folded names of its accounts that are not here, as accounts or as nicks. */
const fresh = (linked: string) => `
  CREATE TEMP TABLE fresh AS
    SELECT theirs.key FROM old.accounts AS theirs
    WHERE NOT EXISTS (SELECT 1 FROM main.nicks WHERE main.nicks.key = theirs.key)
      AND NOT EXISTS (SELECT 1 FROM main.accounts WHERE main.accounts.key = theirs.key)
      ${linked};
`;

/** Nor those that came in before, and may have ended here since. */
const NOT_AGAIN = {
  accounts: `
      AND NOT EXISTS (SELECT 1 FROM main.taken_accounts AS taken WHERE taken.key = theirs.key AND taken.created = theirs.created)`,
  channels: `
      AND NOT EXISTS (SELECT 1 FROM main.taken_channels AS taken WHERE taken.key = theirs.key AND taken.registered = theirs.registered)`,
};

/** Nor those whose user of Keycloak has an account here: they would come in as nobody's. */
const NOT_LINKED = `
      AND NOT EXISTS (SELECT 1 FROM old.keycloak_users AS linked JOIN main.keycloak_users AS mine ON mine.user = linked.user
        WHERE linked.account = theirs.id)`;

/** Those who have the same account here: what has come in, or came in before. */
const SAME = `
  CREATE TEMP TABLE same AS
    SELECT theirs.key FROM old.accounts AS theirs
    WHERE theirs.key IN (SELECT key FROM temp.fresh)
      OR EXISTS (SELECT 1 FROM main.accounts AS mine WHERE mine.key = theirs.key AND mine.created = theirs.created);
`;

const freshChannels = (owners: string, more: string) => `
  CREATE TEMP TABLE fresh_channels AS
    SELECT theirs.key FROM old.channels AS theirs JOIN old.accounts AS founders ON founders.id = theirs.founder
    WHERE founders.key IN (SELECT key FROM temp.${owners}) AND NOT EXISTS (SELECT 1 FROM main.channels WHERE main.channels.key = theirs.key)
      ${more};
  CREATE INDEX temp.fresh_channels_by_key ON fresh_channels (key);
`;

/** Those that come before what refers to them. */
const FIRST = ['accounts', 'channels'];
/** Not of accounts: what is told of the file itself. */
const NOT_MERGED = new Set([
  ...['taken_over', 'taken_accounts', 'taken_channels'],
  'run_marks',
  // Of help bots, which do not come along.
  ...['help_staff', 'help_figures', 'help_requests', 'help_lines'],
  // Devices are bound to the keys by which one instance pushes.
  ...['push_devices', 'push_queue'],
  // Of SpamServ: operators have it on a channel.
  ...['spam_channels', 'spam_words', 'spam_trusts'],
]);
/** What is another account's here stays theirs: a nick, a certificate. */
const ONCE = 'ON CONFLICT DO NOTHING';
/** Of the whole file; what is here stays. */
const SHARED = new Set(['secrets']);

/** How much is merged. */
export interface MergeOptions {
  /**
   * Whether channels come in too whose owner has the same account here since an earlier merge, and access counts for the same accounts
   * alone, not for whoever is called so here.
   */
  readonly bySame: boolean;
  /** Whether what stands in `taken_accounts` and `taken_channels` stays out. */
  readonly once?: boolean;
  /** The last that is done while it is known what is fresh: `temp.fresh`, `temp.same` and `temp.fresh_channels`. */
  readonly also?: (counts: ReadonlyMap<string, number>) => void;
}

/** Merges what is attached as `old`. To be called within a transaction. */
export function mergeAccounts(
  database: Sqlite,
  { bySame, once = false, also }: MergeOptions = { bySame: false },
): MergedAccounts {
  const tables = tablesOf(database);
  const linked = tables.includes('keycloak_users') ? NOT_LINKED : '';
  database.exec(fresh(linked + (once ? NOT_AGAIN.accounts : '')));
  database.exec('CREATE INDEX temp.fresh_by_key ON fresh (key)');
  database.exec(`${SAME} CREATE INDEX temp.same_by_key ON same (key)`);
  const accounts = database.prepare('SELECT count(*) FROM temp.fresh').pluck().get() as number;
  const withChannels = tables.includes('channels');
  if (withChannels) database.exec(freshChannels(bySame ? 'same' : 'fresh', once ? NOT_AGAIN.channels : ''));
  const counts = new Map<string, number>();
  if (accounts > 0 || bySame)
    for (const table of tables) counts.set(table, mergeTable(database, table, bySame));
  const channels = withChannels
    ? (database
        .prepare('SELECT name FROM main.channels JOIN temp.fresh_channels USING (key) ORDER BY key')
        .pluck()
        .all() as string[])
    : [];
  also?.(counts);
  if (withChannels) database.exec('DROP TABLE temp.fresh_channels');
  database.exec('DROP TABLE temp.same; DROP TABLE temp.fresh');
  return { accounts, channels };
}

/** Tables that both have, in the order in which they are filled. */
function tablesOf(database: Sqlite): string[] {
  const names = (schema: string) =>
    database
      .prepare(
        `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name`,
      )
      .pluck()
      .all() as string[];
  const here = new Set(names('main'));
  const both = names('old').filter((name) => here.has(name) && !NOT_MERGED.has(name));
  return [...FIRST.filter((name) => both.includes(name)), ...both.filter((name) => !FIRST.includes(name))];
}

/** How many rows came in. */
function mergeTable(database: Sqlite, table: string, bySame: boolean): number {
  const statement = statementOf(database, table, bySame);
  return statement === null ? 0 : database.prepare(statement).run().changes;
}

/** Null for a table that has nothing to do with accounts. */
function statementOf(database: Sqlite, table: string, bySame: boolean): string | null {
  const columnsOf = (schema: string) => database.pragma(`${schema}.table_info(${table})`) as Column[];
  const theirs = new Set(columnsOf('old').map(({ name }) => name));
  const columns = columnsOf('main').filter(({ name }) => theirs.has(name));
  const references = database.pragma(`main.foreign_key_list(${table})`) as Reference[];
  const owners = references.filter((one) => one.table === 'accounts').map(({ from }) => from);
  const channels = references.filter((one) => one.table === 'channels').map(({ from }) => from);
  // A number that only tells rows apart is given anew.
  const keys = columns.filter(({ pk }) => pk > 0);
  const number = keys.length === 1 && keys[0]!.name === 'id' && !owners.includes('id') ? 'id' : null;
  const taken = columns.filter(({ name }) => name !== number);
  const into = `INSERT INTO main.${table} (${taken.map(({ name }) => name).join(', ')})`;
  const value = (name: string) => (owners.includes(name) ? `mine_${name}.id` : `theirs.${name}`);
  const select = `SELECT ${taken.map(({ name }) => value(name)).join(', ')} FROM old.${table} AS theirs`;
  if (table === 'accounts') return `${into} ${select} WHERE theirs.key IN (SELECT key FROM temp.fresh)`;
  if (SHARED.has(table)) return `${into} ${select} WHERE true ${ONCE}`;
  const [channel] = channels;
  // What hangs on a channel alone comes with it.
  if (owners.length === 0)
    return channel === undefined
      ? null
      : `${into} ${select} WHERE ${among(`theirs.${channel}`, 'fresh_channels')} ${ONCE}`;
  const joins = taken
    .filter(({ name }) => owners.includes(name))
    .map(({ name, notnull, pk }) => {
      const join = notnull === 1 || pk > 0 ? 'JOIN' : 'LEFT JOIN';
      return `${join} old.accounts AS their_${name} ON their_${name}.id = theirs.${name}
        ${join} main.accounts AS mine_${name} ON mine_${name}.key = their_${name}.key`;
    });
  const owner = owners.includes('account') ? 'account' : owners[0]!;
  const belongs =
    table === 'channels'
      ? among('theirs.key', 'fresh_channels')
      : channel === undefined
        ? among(`mine_${owner}.key`, 'fresh')
        : [
            among(`theirs.${channel}`, 'fresh_channels'),
            ...(bySame ? [among(`mine_${owner}.key`, 'same')] : []),
          ].join(' AND ');
  return `${into} ${select} ${joins.join(' ')} WHERE ${belongs} ${ONCE}`;
}

/** Looked at row by row: as a list it would be tried in all combinations by way of an index of two columns. */
export function among(column: string, table: 'fresh' | 'same' | 'fresh_channels' | 'fresh_bots'): string {
  return `EXISTS (SELECT 1 FROM temp.${table} AS some WHERE some.key = ${column})`;
}
