import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Outcome } from '../../contract/errors.ts';
import type { FromDaemon } from '../../contract/link/from-daemon.ts';
import { NO_PEERS } from '../../contract/link/test-introduction.ts';
import type { ToDaemon } from '../../contract/link/to-daemon.ts';
import { logRecordSchema } from '../../contract/log-record.ts';
import { layoutOf } from '../../contract/metric-frame.ts';
import { METRICS, sample } from './test-fixtures/scene.ts';

let folder: string;
let child: ChildProcess;
let messages: FromDaemon[];
let wake: () => void = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-recorder-'));
  messages = [];
  child = fork(join(import.meta.dirname, 'main.ts'), { serialization: 'advanced', stdio: 'ignore' });
  child.on('message', (message) => {
    messages.push(message as FromDaemon);
    wake();
  });
});

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

async function next<Found extends FromDaemon>(is: (message: FromDaemon) => message is Found): Promise<Found> {
  for (;;) {
    const found = messages.find(is);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const send = (message: ToDaemon) => child.send(message);
const ofType =
  <Type extends FromDaemon['type']>(type: Type) =>
  (message: FromDaemon): message is Extract<FromDaemon, { type: Type }> =>
    message.type === type;

let requestId = 0;
async function command(name: string, args: unknown): Promise<Outcome<unknown>> {
  const id = ++requestId;
  const actor = { name: 'main', from: 'system', role: 'admin' } as const;
  send({ type: 'command', requestId: id, name, args, timeoutMs: 10_000, actor });
  const reply = await next(
    (message): message is Extract<FromDaemon, { type: 'reply' }> =>
      message.type === 'reply' && message.requestId === id,
  );
  return reply.outcome;
}

const init = (config: unknown = {}) =>
  send({ type: 'init', config, dataDir: folder, logDir: join(folder, 'logs'), instance: 1, ...NO_PEERS });

it('stores what main sends over the link, answers from it, and counts it', async () => {
  await next(ofType('hello'));
  init();
  const { catalog } = await next(ofType('ready'));
  const now = Math.floor(Date.now() / 1_000);
  const batch = {
    epoch: 'run-1',
    batch: 0,
    catalogs: [{ source: 'ircd', metrics: METRICS.map((metric) => ({ ...metric, help: 'Something' })) }],
    samples: [sample(now, { level: 7, wait_seconds: [1_000, 2_000] })],
  };
  expect(await command('append', batch)).toEqual({ ok: true, result: { stored: 1, rejected: 0 } });
  const metrics = ['level', 'wait_seconds'];
  const history = await command('history', { source: 'ircd', metrics, from: now, to: now, points: 10 });
  expect(history).toMatchObject({
    ok: true,
    result: {
      times: [now],
      series: expect.arrayContaining([{ metric: 'level', stat: 'value', values: [7] }]),
    },
  });
  expect(await command('append', { epoch: 'run-1', batch: 1, samples: 'none' })).toMatchObject({
    ok: false,
    error: { code: 'bad_request' },
  });
  expect(await command('settingSet', { key: 'theme', value: 'dark' })).toEqual({ ok: true, result: {} });
  expect(await command('settingGet', { key: 'theme' })).toEqual({ ok: true, result: { value: 'dark' } });
  expect(await command('stats', {})).toMatchObject({ ok: true, result: { rows: expect.any(Array) } });

  messages = messages.filter(({ type }) => type !== 'summary');
  const { summary } = await next(ofType('summary'));
  const layout = layoutOf(catalog.metrics);
  expect(summary.values[layout.slot('signalbox_recorder_batches_total')]).toBe(1);
  expect(summary.values[layout.slot('signalbox_recorder_rows_1s')]).toBe(1);
  expect(summary.values[layout.slot('signalbox_recorder_database_bytes')]).toBeGreaterThan(4_096);
  // The queue of queries is an instrument, in the catalog from the beginning.
  expect(summary.revision).toBe(catalog.revision);
  const queue = (metric: string) =>
    summary.values[layout.slot(`signalbox_recorder_queue_${metric}{queue="queries"}`)];
  const figures = ['submitted_total', 'completed_total', 'rejected_total', 'depth', 'wait_seconds'];
  expect(figures.map(queue)).toEqual([1, 1, 0, 0, 1]);

  send({ type: 'stop', deadlineMs: 5_000 });
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('says loudly that a damaged database was set aside', async () => {
  writeFileSync(join(folder, 'signalbox.db'), 'garbage'.repeat(2_000));
  await next(ofType('hello'));
  init();
  await next(ofType('ready'));
  const replacedIn = (records: readonly unknown[]) =>
    records.map((record) => logRecordSchema.parse(record)).find(({ event }) => event === 'database_replaced');
  const { records } = await next(
    (message): message is Extract<FromDaemon, { type: 'logs' }> =>
      message.type === 'logs' && replacedIn(message.records) !== undefined,
  );
  expect(replacedIn(records)).toMatchObject({ level: 'error' });
});

it('says why it cannot start where it cannot write, and that it is worth trying again', async () => {
  await next(ofType('hello'));
  send({
    type: 'init',
    config: {},
    dataDir: join(folder, 'absent'),
    logDir: join(folder, 'logs'),
    instance: 1,
    ...NO_PEERS,
  });
  const { error } = await next(ofType('failed'));
  expect(error.code).toBe('unavailable');
  expect(error.message).toContain('signalbox.db cannot be opened');
});

it('names the setting that is wrong', async () => {
  await next(ofType('hello'));
  init({ history_days: 0 });
  const { error } = await next(ofType('failed'));
  expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('history_days') });
});
