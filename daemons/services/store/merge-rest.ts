/**
 * Puts what other services kept beside accounts and channels into the tables: what operators keep, help bots, channels of SpamServ. What
 * is here already stays as it is, and is said. Called by mergeAccounts, while it is known which accounts and channels are fresh.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { limits as accountLimits } from '../../identity/limits.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { LeftBehind } from '../foreign/foreign-data.ts';
import { limits } from '../limits.ts';
import { LIST_SHAPES } from '../opserv/lists.ts';
import { among } from './merge-accounts.ts';

/** What came in beside accounts and channels, and what did not. */
export interface MergedRest {
  readonly came: readonly { readonly what: string; readonly count: number }[];
  readonly left: readonly LeftBehind[];
}

/** A list that needs nothing of others: what one is called, the column that names it, and how many there may be. */
interface PlainList {
  readonly table: string;
  readonly key: string;
  readonly what: string;
  readonly name: string;
  readonly most: number;
}

const LISTS: readonly PlainList[] = [
  {
    table: 'network_bans',
    key: 'key',
    what: 'ban of the network',
    name: 'mask',
    most: limits.networkBans.default,
  },
  { ...listOf('trusts', 'trust'), name: 'network' },
  { ...listOf('gags', 'gag'), name: 'mask' },
  { ...listOf('alerts', 'alert'), name: 'name' },
  { ...listOf('reserves', 'reserved nick'), name: 'nick' },
  { ...listOf('badWords', 'bad word'), name: 'word' },
  { ...listOf('exemptChannels', 'exempt channel'), name: 'channel' },
  { ...listOf('scanExempts', 'network that is not scanned'), name: 'network' },
  {
    ...{ table: 'unregistrable', key: 'mask', what: 'name that is not registered' },
    ...{ name: 'mask', most: limits.unregistrable.default },
  },
];

/** Rows of channels that are counted, as they are called. */
const OF_CHANNELS: readonly (readonly [string, string])[] = [
  ['channel_access', 'access to a channel'],
  ['channel_lamers', 'lamer'],
  ['channel_notes', 'note about a channel'],
];

const HERE = 'it is here already, and stays as it is';
const ANOTHER = 'an account of that name here is another one';
const EXAMPLES = 5;

function listOf(list: keyof typeof LIST_SHAPES, what: string) {
  const { table, most } = LIST_SHAPES[list];
  return { table, key: 'key', what, most };
}

/**
 * @param counts rows that came in with accounts and channels, by table
 * @throws SignalboxError `limit_reached` where there would be more channels, or access to them, than there may be
 */
export function mergeRest(database: Sqlite, counts: ReadonlyMap<string, number>): MergedRest {
  assertRoom(database, 'channels', accountLimits.channels.default, 'channels');
  assertRoom(database, 'channel_access', accountLimits.channelAccessTotal.default, 'entries of access');
  const merge = new RestMerge(database);
  for (const [table, what] of OF_CHANNELS) merge.count(what, counts.get(table) ?? 0);
  merge.sayAccounts();
  for (const list of LISTS) merge.list(list);
  merge.messages();
  merge.helpBots();
  merge.spam();
  return { came: merge.came, left: merge.left };
}

function assertRoom(database: Sqlite, table: string, most: number, noun: string): void {
  const count = database.prepare(`SELECT count(*) FROM main.${table}`).pluck().get() as number;
  if (count > most)
    throw new SignalboxError(
      'limit_reached',
      `With that file there would be ${count} ${noun}, and there may be ${most}. Nothing was changed.`,
    );
}

class RestMerge {
  readonly came: { what: string; count: number }[] = [];
  readonly left: LeftBehind[] = [];
  readonly #database: Sqlite;

  constructor(database: Sqlite) {
    this.#database = database;
  }

  count(what: string, count: number): void {
    if (count > 0) this.came.push({ what, count });
  }

