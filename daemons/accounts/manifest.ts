/** What the keeper of accounts measures and how it is configured. Read by main and every host. */
import { z } from 'zod';
import { filePath } from '../../contract/line-texts.ts';
import { defineCommand, defineManifest } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { limits } from '../identity/limits.ts';

const config = z.strictObject({
  password_characters: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(limits.passwordCharacters.default)
    .describe('Characters that a new password has at least'),
});

/** The `[accounts]` table, with defaults filled in. */
export type AccountsConfig = z.output<typeof config>;

const { name, gauge, counter, histogram } = metricSpecs('accounts');

const commands = {
  backup: defineCommand({
    summary: 'Copies the database to a new file while it is in use',
    sentence: 'copy|copied the database to {file}',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      file: filePath().describe(
        'Path of the copy; a relative one is taken from the accounts data folder. Must not exist',
      ),
    }),
    result: 'json',
    timeoutMs: 600_000,
  }),
};

export const manifest = defineManifest({
  id: 'accounts',
  title: 'Accounts',
  summary: 'Keeps the accounts of the IRC server in one SQLite file and checks passwords',
  internal: true,
  onDemand: true,
  config,
  commands,
  metrics: [
    gauge('accounts', 'Accounts that are registered'),
    counter('registrations', 'Accounts registered since the process started'),
    counter('logins', 'Logins that succeeded'),
    counter(
      'login_failures',
      'Logins that failed: unknown accounts, wrong passwords and certificates, suspended accounts',
    ),
    counter('logins_throttled', 'Logins that were not looked at because too many had failed before'),
    counter('transactions', 'Transactions written to the disk'),
    histogram('answer', 'Time to answer a question of the IRC server, password checks included'),
    gauge('connections', 'Connections of other daemons'),
    gauge('database_bytes', 'Size of the database file', 'bytes'),
  ],
  charts: [
    {
      title: 'Logins',
      metrics: [name('logins_total'), name('login_failures_total'), name('logins_throttled_total')],
    },
    { title: 'Answers', metrics: [name('answer_seconds')] },
  ],
  highlights: { messages: name('logins_total'), latency: name('answer_seconds') },
});

/** The commands, for the type of their handlers. */
export type AccountsCommands = typeof commands;
