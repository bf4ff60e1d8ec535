/** The keeper as the runtime starts it, in this process, asked over its door by somebody of the same instance. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ACCOUNT_QUESTIONS, ACCOUNTS_LINE_CHARS, ACCOUNTS_PROTOCOL } from '../../contract/accounts.ts';
import { endpointOf } from '../../contract/link/endpoint.ts';
import { portOf } from '../../contract/listen-place.ts';
import { systemClock } from '../../kit/clock.ts';
import type { DaemonContext } from '../runtime/host/daemon-definition.ts';
import { PeerDirectory } from '../runtime/host/peer-directory.ts';
import { TaskBoard } from '../runtime/host/task-board.ts';
import { PeerLink } from '../runtime/net/peer-link.ts';
import { PeerQuestions } from '../runtime/net/peer-questions.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { startAccounts } from './daemon.ts';
import { type AccountsConfig, manifest } from './manifest.ts';

const SECRET = new Uint8Array(32).fill(7);
const HOME = { address: '192.0.2.1', fingerprint: null };

let folder: string;
let metrics: MetricRegistry;
let logged: unknown[][];
let running: Awaited<ReturnType<typeof startAccounts>>;
let questions: PeerQuestions<typeof ACCOUNT_QUESTIONS>;
let link: PeerLink;
let connections: number;
let ended: number;
const news: unknown[] = [];

function start(peers: PeerDirectory): ReturnType<typeof startAccounts> {
  metrics = new MetricRegistry('accounts', manifest.metrics);
  const write =
    (level: string) =>
    (...record: unknown[]) =>
      logged.push([level, ...record]);
  const log = { debug() {}, info: write('info'), warn: write('warn'), error: write('error') };
  const config = manifest.config.parse({});
  return startAccounts({
    config,
    dataDir: folder,
    metrics,
    peers,
    tasks: new TaskBoard(),
    log: () => log,
  } as unknown as DaemonContext<AccountsConfig>);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-daemon-'));
  logged = [];
  news.length = 0;
  connections = 0;
  ended = 0;
  const introduced = new PeerDirectory();
  introduced.introduce([], SECRET);
  running = await start(introduced);
  const directory = new PeerDirectory();
  directory.introduce([], SECRET);
  questions = new PeerQuestions(ACCOUNT_QUESTIONS, systemClock);
  link = new PeerLink({
    peers: directory,
    clock: systemClock,
    protocol: ACCOUNTS_PROTOCOL,
    lineChars: ACCOUNTS_LINE_CHARS,
    onPeer: async (channel) => {
      const over = questions.use(channel, (one) => news.push(one));
      connections++;
      await over.finally(() => ended++);
    },
    onBroken: () => {},
  });
  const [listener] = running.listeners();
  const endpoint = endpointOf({
    protocol: ACCOUNTS_PROTOCOL,
    host: '127.0.0.1',
    port: portOf(listener),
    tls: false,
  });
  directory.update([{ id: 'accounts', endpoints: [endpoint] }]);
  await until(() => connections === 1);
});
afterEach(async () => {
  link.close();
  await running.drain(AbortSignal.timeout(10_000));
  rmSync(folder, { recursive: true });
});

const register = (account: string, password: string) =>
  questions.ask('register', { account, password, email: null, origin: HOME });
const identify = (nick: string, password: string) =>
  questions.ask('identify', { nick, password, origin: HOME });

/** Every figure but the size of the file and how long answers took. */
function figures(): Record<string, number> {
  metrics.sample();
  const { layout, values } = metrics;
  const of = (suffix: string) => values[layout.slot(`signalbox_accounts_${suffix}`)]!;
  expect(of('database_bytes')).toBeGreaterThan(4_096);
  return Object.fromEntries(
    [
      'accounts',
      'registrations_total',
      'logins_total',
      'login_failures_total',
      'logins_throttled_total',
      'transactions_total',
      'connections',
      'answer_seconds',
    ].map((suffix) => [suffix, of(suffix)]),
  );
}

it('answers whoever knows the secret, tells news, measures it, and keeps it for the next start', async () => {
  expect(await register('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
  expect(await register('bob', 'seven77')).toMatchObject({ why: 'weak' });
  expect(await identify('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
  expect(await identify('ann', 'wrong')).toMatchObject({ why: 'credentials' });
  expect(news).toEqual([
    { kind: 'nick', account: 'ann', nick: 'ann', owned: true },
    { kind: 'guessed', account: 'ann', count: 1, address: HOME.address },
  ]);
  expect(logged).toContainEqual([
    'warn',
    'login_failed',
    `A login to ann from ${HOME.address} failed: wrong password`,
    { account: 'ann', address: HOME.address, why: 'wrong password' },
  ]);
  await questions.ask('drop', { account: 'ann' }).then(() => register('Bob', 'correct-horse'));
  expect(figures()).toEqual({
    accounts: 1,
    registrations_total: 2,
    logins_total: 1,
    login_failures_total: 1,
    logins_throttled_total: 0,
    // What makes the file, two registrations, a login, a failure, a drop.
    transactions_total: 6,
    connections: 1,
    answer_seconds: 6,
  });
  await running.drain(AbortSignal.timeout(10_000));
  await until(() => ended === 1);
  const alone = new PeerDirectory();
  running = await start(alone);
  expect(running.listeners()).toEqual([]);
  expect(figures()).toMatchObject({ accounts: 1, registrations_total: 0, connections: 0, answer_seconds: 0 });
  expect(logged.at(-1)).toEqual([
    'info',
    'database_open',
    `Keeping 1 accounts in ${join(folder, 'accounts.db')}`,
    { accounts: 1 },
  ]);
});

it('asks for longer passwords once it is told so, and copies its file', async () => {
  const next = manifest.config.parse({ password_characters: 20 });
  const pending = await running.reload!(next, undefined);
  expect(await register('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
  pending.commit();
  expect(await register('bob', 'correct-horse')).toMatchObject({ why: 'weak' });
  const call = { signal: new AbortController().signal, actor: {} as never };
  const copy = join(folder, 'copy.db');
  expect(await running.commands.backup.run({ file: 'copy.db' }, call)).toMatchObject({ file: copy });
  expect(existsSync(copy)).toBe(true);
  await expect(running.commands.backup.run({ file: copy }, call)).rejects.toMatchObject({ code: 'conflict' });
});
