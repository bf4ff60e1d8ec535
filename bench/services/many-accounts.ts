/** A database with as many accounts as a large network has, made beforehand. All of them have one password. */
import SqliteDatabase from 'better-sqlite3';
import { makeVerifiers } from '../../daemons/identity/credential-tasks.ts';
import { limits } from '../../daemons/identity/limits.ts';
import { openAccounts } from '../../daemons/identity/store/database.ts';
import { SCHEMA } from '../../daemons/identity/store/schema.ts';
import { SERVICES_SCHEMA } from '../../daemons/services/store/services-schema.ts';

export const MANY_PASSWORD = 'correct-horse';

/** How an account is called, by number. */
export const manyAccount = (number: number) => `account${number}`;

/** Writes so many accounts to a file of services, or of the keeper of the IRC server; a file that is there gets them. */
export function writeManyAccounts(file: string, accounts: number, of: 'services' | 'keeper'): void {
  const database = openAccounts(SqliteDatabase, file, of === 'services' ? SERVICES_SCHEMA : SCHEMA);
  const verifiers = makeVerifiers({ password: MANY_PASSWORD, iterations: limits.scramIterations.default });
  const prepare = (table: string, columns: string) =>
    database.prepare(
      `INSERT INTO ${table} (${columns}) VALUES (${columns
        .split(', ')
        .map(() => '?')
        .join(', ')})`,
    );
  const account = prepare('accounts', 'key, name, created, last_login, email');
  const nick = prepare('nicks', 'key, nick, account, added');
  const credential = prepare('credentials', 'account, kind, data, changed');
  const network = prepare('known_networks', 'account, network, used');
  const now = Date.now();
  database.transaction(() => {
    for (let number = 0; number < accounts; number++) {
      const name = manyAccount(number);
      const id = account.run(name, name, now, now, `${name}@example.net`).lastInsertRowid;
      nick.run(name, name, id, now);
      credential.run(id, 'argon2id', verifiers.argon2id, now);
      credential.run(id, 'scram-sha-256', verifiers.scram, now);
      network.run(id, `10.0.${number >> 8}.${number & 255}`, now);
    }
  })();
  database.close();
}
