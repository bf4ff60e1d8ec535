/** Connects the keeper of accounts to the process around it: the file, peers, metrics, log. Called by main.ts. */
import { join, resolve } from 'node:path';
import { ACCOUNT_QUESTIONS, ACCOUNTS_LINE_CHARS, ACCOUNTS_PROTOCOL } from '../../contract/accounts.ts';
import { systemClock } from '../../kit/clock.ts';
import { AccountKeeper } from '../identity/account-keeper.ts';
import { Credentials, PASSWORD_TASKS, passwordPool, warmPasswords } from '../identity/credentials.ts';
import { AccountStore } from '../identity/store/account-store.ts';
import { ChannelStore } from '../identity/store/channel-store.ts';
import { openAccounts } from '../identity/store/database.ts';
import { WriteTurn } from '../identity/store/write-turn.ts';
import { instrumentPool } from '../runtime/async/pool-instrument.ts';
import { logLost } from '../runtime/async/pool-log.ts';
import { ThreadPool } from '../runtime/async/thread-pool.ts';
import { loadSqlite } from '../runtime/files/sqlite.ts';
import { copyDatabase } from '../runtime/files/sqlite-copy.ts';
import type { DaemonContext, RunningDaemon } from '../runtime/host/daemon-definition.ts';
import { PeerDoor } from '../runtime/net/peer-door.ts';
import { type Answerers, answerQuestions } from '../runtime/net/peer-questions.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { type AccountsCommands, type AccountsConfig, manifest } from './manifest.ts';

const DATABASE_FILE = 'accounts.db';

/** Opens the database in the data directory and listens for other daemons. Throws `unavailable` or `init_failed`. */
export async function startAccounts(
  context: DaemonContext<AccountsConfig>,
): Promise<RunningDaemon<AccountsConfig, AccountsCommands>> {
  const log = context.log('accounts');
  let { config } = context;
  const { secret } = context.peers;
  const file = join(context.dataDir, DATABASE_FILE);
  const database = openAccounts(await loadSqlite('accounts'), file);
  const pool = passwordPool(logLost(log));
  const credentials = new Credentials(pool);
  instrumentPool(context.metrics, pool, PASSWORD_TASKS);
  const threads = new ThreadPool({ name: 'account files', max: 1, onLost: logLost(log) });
  instrumentPool(context.metrics, threads);
  const writes = new WriteTurn(database, {
    checkpoints: { pool: threads, daemon: 'accounts' },
    onUnkept: ({ message }) => log.error('not_on_disk', message),
  });
  const store = new AccountStore(database, Date.now);
  const keeper = await AccountKeeper.open({
    store,
    channels: new ChannelStore(database, store, Date.now),
    writes,
    credentials,
    clock: systemClock,
    leastPassword: () => config.password_characters,
    onUnchecked: (why) => log.warn('login_unchecked', `A login could not be looked at: ${why}`),
    onFailure: (account, { address }, why) =>
      log.warn('login_failed', `A login to ${account} from ${address} failed: ${why}`, {
        account,
        address,
        why,
      }),
  });
  const metrics = takeHandles(context.metrics);
  const door =
    secret === null
      ? null
      : new PeerDoor({
          protocol: ACCOUNTS_PROTOCOL,
          secret,
          lineChars: ACCOUNTS_LINE_CHARS,
          onRefused: (why) => log.warn('peer_refused', `A connection was ended: ${why}`),
          async onPeer(channel) {
            const ended = keeper.onNews((news) => {
              // One that does not read is behind by what its channel holds, and is told the rest when it asks.
              if (channel.tryWrite(JSON.stringify({ news })) === 'full') channel.close();
            });
            const answerers = timed(keeper.answerers(), (start) => metrics.answer.recordSince(start));
            await answerQuestions(channel, ACCOUNT_QUESTIONS, answerers).finally(ended);
          },
        });
  await door?.open();
  context.metrics.onSample(() => {
    const { succeeded, failed, throttled } = keeper.logins.counts;
    metrics.accounts.set(keeper.store.count);
    metrics.registrations.setTotal(keeper.registered);
    metrics.logins.setTotal(succeeded);
    metrics.failures.setTotal(failed);
    metrics.throttled.setTotal(throttled);
    metrics.transactions.setTotal(writes.committed);
    metrics.connections.set(door?.size ?? 0);
    metrics.bytes.set(keeper.store.bytes);
  });
  // Where there are none, nobody can log in.
  if (keeper.store.count > 0) warmPasswords(pool);
  log.info('database_open', `Keeping ${keeper.store.count} accounts in ${file}`, {
    accounts: keeper.store.count,
  });
  return {
    listeners: () => door?.infos ?? [],
    commands: {
      backup: {
        run: ({ file: copy }, { signal }) =>
          context.tasks.run({ title: 'Copying the accounts', cancellable: true, signal }, (task) =>
            copyDatabase(database, resolve(context.dataDir, copy), {
              signal: task.signal,
              onPages: (done, total) => task.report({ phase: 'pages', done, total }),
            }),
          ),
      },
    },
    reload: async (next) => ({
      commit() {
        config = next;
      },
    }),
    async drain() {
      door?.close();
      await credentials.close();
      await threads.close(0);
      await writes.close();
      database.close();
    },
  };
}

/** The same answers, each told how long it took. */
function timed<Table extends typeof ACCOUNT_QUESTIONS>(
  answerers: Answerers<Table>,
  record: (start: number) => void,
): Answerers<Table> {
  const entries = Object.entries(answerers) as [string, (args: never) => unknown][];
  const wrapped = entries.map(([name, answer]) => [
    name,
    async (args: never) => {
      const start = performance.now();
      try {
        return await answer(args);
      } finally {
        record(start);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Answerers<Table>;
}

function takeHandles(registry: MetricRegistry) {
  const name = (suffix: string) => `signalbox_${manifest.id}_${suffix}`;
  return {
    accounts: registry.gauge(name('accounts')),
    registrations: registry.counter(name('registrations_total')),
    logins: registry.counter(name('logins_total')),
    failures: registry.counter(name('login_failures_total')),
    throttled: registry.counter(name('logins_throttled_total')),
    transactions: registry.counter(name('transactions_total')),
    answer: registry.histogram(name('answer_seconds')),
    connections: registry.gauge(name('connections')),
    bytes: registry.gauge(name('database_bytes')),
  };
}
