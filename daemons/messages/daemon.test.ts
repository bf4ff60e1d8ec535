/** The keeper as the runtime starts it, in this process, asked over its door by somebody of the same instance. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endpointOf } from '../../contract/link/endpoint.ts';
import { portOf } from '../../contract/listen-place.ts';
import {
  MESSAGE_QUESTIONS,
  MESSAGES_LINE_CHARS,
  MESSAGES_PROTOCOL,
  type StoreChange,
} from '../../contract/messages.ts';
import { systemClock } from '../../kit/clock.ts';
import type { DaemonContext } from '../runtime/host/daemon-definition.ts';
import { PeerDirectory } from '../runtime/host/peer-directory.ts';
import { PeerLink } from '../runtime/net/peer-link.ts';
import { PeerQuestions } from '../runtime/net/peer-questions.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { startMessages } from './daemon.ts';
import { type MessagesConfig, manifest } from './manifest.ts';
import { openMessages } from './store/database.ts';

const SECRET = new Uint8Array(32).fill(7);

let folder: string;
let metrics: MetricRegistry;
let logged: unknown[][];

function start(peers: PeerDirectory): ReturnType<typeof startMessages> {
  metrics = new MetricRegistry('messages', manifest.metrics);
  const write =
    (level: string) =>
    (...record: unknown[]) =>
      logged.push([level, ...record]);
  const log = { debug() {}, info: write('info'), warn: write('warn'), error: write('error') };
  const parts = { config: manifest.config.parse({}), dataDir: folder, metrics, peers, log: () => log };
  return startMessages(parts as unknown as DaemonContext<MessagesConfig>);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'messages-daemon-'));
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Every figure but how large the file is. */
function figures(): Record<string, number> {
  metrics.sample();
  const { layout, values } = metrics;
  const of = (suffix: string) => values[layout.slot(`signalbox_messages_${suffix}`)]!;
  expect(of('database_bytes')).toBeGreaterThanOrEqual(4_096);
  return Object.fromEntries(
    [
      ...['messages', 'kept_bytes', 'written_total', 'deleted_total', 'transactions_total'],
      ...['write_failures_total', 'answer_seconds', 'connections'],
    ].map((suffix) => [suffix, of(suffix)]),
  );
}

it('answers whoever knows the secret, measures it, and has what was written at the next start', async () => {
  const introduced = new PeerDirectory();
  introduced.introduce([], SECRET);
  const running = await start(introduced);
  const directory = new PeerDirectory();
  directory.introduce([], SECRET);
  const questions = new PeerQuestions(MESSAGE_QUESTIONS, systemClock);
  let connections = 0;
  const link = new PeerLink({
    peers: directory,
    clock: systemClock,
    protocol: MESSAGES_PROTOCOL,
    lineChars: MESSAGES_LINE_CHARS,
    onPeer: async (channel) => {
      connections++;
      await questions.use(channel, () => {});
    },
    onBroken: () => {},
  });
  const port = portOf(running.listeners()[0]);
  const endpoint = endpointOf({ protocol: MESSAGES_PROTOCOL, host: '127.0.0.1', port, tls: false });
  directory.update([{ id: 'messages', endpoints: [endpoint] }]);
  await until(() => connections === 1);
  expect(await questions.ask('open', { keepMs: 1_000, scopeMessages: 10, totalBytes: 1_000 })).toEqual({
    order: 0,
  });
  const message = { order: 5, at: 1, kept: Date.now(), event: false, id: 'x', bytes: 7, data: 'hello' };
  const change: StoreChange = { do: 'keep', scope: 'c#c', message, peer: null };
  await questions.ask('write', { run: 'r', batch: 1, changes: [change], clean: true });
  await expect(
    questions.ask('write', { run: 'r', batch: 2, changes: [{ ...change, scope: '#c' }], clean: true }),
  ).rejects.toMatchObject({
    code: 'bad_request',
  });
  expect(figures()).toEqual({
    messages: 1,
    kept_bytes: 7,
    written_total: 1,
    deleted_total: 0,
    transactions_total: 1,
    write_failures_total: 0,
    answer_seconds: 2,
    connections: 1,
  });
  link.close();
  (await running.reload!(manifest.config.parse({}), undefined)).commit();
  await running.drain(AbortSignal.timeout(10_000));
  const again = await start(new PeerDirectory());
  expect(again.listeners()).toEqual([]);
  expect(figures()).toMatchObject({ messages: 1, written_total: 0, connections: 0 });
  expect(logged.at(-1)).toEqual([
    'info',
    'database_open',
    `Keeping 1 messages in ${join(folder, 'messages.db')}`,
    { messages: 1 },
  ]);
  await again.drain(AbortSignal.timeout(10_000));
});

it('leaves a file alone that is damaged or of somebody else, and has none of what was deleted in its own', async () => {
  const file = join(folder, 'messages.db');
  writeFileSync(
    file,
    'no database at all, but text that is long enough to be looked at as if it was one'.repeat(99),
  );
  const { size } = statSync(file);
  await expect(start(new PeerDirectory())).rejects.toMatchObject({ code: 'init_failed' });
  expect(statSync(file).size).toBe(size);
  const own = openMessages(BetterSqlite3, join(folder, 'own.db'));
  expect(
    ['secure_delete', 'auto_vacuum', 'synchronous'].map((name) => own.pragma(name, { simple: true })),
  ).toEqual([1, 2, 2]);
  own.close();
  expect(() => openMessages(BetterSqlite3, join(folder, 'none', 'own.db'))).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  );
});
