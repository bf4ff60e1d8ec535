/** Connects the keeper of messages to the process around it: the file, the peer, metrics, log. Called by main.ts. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MESSAGE_QUESTIONS, MESSAGES_LINE_CHARS, MESSAGES_PROTOCOL } from '../../contract/messages.ts';
import { systemClock } from '../../kit/clock.ts';
import { loadSqlite } from '../runtime/files/sqlite.ts';
import type { DaemonContext, RunningDaemon } from '../runtime/host/daemon-definition.ts';
import { PeerDoor } from '../runtime/net/peer-door.ts';
import { type Answerers, answerQuestions } from '../runtime/net/peer-questions.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { type MessagesConfig, manifest } from './manifest.ts';
import { MessageKeeper } from './message-keeper.ts';
import { openMessages } from './store/database.ts';
import { MessageStore } from './store/message-store.ts';

const DATABASE_FILE = 'messages.db';

/** Opens the database in the data directory and listens for the IRC server. Throws `unavailable` or `init_failed`. */
export async function startMessages(
  context: DaemonContext<MessagesConfig>,
): Promise<RunningDaemon<MessagesConfig, Record<never, never>>> {
  const log = context.log('messages');
  const { secret } = context.peers;
  const file = join(context.dataDir, DATABASE_FILE);
  const database = openMessages(await loadSqlite('messages'), file);
  const store = new MessageStore(database);
  const keeper = new MessageKeeper({
    store,
    clock: systemClock,
    now: Date.now,
    onProblem: (problem) =>
      problem === null
        ? log.info('written_again', 'Messages are written to the disk again')
        : log.error('not_written', `Messages cannot be written to ${file} (${problem}); it is tried again`),
  });
  const metrics = takeHandles(context.metrics);
  const door =
    secret === null
      ? null
      : new PeerDoor({
          protocol: MESSAGES_PROTOCOL,
          secret,
          lineChars: MESSAGES_LINE_CHARS,
          onRefused: (why) => log.warn('peer_refused', `A connection was ended: ${why}`),
          onPeer: (channel) =>
            answerQuestions(
              channel,
              MESSAGE_QUESTIONS,
              timed(keeper.answerers(), (start) => metrics.answer.recordSince(start)),
            ),
        });
  await door?.open();
  context.metrics.onSample(() => {
    const { written, deleted, transactions, failures } = keeper.counts;
    metrics.messages.set(store.messages);
    metrics.keptBytes.set(store.bytes);
    metrics.fileBytes.set(statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    metrics.written.setTotal(written);
    metrics.deleted.setTotal(deleted);
    metrics.transactions.setTotal(transactions);
    metrics.failures.setTotal(failures);
    metrics.connections.set(door?.size ?? 0);
  });
  log.info('database_open', `Keeping ${store.messages} messages in ${file}`, { messages: store.messages });
  return {
    listeners: () => door?.infos ?? [],
    commands: {},
    reload: async () => ({ commit() {} }),
    async drain() {
      door?.close();
      keeper.close();
      database.close();
    },
  };
}

/** The same answers, each told how long it took. */
function timed(
  answerers: Answerers<typeof MESSAGE_QUESTIONS>,
  record: (start: number) => void,
): Answerers<typeof MESSAGE_QUESTIONS> {
  const entries = Object.entries(answerers) as [string, (args: never) => unknown][];
  const wrapped = entries.map(([name, answer]) => [
    name,
    (args: never) => {
      const start = performance.now();
      try {
        return answer(args);
      } finally {
        record(start);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Answerers<typeof MESSAGE_QUESTIONS>;
}

function takeHandles(registry: MetricRegistry) {
  const name = (suffix: string) => `signalbox_${manifest.id}_${suffix}`;
  return {
    messages: registry.gauge(name('messages')),
    keptBytes: registry.gauge(name('kept_bytes')),
    fileBytes: registry.gauge(name('database_bytes')),
    written: registry.counter(name('written_total')),
    deleted: registry.counter(name('deleted_total')),
    transactions: registry.counter(name('transactions_total')),
    failures: registry.counter(name('write_failures_total')),
    answer: registry.histogram(name('answer_seconds')),
    connections: registry.gauge(name('connections')),
  };
}
