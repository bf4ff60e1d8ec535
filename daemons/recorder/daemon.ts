/** Connects the recorder to the process around it: metrics, log, commands, configuration. Called by main.ts. */

import { uptime } from 'node:os';
import { join } from 'node:path';
import { limits as kitLimits } from '../../kit/limits.ts';
import { instrumentPool } from '../runtime/async/pool-instrument.ts';
import { logLost } from '../runtime/async/pool-log.ts';
import { ThreadPool } from '../runtime/async/thread-pool.ts';
import { loadSqlite } from '../runtime/files/sqlite.ts';
import type { DaemonContext, RunningDaemon } from '../runtime/host/daemon-definition.ts';
import { instrumentCounts } from '../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { standardInstrument } from '../runtime/telemetry/standard-instrument.ts';
import { limits } from './limits.ts';
import { manifest, type RecorderCommands, type RecorderConfig } from './manifest.ts';
import { Recorder } from './recorder.ts';
import { keepDamagedLines } from './store/damaged-lines.ts';
import type { DamagedLine } from './store/journal-reader.ts';
import { poolEncoder } from './store/pool-encoder.ts';
import type { Keep } from './store/retention.ts';
import { UnreadableSegments } from './unreadable-segments.ts';

const DATABASE_FILE = 'signalbox.db';
const DAMAGED_LINES_FILE = 'journal-damaged.jsonl';