  /** What did not come in of accounts and channels. */
  sayAccounts(): void {
    const notFresh = `FROM old.accounts AS theirs WHERE NOT ${among('theirs.key', 'fresh')}`;
    this.#say('account', HERE, `theirs.name ${notFresh} AND ${among('theirs.key', 'same')}`);
    this.#say(
      'account',
      'another account is called so here, or has that nick',
      `theirs.name ${notFresh} AND NOT ${among('theirs.key', 'same')}`,
    );
    const channels = `theirs.name FROM old.channels AS theirs JOIN old.accounts AS owner ON owner.id = theirs.founder
      WHERE NOT ${among('theirs.key', 'fresh_channels')}`;
    const known = 'EXISTS (SELECT 1 FROM main.channels AS mine WHERE mine.key = theirs.key)';
    this.#say('channel', HERE, `${channels} AND ${known}`);
    this.#say('channel', `of its owner: ${ANOTHER}`, `${channels} AND NOT ${known}`);
    this.#say(
      'access to a channel',
      ANOTHER,
      `theirs.channel || ': ' || owner.name FROM old.channel_access AS theirs JOIN old.accounts AS owner
        ON owner.id = theirs.account WHERE ${among('theirs.channel', 'fresh_channels')}
        AND NOT ${among('owner.key', 'same')}`,
    );
  }

  list({ table, key, what, name, most }: PlainList): void {
    const columns = this.#columns(table);
    const isKnown = `EXISTS (SELECT 1 FROM main.${table} AS mine WHERE mine.${key} = theirs.${key})`;
    this.#say(what, HERE, `theirs.${name} FROM old.${table} AS theirs WHERE ${isKnown}`);
    const room = Math.max(0, most - this.#size(table));
    const fresh = `FROM old.${table} AS theirs WHERE NOT ${isKnown} ORDER BY theirs.${key}`;
    this.#say(what, `there may be ${most}`, `theirs.${name} ${fresh} LIMIT -1 OFFSET ${room}`);
    this.count(
      what,
      this.#run(`INSERT INTO main.${table} (${columns}) SELECT ${columns} ${fresh} LIMIT ${room}`),
    );
  }

  /** They are told apart by what they say, and have numbers of their own here. */
  messages(): void {
    const { table, most } = LIST_SHAPES.messages;
    const isKnown = `EXISTS (SELECT 1 FROM main.${table} AS mine
      WHERE mine.text = theirs.text AND mine.sender = theirs.sender AND mine.set_at = theirs.set_at)`;
    const what = 'message of Global';
    this.#say(what, HERE, `theirs.text FROM old.${table} AS theirs WHERE ${isKnown}`);
    const room = Math.max(0, most - this.#size(table));
    const fresh = `FROM old.${table} AS theirs WHERE NOT ${isKnown} ORDER BY theirs.id`;
    this.#say(what, `there may be ${most}`, `theirs.text ${fresh} LIMIT -1 OFFSET ${room}`);
    const last = `(SELECT coalesce(max(id), 0) FROM main.${table})`;
    const rest = 'target, sender, text, set_by, set_at, expires';
    this.#run(`CREATE TEMP TABLE fresh_messages AS SELECT ${last} + row_number() OVER (ORDER BY theirs.id) AS id, ${rest}
      ${fresh} LIMIT ${room}`);
    this.count(
      what,
      this.#run(
        `INSERT INTO main.${table} (key, id, ${rest}) SELECT id, id, ${rest} FROM temp.fresh_messages`,
      ),
    );
    this.#run('DROP TABLE temp.fresh_messages');
  }

  helpBots(): void {
    const isKnown = `EXISTS (SELECT 1 FROM main.help_bots AS mine
      WHERE mine.key = theirs.key OR mine.channel_key = theirs.channel_key)`;
    this.#say(
      'help bot',
      'there is one of its nick, or on its channel, which stays as it is',
      `theirs.nick FROM old.help_bots AS theirs WHERE ${isKnown}`,
    );
    const room = Math.max(0, limits.helpBots.default - this.#size('help_bots'));
    const fresh = `FROM old.help_bots AS theirs WHERE NOT ${isKnown} ORDER BY theirs.key`;
    this.#say(
      'help bot',
      `there may be ${limits.helpBots.default}`,
      `theirs.nick ${fresh} LIMIT -1 OFFSET ${room}`,
    );
    this.#run(`CREATE TEMP TABLE fresh_bots AS SELECT theirs.key ${fresh} LIMIT ${room}`);
    const columns = this.#columns('help_bots');
    const ofFresh = among('theirs.bot', 'fresh_bots');
    this.count(
      'help bot',
      this.#run(
        `INSERT INTO main.help_bots (${columns}) SELECT ${columns} FROM old.help_bots AS theirs WHERE ${among('theirs.key', 'fresh_bots')}`,
      ),
    );
    this.#say(
      'helper',
      ANOTHER,
      `(SELECT nick FROM old.help_bots WHERE key = theirs.bot) || ': ' || owner.name FROM old.help_staff AS theirs JOIN old.accounts AS owner
        ON owner.id = theirs.account WHERE ${ofFresh} AND NOT ${among('owner.key', 'same')}`,
    );
    this.count('helper', this.#ofAccounts('help_staff', ['account'], ofFresh));
    this.#ofAccounts('help_figures', ['account'], ofFresh);
    this.count('open request', this.#ofAccounts('help_requests', ['account', 'helper'], ofFresh));
    const lines = this.#columns('help_lines');
    this.#run(`INSERT INTO main.help_lines (${lines}) SELECT ${lines} FROM old.help_lines AS theirs WHERE ${ofFresh}
      AND EXISTS (SELECT 1 FROM main.help_requests AS mine WHERE mine.bot = theirs.bot AND mine.number = theirs.number)`);
    this.#run('DROP TABLE temp.fresh_bots');
  }

  spam(): void {
    const ofFresh = among('theirs.channel', 'fresh_channels');
    for (const table of ['spam_channels', 'spam_words']) {
      const columns = this.#columns(table);
      const came = this.#run(
        `INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM old.${table} AS theirs WHERE ${ofFresh}`,
      );
      if (table === 'spam_channels') this.count('channel of SpamServ', came);
    }
    const trusts = `(theirs.channel IS NULL OR ${ofFresh})`;
    this.count('trust of SpamServ', this.#ofAccounts('spam_trusts', ['account'], trusts));
  }

  /** Rows that refer to accounts: the first has to be the same here, others are nobody where they are not. */
  #ofAccounts(table: string, owners: readonly [string, ...string[]], where: string): number {
    const columns = this.#columns(table)
      .split(', ')
      .filter((name) => name !== 'id');
    const joins = owners.map((owner, index) => {
      const join = index === 0 ? 'JOIN' : 'LEFT JOIN';
      return `${join} old.accounts AS their_${owner} ON their_${owner}.id = theirs.${owner}
        ${join} main.accounts AS mine_${owner} ON mine_${owner}.key = their_${owner}.key
          AND ${among(`mine_${owner}.key`, 'same')}`;
    });
    const values = columns.map((name) => (owners.includes(name) ? `mine_${name}.id` : `theirs.${name}`));
    return this.#run(`INSERT INTO main.${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
      FROM old.${table} AS theirs ${joins.join(' ')} WHERE ${where} ON CONFLICT DO NOTHING`);
  }

  #columns(table: string): string {
    const columns = this.#database.pragma(`main.table_info(${table})`) as { readonly name: string }[];
    return columns.map(({ name }) => name).join(', ');
  }

  #size(table: string): number {
    return this.#database.prepare(`SELECT count(*) FROM main.${table}`).pluck().get() as number;
  }

  #run(sql: string): number {
    return this.#database.prepare(sql).run().changes;
  }

  /** Counts what a query finds, and gives some of it as examples. @param select what stands behind SELECT */
  #say(what: string, why: string, select: string): void {
    const found = `SELECT ${select}`;
    const count = this.#database.prepare(`SELECT count(*) FROM (${found})`).pluck().get() as number;
    if (count === 0) return;
    const examples = this.#database
      .prepare(`SELECT * FROM (${found}) LIMIT ${EXAMPLES}`)
      .pluck()
      .all() as string[];
    this.left.push({ what, why, count, examples: examples.map((one) => one.slice(0, 64)).join(', ') });
  }
}
