/** For tests: makes accounts without end, a few a turn, and says each once it was told that it is made. Killed by whoever started it. */
import SqliteDatabase from 'better-sqlite3';
import { AccountStore } from './account-store.ts';
import { openAccounts } from './database.ts';
import { WriteTurn } from './write-turn.ts';

const database = openAccounts(SqliteDatabase, process.argv[2]!);
const store = new AccountStore(database, Date.now);
const writes = new WriteTurn(database);
const verifiers = { argon2id: 'a', scram: 's' };
process.stdout.on('error', () => process.exit());
for (;;) {
  await Promise.all(
    Array.from({ length: 7 }, async () => {
      const name = await writes.write(() => {
        const next = `user${store.count + 1}`;
        store.create({ name: next, email: null, verifiers, network: null });
        return next;
      });
      process.stdout.write(`${name}\n`);
    }),
  );
}
