/** What services of before kept of channels, brought up to date. */
import SqliteDatabase from 'better-sqlite3';
import { expect, it } from 'vitest';
import { bringUpToDate } from '../../runtime/files/sqlite-schema.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { FOUNDER_TABLES } from './channel-tables.ts';

it('IRC servers are not told as operator of owners who had no status by coming in', () => {
  const database = new SqliteDatabase(':memory:');
  const { applicationId, migrations } = SERVICES_SCHEMA;
  const before = migrations.slice(0, migrations.indexOf(FOUNDER_TABLES));
  bringUpToDate(database, { applicationId, migrations: before });
  const cases: Record<string, string> = {
    plain: '',
    visited: `INSERT INTO channel_states (channel, visited) VALUES ('#visited', 5)`,
    off: `INSERT INTO channel_users (channel, account, auto_op) VALUES ('#off', 1, 0)`,
    other: `INSERT INTO channel_users (channel, account, auto_op) VALUES ('#other', 2, 0)`,
    suspended: `INSERT INTO channel_users (channel, account, suspended_until) VALUES ('#suspended', 1, 0)`,
    none: `INSERT INTO channel_settings (channel, name, value) VALUES ('#none', 'automode', 'none')`,
    onlyvoice: `INSERT INTO channel_settings (channel, name, value) VALUES ('#onlyvoice', 'automode', 'onlyvoice')`,
    mute: `INSERT INTO channel_settings (channel, name, value) VALUES ('#mute', 'automode', 'mute')`,
    closed: `INSERT INTO channel_states (channel, visited, suspended_reason) VALUES ('#closed', 5, 'spam')`,
  };
  database.exec(
    `INSERT INTO accounts (id, key, name, created) VALUES (1, 'ann', 'ann', 1), (2, 'bob', 'bob', 1)`,
  );
  for (const [name, sql] of Object.entries(cases)) {
    database.exec(
      `INSERT INTO channels (key, name, founder, created, registered) VALUES ('#${name}', '#${name}', 1, 1, 1); ${sql}`,
    );
  }
  bringUpToDate(database, SERVICES_SCHEMA);
  const quiet = database
    .prepare('SELECT channel FROM channel_states WHERE founder_quiet = 1 ORDER BY 1')
    .pluck();
  expect(quiet.all()).toEqual(['#closed', '#none', '#off', '#onlyvoice', '#suspended']);
  expect(
    database.prepare('SELECT visited FROM channel_states WHERE visited IS NOT NULL').pluck().all(),
  ).toEqual([5, 5]);
  database.close();
});
