/** What the recorder measures, which commands it takes and how it is configured. Read by main and every host. */
import { z } from 'zod';
import { auditRequests } from '../../contract/control/audit.ts';
import { historyRequests } from '../../contract/control/history.ts';
import { marksArgs } from '../../contract/control/marks.ts';
import { filePath } from '../../contract/line-texts.ts';
import { defineCommand, defineManifest } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { limits } from './limits.ts';
import { appendArgs } from './store/batch.ts';

const config = z.strictObject({
  history_days: z
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(limits.historyDays.default)
    .describe('How many days one-minute history is kept'),
  audit_days: z
    .number()
    .int()
    .min(1)
    .max(36_500)
    .default(limits.auditDays.default)
    .describe('How many days audit entries are kept'),
  audit_rows: z
    .number()
    .int()
    .min(1_000)
    .max(10_000_000)
    .default(limits.auditRows.default)
    .describe('How many audit entries are kept at most'),
});

/** The `[recorder]` table, with defaults filled in. */
export type RecorderConfig = z.output<typeof config>;

const { name, gauge, counter, histogram } = metricSpecs('recorder');

const settingKey = z.string().min(1).max(128);

const commands = {
  append: defineCommand({
    summary: 'Stores a batch of samples and state changes, once',
    danger: 'safe',
    access: 'admin',
    args: appendArgs,
    result: 'json',
    internal: true,
  }),
  journal: defineCommand({
    summary: 'Takes the next part of the audit journal over, once',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      folder: z.string().min(1).describe('Where its segments are'),
      run: z.string().min(1).max(64).describe('The run of main that writes to it; every other one is over'),
    }),
    result: 'json',
    internal: true,
  }),
  history: defineCommand({
    summary: 'Reads metric history',
    danger: 'safe',
    access: 'admin',
    args: historyRequests['history.query'].args.extend({
      renamed: z.record(z.string().max(128), z.string().max(128)).optional().describe('Old name -> new name'),
    }),
    result: 'json',
    timeoutMs: 30_000,
    internal: true,
  }),
  audit: defineCommand({
    summary: 'Reads the audit trail, newest first',
    danger: 'safe',
    access: 'admin',
    args: auditRequests['audit.query'].args.omit({ reads: true }).extend({
      without: z
        .array(z.string().max(129))
        .max(1_000)
        .optional()
        .describe('Commands that are left out, each as `<daemon> <command>`'),
    }),
    result: 'json',
    internal: true,
  }),
  marks: defineCommand({
    summary: 'Sums up what happened over a time',
    danger: 'safe',
    access: 'admin',
    args: marksArgs.extend({
      actions: z.boolean().describe('Whether the audit trail is among it'),
      reads: z
        .array(z.string().max(160))
        .describe('What only reads, and leaves no mark: daemon and command with a space between'),
    }),
    result: 'json',
    internal: true,
  }),
  settingGet: defineCommand({
    summary: 'Reads one setting',
    danger: 'safe',
    access: 'admin',
    args: z.object({ key: settingKey }),
    result: 'json',
    internal: true,
  }),
  settingSet: defineCommand({
    summary: 'Writes one setting; null removes it',
    danger: 'safe',
    access: 'admin',
    args: z.object({ key: settingKey, value: z.unknown() }),
    result: 'json',
    internal: true,
  }),
  stats: defineCommand({
    summary: 'Shows what the database holds',
    sentence: 'look|looked at what the database holds',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: [
      { key: 'table', title: 'Table', type: 'text' },
      { key: 'rows', title: 'Rows', type: 'number' },
      { key: 'oldest', title: 'Oldest', type: 'time' },
      { key: 'newest', title: 'Newest', type: 'time' },
      { key: 'bytes', title: 'Bytes', type: 'bytes' },
      { key: 'note', title: 'Note', type: 'text' },
    ],
  }),
  vacuum: defineCommand({
    summary: 'Gives unused space of the database back to the file system',
    sentence: 'give|gave unused space of the database back',
    danger: 'safe',
    access: 'admin',
    args: z.object({}),
    result: 'json',
    timeoutMs: 600_000,
    effects: ['signalbox_recorder_database_bytes'],
  }),
  backup: defineCommand({
    summary: 'Copies the database to a new file while recording goes on',
    sentence: 'copy|copied the database to {file}',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      file: filePath().describe(
        'Path of the copy; a relative one is taken from the recorder data folder. Must not exist',
      ),
    }),
    result: 'json',
    timeoutMs: 600_000,
  }),
};

export const manifest = defineManifest({
  id: 'recorder',
  title: 'Recorder',
  summary: 'Keeps metric history, the audit trail and settings in one SQLite file',
  internal: true,
  role: 'recorder',
  config,
  commands,
  renamed: {
    metrics: {
      'signalbox_recorder_queue_begun_total{queue="queries"}':
        'signalbox_recorder_queue_completed_total{queue="queries"}',
      'signalbox_recorder_queue_refused_total{queue="queries"}':
        'signalbox_recorder_queue_rejected_total{queue="queries"}',
    },
  },
  metrics: [
    counter('batches', 'Batches stored since the process started'),
    counter('rows', 'Samples, audit entries and state changes stored since the process started'),
    counter('rejected', 'Samples left out because they fit no known catalog'),
    counter('append_failures', 'Batches that could not be stored; main keeps them and sends them again'),
    histogram('append', 'Time to store one batch, on the disk'),
    histogram('query', 'Time to answer a history or audit query, waiting included'),
    gauge('queries_waiting', 'Queries that run or wait'),
    gauge('database_bytes', 'Size of the database file and its write-ahead log', 'bytes'),
    gauge('rows_1s', 'One-second rows kept'),
    gauge('rows_10s', 'Ten-second rows kept'),
    gauge('rows_1m', 'One-minute rows kept'),
    gauge('audit_rows', 'Audit entries kept'),
    counter('databases_lost', 'Times the database was deleted or replaced while it was in use'),
    counter('databases_set_aside', 'Times a damaged database was set aside and a new one begun'),
    counter('damaged_rows', 'Rows that a query skipped because they cannot be read'),
    counter('damaged_lines', 'Lines of the audit journal that were set aside because they cannot be read'),
  ],
  charts: [
    { title: 'Latency', metrics: [name('append_seconds'), name('query_seconds')] },
    { title: 'Rows stored', metrics: [name('rows_total')] },
    { title: 'Database size', metrics: [name('database_bytes')] },
  ],
  highlights: {
    messages: name('rows_total'),
    latency: name('append_seconds'),
    queue: name('queries_waiting'),
  },
});

/** The commands, for the type of their handlers. */
export type RecorderCommands = typeof commands;
