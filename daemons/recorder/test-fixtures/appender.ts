/**
 * A process that appends as fast as it can, with a thread that encodes full chunks, and says on stdout, a line each, which
 * batches were acknowledged; the crash test kills it in the middle. Arguments: file, epoch.
 */
import { appendFileSync, mkdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { ThreadPool } from '../../runtime/async/thread-pool.ts';
import { encodeJournalLine, segmentName } from '../../runtime/files/journal-format.ts';
import { Recorder } from '../recorder.ts';
import { appendArgs } from '../store/batch.ts';
import { poolEncoder } from '../store/pool-encoder.ts';
import { METRICS, NOON, sample } from './scene.ts';

const [file = '', epoch = ''] = process.argv.slice(2);
const journal = join(dirname(file), 'journal');
mkdirSync(journal, { recursive: true });
let second = NOON;
const recorder = new Recorder({
  sqlite: Database,
  file,
  keep: { historyDays: 30, auditDays: 365, auditRows: 100_000 },
  now: () => second * 1_000,
  uptime: () => second * 1_000,
  onLoss: () => process.exit(3),
  onClockJump: () => process.exit(5),
  onDamagedRow: () => process.exit(4),
  encoder: poolEncoder(new ThreadPool({ name: 'chunks', max: 1, onLost: () => process.exit(6) })),
});
for (let batch = 0; ; batch++, second++) {
  recorder.append(
    appendArgs.parse({
      epoch,
      batch,
      catalogs: [{ source: 'ircd', metrics: METRICS }],
      samples: [sample(second, { things_total: batch * 3, level: batch, wait_seconds: [batch, 1_000] })],
    }),
  );
  const entry = {
    time: second * 1_000,
    actor: 'ada',
    from: 'cli',
    action: 'command',
    target: 'ircd',
    command: 'kill',
    args: { batch },
    ok: true,
    outcome: 'done',
    durationMs: 1,
    effects: [],
  };
  const key = `${epoch}-${batch}`;
  appendFileSync(
    join(journal, segmentName(1, '0123456789ab')),
    encodeJournalLine({ kind: 'entry', key, entry }),
  );
  recorder.takeJournal(journal);
  writeSync(1, `${batch}\n`);
  // What the thread has encoded is written now.
  await new Promise((resolve) => setImmediate(resolve));
}
