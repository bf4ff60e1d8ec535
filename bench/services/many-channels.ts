/**
 * A network with as many registered channels as a large one has, made beforehand: for services as rows of their database, for Atheme as
 * its flat file. Used by bench/services/crowded.ts.
 */
import SqliteDatabase from 'better-sqlite3';
import { openAccounts } from '../../daemons/identity/store/database.ts';
import { LEVELS } from '../../daemons/services/chanserv/levels.ts';
import { SERVICES_SCHEMA } from '../../daemons/services/store/services-schema.ts';
import { channelName } from '../links/crowd.ts';
import { manyAccount } from './many-accounts.ts';

/** Accounts that have access to a channel beside its owner. */
const ACCESS = 10;
/** Masks that are kept out of each. */
const LAMERS = 5;
/** Every fourth user of the crowd is logged in. */
const LOGGED_IN = 4;

/** Number of the account that has some place in the list of users of a channel; 0 is its owner. */
const accountOn = (channel: number, place: number) => (channel + place) * LOGGED_IN;

/** A user of the crowd who has access to a channel by its number, and is not on it unless that is 0. */
export const userWithAccess = (channel: number) => accountOn(channel, 1);

/** So many accounts are needed for these channels. */
export const accountsFor = (channels: number) => accountOn(channels, ACCESS) + 1;

/** Registers channels in a database of services that has the accounts; the account of user 0 becomes an operator of services. */
export function writeManyChannels(file: string, channels: number): void {
  const database = openAccounts(SqliteDatabase, file, SERVICES_SCHEMA);
  const idOf = database.prepare('SELECT id FROM accounts WHERE key = ?').pluck();
  const channel = database.prepare(
    'INSERT INTO channels (key, name, founder, created, registered) VALUES (@key, @key, @founder, @now, @now)',
  );
  const access = database.prepare(
    "INSERT INTO channel_access (channel, account, level, added, rank) VALUES (?, ?, 'op', ?, ?)",
  );
  const lamer = database.prepare(
    "INSERT INTO channel_lamers (channel, mask, added_by, added, reason) VALUES (?, ?, 'bench', ?, 'spam')",
  );
  const now = Date.now();
  const account = (place: number) => idOf.get(manyAccount(place)) as number;
  database.transaction(() => {
    database.prepare('INSERT INTO profiles (account, level) VALUES (?, 1000)').run(account(0));
    for (let number = 0; number < channels; number++) {
      const key = channelName(number);
      channel.run({ key, founder: account(accountOn(number, 0)), now });
      for (let place = 1; place <= ACCESS; place++)
        access.run(key, account(accountOn(number, place)), now, LEVELS.op);
      for (let mask = 0; mask < LAMERS; mask++)
        lamer.run(key, `*!*spam${mask}@*.channel${number}.example.org`, now);
    }
  })();
  database.close();
}

/** The same as Atheme keeps it, whose users have their accounts by what the network says of them. */
export function athemeDatabase(channels: number): string {
  const lines = ['GRVER 1', 'DBV 12', 'CF +vVoOtsriRfhHAFqaeb'];
  const now = Math.floor(Date.now() / 1_000);
  for (let number = 0; number < accountsFor(channels); number += LOGGED_IN)
    lines.push(
      `MU ${entityId(number)} ${manyAccount(number)} secret a@example.net ${now} ${now} +C default`,
      `MN ${manyAccount(number)} ${manyAccount(number)} ${now} ${now}`,
    );
  for (let number = 0; number < channels; number++) {
    const name = channelName(number);
    const owner = manyAccount(accountOn(number, 0));
    lines.push(`MC ${name} ${now} ${now} + 0 0 0 `, `CA ${name} ${owner} +AFORafhioqrstv ${now} ${owner}`);
    for (let place = 1; place <= ACCESS; place++)
      lines.push(`CA ${name} ${manyAccount(accountOn(number, place))} +AOiortv ${now} ${owner}`);
    for (let mask = 0; mask < LAMERS; mask++)
      lines.push(`CA ${name} *!*spam${mask}@*.channel${number}.example.org +b ${now} ${owner}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Nine letters. */
function entityId(number: number): string {
  let id = '';
  for (let rest = number, place = 0; place < 9; place++, rest = Math.floor(rest / 26))
    id = String.fromCharCode(65 + (rest % 26)) + id;
  return id;
}
