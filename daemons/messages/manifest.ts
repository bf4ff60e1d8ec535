/** What the keeper of messages measures. Read by main and every host. How much it keeps, the IRC server tells it. */
import { z } from 'zod';
import { defineManifest } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';

const config = z.strictObject({});

/** The `[messages]` table, which has nothing in it. */
export type MessagesConfig = z.output<typeof config>;

const { name, gauge, counter, histogram } = metricSpecs('messages');

export const manifest = defineManifest({
  id: 'messages',
  title: 'Messages',
  summary: 'Keeps what was said on the IRC server in one SQLite file, for those who may read it',
  internal: true,
  onDemand: true,
  config,
  commands: {},
  metrics: [
    gauge('messages', 'Messages that are kept'),
    gauge('kept_bytes', 'What they count for', 'bytes'),
    gauge('database_bytes', 'Size of the database file', 'bytes'),
    counter('written', 'Messages written since the process started'),
    counter('deleted', 'Messages deleted because they were too old or too many'),
    counter('transactions', 'Transactions written to the disk'),
    counter('write_failures', 'Batches that could not be written'),
    histogram('answer', 'Time to answer a question of the IRC server'),
    gauge('connections', 'Connections of other daemons'),
  ],
  charts: [
    { title: 'Messages', metrics: [name('written_total'), name('deleted_total')] },
    { title: 'Room', metrics: [name('kept_bytes'), name('database_bytes')] },
    { title: 'Answers', metrics: [name('answer_seconds')] },
  ],
  highlights: { messages: name('written_total'), latency: name('answer_seconds') },
});