/** Opens the database in the data directory and answers main. Throws `unavailable` or `init_failed`. */
export async function startRecorder(
  context: DaemonContext<RecorderConfig>,
): Promise<RunningDaemon<RecorderConfig, RecorderCommands>> {
  const log = context.log('database');
  const metrics = takeHandles(context.metrics);
  const { handles: queries } = standardInstrument(context.metrics, 'queue', 'queries');
  const threads = new ThreadPool({
    name: 'chunks',
    max: 1,
    idleMs: limits.encoderIdleMs.default,
    onLost: logLost(log),
  });
  instrumentPool(context.metrics, threads);
  const unreadableSegments = new UnreadableSegments(log);
  const file = join(context.dataDir, DATABASE_FILE);
  const recorder = new Recorder({
    sqlite: await loadSqlite(),
    file,
    keep: keepOf(context.config),
    now: Date.now,
    uptime: () => uptime() * 1_000,
    onLoss: ({ kind, message, aside }) => {
      if (kind === 'damaged') metrics.setAside.add();
      else metrics.lost.add();
      log.error('database_replaced', message, aside === null ? { kind } : { kind, aside });
    },
    onClockJump: (jumpMs) => {
      if (jumpMs === 0) {
        log.info('clock_followed', "The recorder follows the system's clock again");
        return;
      }
      const seconds = Math.round(Math.abs(jumpMs) / 1_000);
      log.warn(
        'clock_jumped',
        `The system's clock went ${jumpMs > 0 ? 'ahead' : 'back'} by ${seconds} seconds at once. It is followed if it stays ` +
          `there for ${kitLimits.clockBelieveSeconds.default} seconds; until then times are recorded as if it had not jumped.`,
        { seconds },
      );
    },
    encoder: poolEncoder(threads),
    onQueryBegun: (waitedMs) => queries.wait.record(waitedMs * 1e6),
    onDamagedRow: (message) => {
      metrics.damagedRows.add();
      log.warn('row_damaged', `A row of history cannot be read and was left out: ${message}`);
    },
  });
  instrumentCounts(context.metrics, 'queue', 'full chunks', () => recorder.fullChunks);
  context.metrics.onSample(() => {
    const { depth, highWater, capacity, submitted, begun, rejected } = recorder.queries.stats();
    metrics.waiting.set(recorder.queries.unfinished);
    queries.depth.set(depth);
    queries.high_water.set(highWater);
    queries.capacity.set(capacity);
    queries.submitted.setTotal(submitted);
    queries.completed.setTotal(begun);
    queries.rejected.setTotal(rejected);
    metrics.bytes.set(recorder.databaseBytes());
    metrics.rowsSecond.set(recorder.rows('samples_1s') + recorder.rows('recent'));
    metrics.rowsTen.set(recorder.rows('samples_10s'));
    metrics.rowsMinute.set(recorder.rows('samples_1m'));
    metrics.auditRows.set(recorder.rows('audit'));
  });
  log.info('database_open', `Recording to ${file}`, { bytes: recorder.databaseBytes() });
  let warnedEpoch = '';
  const timed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      metrics.query.recordSince(start);
    }
  };
  return {
    listeners: () => [],
    commands: {
      append: {
        run: (batch) => {
          const start = performance.now();
          try {
            const result = recorder.append(batch);
            metrics.batches.add();
            metrics.rows.add(result.stored);
            metrics.rejected.add(result.rejected);
            if (result.rejected > 0) warnOfRejected(result.rejected, batch.epoch);
            return result;
          } catch (error) {
            metrics.appendFailures.add();
            throw error;
          } finally {
            metrics.append.recordSince(start);
          }
        },
      },
      journal: {
        run: ({ folder, run }) => {
          const { stored, damaged, unreadable, done, more } = recorder.takeJournal(folder, run);
          metrics.rows.add(stored);
          if (damaged.length > 0) setLinesAside(damaged);
          unreadableSegments.tell(folder, unreadable);
          return { done, more };
        },
      },
      history: { run: (query, { signal }) => timed(() => recorder.history(query, signal)) },
      audit: { run: (query, { signal }) => timed(() => recorder.audit(query, signal)) },
      marks: { run: (query, { signal }) => timed(() => recorder.marks(query, signal)) },
      settingGet: { run: ({ key }) => ({ value: recorder.settingGet(key) }) },
      settingSet: {
        run: ({ key, value }) => {
          recorder.settingSet(key, value);
          return {};
        },
      },
      stats: { run: () => ({ rows: recorder.stats() }) },
      vacuum: { run: (_, { signal }) => recorder.vacuum(signal) },
      backup: {
        run: ({ file: copy }, { signal }) =>
          context.tasks.run({ title: 'Copying the database', cancellable: true, signal }, (task) =>
            recorder.backup(copy, task.signal, (done, total) => task.report({ phase: 'pages', done, total })),
          ),
      },
    },
    reload: async (config) => ({
      commit() {
        recorder.keep = keepOf(config);
      },
    }),
    async drain() {
      await recorder.close();
      // What was being encoded is computed again by the next start.
      await threads.close(0);
    },
  };

  function setLinesAside(lines: readonly DamagedLine[]): void {
    metrics.damagedLines.add(lines.length);
    const path = join(context.dataDir, DAMAGED_LINES_FILE);
    const kept = keepDamagedLines(path, lines);
    const [first] = lines;
    log.warn(
      'journal_line_damaged',
      `${lines.length} lines of the audit journal cannot be read and were left out; the first is in ${first?.segment} ` +
        `at byte ${first?.offset}: ${first?.why}. ${kept ? `They are kept in ${path}.` : `They could not be kept in ${path}.`} ` +
        'A last line that is cut off belongs to something that was not answered.',
      { lines: lines.length },
    );
  }

  /** Once a run of the app: main sends sixty of them a minute. */
  function warnOfRejected(count: number, epoch: string): void {
    if (epoch === warnedEpoch) return;
    warnedEpoch = epoch;
    log.warn('samples_rejected', `${count} samples fit no catalog that main has sent, and were left out`, {
      epoch,
    });
  }
}

function keepOf(config: RecorderConfig): Keep {
  return { historyDays: config.history_days, auditDays: config.audit_days, auditRows: config.audit_rows };
}

function takeHandles(registry: MetricRegistry) {
  const name = (suffix: string) => `signalbox_${manifest.id}_${suffix}`;
  return {
    batches: registry.counter(name('batches_total')),
    rows: registry.counter(name('rows_total')),
    rejected: registry.counter(name('rejected_total')),
    appendFailures: registry.counter(name('append_failures_total')),
    append: registry.histogram(name('append_seconds')),
    query: registry.histogram(name('query_seconds')),
    waiting: registry.gauge(name('queries_waiting')),
    bytes: registry.gauge(name('database_bytes')),
    rowsSecond: registry.gauge(name('rows_1s')),
    rowsTen: registry.gauge(name('rows_10s')),
    rowsMinute: registry.gauge(name('rows_1m')),
    auditRows: registry.gauge(name('audit_rows')),
    setAside: registry.counter(name('databases_set_aside_total')),
    lost: registry.counter(name('databases_lost_total')),
    damagedRows: registry.counter(name('damaged_rows_total')),
    damagedLines: registry.counter(name('damaged_lines_total')),
  };
}
