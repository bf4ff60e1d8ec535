/** What a daemon's process says to main and when, in this process and by a clock that stands still. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { LINK_PROTOCOL } from '../../../contract/link/protocol.ts';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import { logRecordSchema } from '../../../contract/log-record.ts';
import { defineCommand, defineManifest } from '../../../contract/manifest.ts';
import { layoutOf } from '../../../contract/metric-frame.ts';
import { seriesId } from '../../../contract/series-id.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import { limits } from '../limits.ts';
import type { DaemonContext } from './daemon-definition.ts';
import { runDaemon } from './run-daemon.ts';
import { FakeParent, soon } from './test-fixtures/fake-parent.ts';

const nothing = defineCommand({
  summary: '',
  danger: 'safe',
  access: 'operate',
  args: z.object({}),
  result: 'json',
});
const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: '',
  config: z.object({ greeting: z.string().default('hello') }),
  metrics: [],
  commands: { hang: nothing, break: nothing, refuse: nothing },
});
type Context = DaemonContext<{ readonly greeting: string }>;
const actor = { name: 'tester', from: 'cli', role: 'admin' } as const;
const LISTENERS: ListenerInfo[] = [
  { protocol: 'echo', host: '::1', port: 7, tls: true },
  { protocol: 'echo', path: '/run/echo.sock' },
];

let parent: FakeParent;
let dir: string;
let exits: { readonly code: unknown; readonly after: string[] }[];
let signals: Map<string, () => void>;
let umask: number;
let stderr: string;
let context: Context;
/** What the daemon's own code does; a test changes it before the start. */
let own: {
  listeners: ListenerInfo[];
  start: () => void | Promise<void>;
  reload: () => void;
  drain: (deadline: AbortSignal) => Promise<void>;
};

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  dir = mkdtempSync(join(tmpdir(), 'signalbox-linked-'));
  umask = process.umask();
  exits = [];
  signals = new Map();
  stderr = '';
  own = { listeners: LISTENERS, start: () => {}, reload: () => {}, drain: () => Promise.resolve() };
  parent = new FakeParent();
  parent.install();
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push({ code, after: parent.sent.map(({ type }) => type) });
    return undefined as never;
  });
  const { on } = process;
  vi.spyOn(process, 'on').mockImplementation(((event: string, listener: () => void) => {
    if (!event.startsWith('SIG')) return on.call(process, event, listener);
    signals.set(event, listener);
    return process;
  }) as typeof process.on);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(async () => {
  if (exits.length === 0) {
    own.drain = () => Promise.resolve();
    parent.leave();
    await soon(() => exits.length > 0);
  }
  parent.remove();
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.umask(umask);
  rmSync(dir, { recursive: true, force: true });
});

function run(): void {
  runDaemon({
    manifest,
    async start(given) {
      context = given;
      await own.start();
      return {
        listeners: () => own.listeners,
        commands: {
          hang: { run: () => new Promise(() => {}) },
          break: {
            run() {
              throw new TypeError('a defect');
            },
          },
          refuse: {
            run() {
              throw new SignalboxError('refused', 'Not today.');
            },
            impact: () => 'nothing at all',
          },
        },
        reload: async () => ({ commit: () => own.reload() }),
        drain: (deadline) => own.drain(deadline),
      };
    },
  });
}

async function start(config: unknown = {}): Promise<void> {
  run();
  parent.say({ type: 'init', config, dataDir: dir, logDir: dir, instance: 3, ...NO_PEERS });
  await parent.heard('ready');
  await parent.heard('summary');
}

const command = (requestId: number, name: string, timeoutMs = 1_000) =>
  parent.say({ type: 'command', requestId, name, args: {}, timeoutMs, actor });
const reply = async (requestId: number) =>
  (await parent.heard('reply', (message) => message.requestId === requestId)).outcome;
const logged = () =>
  parent.said('logs').flatMap(({ records }) => records.map((record) => logRecordSchema.parse(record)));

it('says who it is and makes everything private before it does anything else', () => {
  run();
  expect(parent.sent).toEqual([
    {
      type: 'hello',
      protocol: LINK_PROTOCOL,
      id: 'echo',
      pid: process.pid,
      runtime: `node ${process.versions.node}`,
    },
  ]);
  expect(process.umask()).toBe(0o077);
});

it('says under Electron which Electron it runs in', () => {
  const versions = { ...process.versions };
  Object.defineProperty(process, 'versions', { value: { ...versions, electron: '33.2.0' } });
  try {
    run();
  } finally {
    Object.defineProperty(process, 'versions', { value: versions });
  }
  expect(parent.said('hello')[0]?.runtime).toBe('electron 33.2.0');
});

it('tells where it listens when it is ready, to main and in words in its log', async () => {
  await start();
  expect(parent.said('ready')[0]).toMatchObject({
    listeners: [
      { kind: 'tcp', protocol: 'echo', host: '::1', port: 7, tls: true },
      { kind: 'unix', protocol: 'echo', path: '/run/echo.sock' },
    ],
    catalog: { revision: 2 },
  });
  vi.advanceTimersByTime(100);
  expect(logged().find(({ event }) => event === 'ready')).toMatchObject({
    level: 'info',
    subsystem: 'daemon',
    message: 'Ready for echo over TLS on [::1]:7, echo on /run/echo.sock',
  });
  expect(context).toMatchObject({ dataDir: dir, config: { greeting: 'hello' } });
});

it('is just ready where it listens nowhere', async () => {
  own.listeners = [];
  await start();
  vi.advanceTimersByTime(100);
  expect(logged().map(({ message }) => message)).toEqual(['Ready']);
});

it('tells main where it listens now when a reload has moved it, and only then', async () => {
  await start();
  const moved: ListenerInfo = { protocol: 'echo', host: '127.0.0.1', port: 8, tls: false };
  own.reload = () => {};
  parent.say({ type: 'reload', step: 'begin', requestId: 1, config: {} });
  parent.say({ type: 'reload', step: 'commit', requestId: 2 });
  expect(await reply(2)).toMatchObject({ ok: true, result: { applied: [] } });
  expect(parent.said('listeners')).toEqual([]);
  own.reload = () => {
    own.listeners = [moved];
  };
  parent.say({ type: 'reload', step: 'begin', requestId: 3, config: { greeting: 'hi' } });
  parent.say({ type: 'reload', step: 'commit', requestId: 4 });
  expect(await reply(4)).toMatchObject({ ok: true, result: { applied: ['greeting'] } });
  expect(parent.said('listeners')).toEqual([{ type: 'listeners', listeners: [{ kind: 'tcp', ...moved }] }]);
});

it('sums a second up when it is ready and each second from then on', async () => {
  await start();
  expect(parent.said('summary')).toHaveLength(1);
  vi.advanceTimersByTime(999);
  expect(parent.said('summary')).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(parent.said('summary')).toHaveLength(2);
  vi.advanceTimersByTime(3_000);
  expect(parent.said('summary')).toHaveLength(5);
  expect(parent.said('catalog')).toEqual([]);
});

it('says what it measures before the first second that holds something else, once', async () => {
  await start();
  context.metrics.instrument('queue', { queue: 'a' }, { length: { kind: 'gauge', help: '' } });
  vi.advanceTimersByTime(3_000);
  const types = parent.sent.map(({ type }) => type).filter((type) => type !== 'logs');
  expect(types).toEqual(['hello', 'ready', 'summary', 'catalog', 'summary', 'summary', 'summary']);
  expect(parent.said('catalog')[0]?.catalog.revision).toBe(3);
  // Whoever asks is told, and not once more of itself.
  parent.say({ type: 'catalog?' });
  vi.advanceTimersByTime(1_000);
  expect(parent.said('catalog')).toHaveLength(2);
});

it('shows what it has asked main and was not answered, and says when that is much', async () => {
  await start();
  // What it measures is known from the beginning.
  const { catalog } = parent.said('ready')[0]!;
  const ids = catalog.metrics.map(seriesId);
  for (const name of ['wishes', 'deeds'])
    expect(ids).toContain(`signalbox_echo_correlation_depth{correlation="${name}"}`);
  const slot = layoutOf(catalog.metrics).slot('signalbox_echo_correlation_depth{correlation="wishes"}');
  const most = Math.ceil(limits.wishesWaiting.default * 0.8);
  for (let n = 0; n < most; n++) void context.requestLifecycle({ action: 'reload', actor: 'a', reason: 'b' });
  vi.advanceTimersByTime(1_000);
  expect(parent.said('summary').at(-1)!.summary.values[slot]).toBe(most);
  expect(logged().filter(({ event }) => event === 'requests_crowded')).toMatchObject([
    {
      level: 'warn',
      subsystem: 'link',
      message: `${most} of ${limits.wishesWaiting.default} wishes that may wait for an answer of main do.`,
    },
  ]);
});

it('sends a log record at once, then collects them for a tenth of a second and sends them together', async () => {
  await start();
  vi.advanceTimersByTime(200);
  const before = parent.said('logs').length + 1;
  const log = context.log('net');
  log.info('zero', '0');
  expect(parent.said('logs')).toHaveLength(before);
  expect(parent.said('logs').at(-1)).toMatchObject({ records: [{ event: 'zero' }], dropped: 0 });
  log.info('one', '1');
  vi.advanceTimersByTime(60);
  log.warn('two', '2');
  vi.advanceTimersByTime(39);
  expect(parent.said('logs')).toHaveLength(before);
  vi.advanceTimersByTime(1);
  expect(parent.said('logs')).toHaveLength(before + 1);
  const { records, dropped } = parent.said('logs').at(-1)!;
  expect(records).toMatchObject([
    { event: 'one', level: 'info', subsystem: 'net' },
    { event: 'two', level: 'warn' },
  ]);
  expect(dropped).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(parent.said('logs')).toHaveLength(before + 1);
});

it('drops what it logs faster than a batch may hold, counts it, and begins anew with the next', async () => {
  await start();
  vi.advanceTimersByTime(200);
  const log = context.log('net');
  // The first goes at once.
  for (let n = 0; n < limits.logBatchRecords.default + 1 + 7; n++) log.info('flood', `${n}`);
  vi.advanceTimersByTime(100);
  const full = parent.said('logs').at(-1)!;
  expect([full.records.length, full.dropped]).toEqual([limits.logBatchRecords.default, 7]);
  log.info('after', '');
  vi.advanceTimersByTime(100);
  expect(parent.said('logs').at(-1)).toMatchObject({ records: [{ event: 'after' }], dropped: 0 });
  // And the operator sees it as any batcher.
  const { catalog } = parent.said('ready')[0]!;
  const slot = layoutOf(catalog.metrics).slot('signalbox_echo_batcher_batches_total{batcher="logs"}');
  vi.advanceTimersByTime(1_000);
  expect(parent.said('summary').at(-1)!.summary.values[slot]).toBe(parent.said('logs').length);
});

it('answers a command that fails with its code, and keeps the stack of a defect for the log', async () => {
  await start();
  command(1, 'refuse');
  command(2, 'break');
  expect(await reply(1)).toEqual({
    ok: false,
    error: { code: 'refused', message: 'Not today.', detail: undefined },
  });
  expect(await reply(2)).toMatchObject({ ok: false, error: { code: 'internal', message: 'a defect' } });
  vi.advanceTimersByTime(100);
  const defects = logged().filter(({ event }) => event === 'command_defect');
  expect(defects).toHaveLength(1);
  expect(defects[0]).toMatchObject({
    level: 'error',
    message: expect.stringContaining('TypeError: a defect'),
  });
});

it('gives a command its time to the millisecond and says how much it was; a later cancel finds nothing', async () => {
  await start();
  const timers = vi.getTimerCount();
  command(1, 'hang', 5_000);
  command(2, 'refuse', 5_000);
  await reply(2);
  expect(vi.getTimerCount()).toBe(timers + 1);
  vi.advanceTimersByTime(4_999);
  expect(parent.said('reply').map(({ requestId }) => requestId)).toEqual([2]);
  vi.advanceTimersByTime(1);
  expect(await reply(1)).toMatchObject({
    ok: false,
    error: { code: 'timeout', message: 'hang took longer than 5000 ms.' },
  });
  parent.say({ type: 'cancel', requestId: 1 });
  parent.say({ type: 'cancel', requestId: 99 });
  command(3, 'hang');
  parent.say({ type: 'cancel', requestId: 3 });
  expect(await reply(3)).toMatchObject({
    error: { code: 'cancelled', message: 'The command was cancelled.' },
  });
  expect(parent.said('reply')).toHaveLength(3);
});

it('says what a command or a stop would do, and that a stop would do nothing where nobody says so', async () => {
  await start();
  parent.say({ type: 'impact', requestId: 1, name: 'refuse', args: {} });
  parent.say({ type: 'impact', requestId: 2, name: 'hang', args: {} });
  parent.say({ type: 'impact', requestId: 3, name: '$stop', args: {} });
  parent.say({ type: 'impact', requestId: 4, name: 'other', args: {} });
  expect(await Promise.all([1, 2, 3].map(reply))).toEqual([
    { ok: true, result: 'nothing at all' },
    { ok: true, result: null },
    { ok: true, result: null },
  ]);
  expect(await reply(4)).toMatchObject({ ok: false, error: { code: 'unknown_command' } });
});

it('knows of the other daemons what main tells, and tells of its tasks, which main may end', async () => {
  await start();
  const endpoints = [{ kind: 'tcp', protocol: 'p10', host: '127.0.0.1', port: 9, tls: false }] as const;
  expect(context.peers.all).toEqual([]);
  expect(context.peers.secret).toEqual(NO_PEERS.secret);
  parent.say({ type: 'peers', peers: [{ id: 'ircd', endpoints: [...endpoints] }] });
  expect(context.peers.all).toEqual([{ id: 'ircd', endpoints }]);
  const work = context.tasks.run({ title: 'Copying', cancellable: true }, ({ signal }) => {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  expect(parent.said('task')).toMatchObject([{ task: { id: 1, title: 'Copying', end: null } }]);
  parent.say({ type: 'task-cancel', id: 1 });
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  expect(parent.said('task').at(-1)).toMatchObject({ task: { end: 'cancelled' } });
});

it('has main write down what its operators do', async () => {
  await start();
  const deed = { actor: 'boss!o@h', command: 'KILL', args: { nick: 'bob' } };
  const answer = Promise.resolve(context.beginDeed(deed, 'refuse'));
  const { requestId } = await parent.heard('deed');
  parent.say({ type: 'deed-begun', requestId, outcome: { ok: true, result: null } });
  expect(await answer).toMatchObject({ mayRun: true, deed: { unwritten: null } });
});

it('asks main for what only main can do, and hears what came of it or that nobody answered', async () => {
  await start();
  const wish = { action: 'reload', actor: 'boss', reason: 'REHASH' } as const;
  const first = context.requestLifecycle(wish);
  expect(parent.said('lifecycle')).toEqual([{ type: 'lifecycle', requestId: 1, ...wish }]);
  parent.say({ type: 'lifecycle-outcome', requestId: 1, outcome: { ok: true, result: 'done' } });
  expect(await first).toEqual({ ok: true, result: 'done' });
  const second = context.requestLifecycle(wish);
  vi.advanceTimersByTime(limits.wishAnswerMs.default);
  expect(await second).toMatchObject({
    ok: false,
    error: { code: 'timeout', message: expect.stringContaining('The wish to reload was not answered') },
  });
  const many = Array.from({ length: limits.wishesWaiting.default + 1 }, () => context.requestLifecycle(wish));
  expect(await many.at(-1)).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
  expect(parent.said('lifecycle')).toHaveLength(2 + limits.wishesWaiting.default);
  parent.leave();
  expect(await many[0]).toEqual({
    ok: false,
    error: { code: 'no_instance', message: 'Signalbox has ended before it answered.', detail: undefined },
  });
});

it('takes SIGTERM for a wish to be stopped by main, and leaves Ctrl-C and a closed terminal to main', async () => {
  await start();
  signals.get('SIGINT')?.();
  signals.get('SIGHUP')?.();
  expect(parent.said('lifecycle')).toEqual([]);
  signals.get('SIGTERM')?.();
  expect([...signals.keys()].sort()).toEqual(['SIGHUP', 'SIGINT', 'SIGTERM']);
  expect(parent.said('lifecycle')).toMatchObject([
    { action: 'stop', actor: 'SIGTERM', reason: 'the process was sent SIGTERM' },
  ]);
  expect(exits).toEqual([]);
});

it('drains once, sends its last second and its last words, and ends with 0', async () => {
  await start();
  let drains = 0;
  own.drain = async () => {
    drains++;
    context.log('net').info('last', 'words');
  };
  parent.say({ type: 'stop', deadlineMs: 700 });
  parent.say({ type: 'stop', deadlineMs: 700 });
  await soon(() => exits.length > 0);
  expect(drains).toBe(1);
  expect(exits).toMatchObject([{ code: 0 }]);
  expect(exits[0]!.after.slice(-2)).toEqual(['summary', 'logs']);
  expect(logged().map(({ event }) => event)).toEqual(['ready', 'draining', 'last']);
  expect(logged()[1]?.message).toBe('Draining for at most 700 ms');
  expect(readFileSync(join(dir, 'echo.log'), 'utf8')).toContain('"event":"last"');
});

it('tells a drain that goes on too long to end, and ends all the same where it fails', async () => {
  await start();
  let aborted = false;
  own.drain = (deadline) =>
    new Promise((_, reject) => {
      deadline.addEventListener('abort', () => {
        aborted = true;
        reject(new Error('a socket would not close'));
      });
    });
  parent.say({ type: 'stop', deadlineMs: 700 });
  await soon(() => vi.getTimerCount() > 0);
  vi.advanceTimersByTime(699);
  expect(aborted).toBe(false);
  vi.advanceTimersByTime(1);
  await soon(() => exits.length > 0);
  expect(exits).toMatchObject([{ code: 0 }]);
  expect(logged().at(-1)).toMatchObject({
    level: 'error',
    event: 'drain_failed',
    message: 'a socket would not close',
  });
});

it('puts its things in order within a second when main is gone', async () => {
  await start();
  let aborted = false;
  own.drain = (deadline) =>
    new Promise((resolve) => {
      deadline.addEventListener('abort', () => {
        aborted = true;
        resolve();
      });
    });
  parent.leave();
  vi.advanceTimersByTime(999);
  expect(aborted).toBe(false);
  vi.advanceTimersByTime(1);
  await soon(() => exits.length > 0);
  expect([aborted, exits[0]?.code]).toEqual([true, 0]);
});

it.each([
  [
    'a mistake of the operator',
    new SignalboxError('config_invalid', 'echo.listen is wrong'),
    'config_invalid',
  ],
  ['a want that passes', Object.assign(new Error('no room'), { code: 'ENOSPC' }), 'unavailable'],
  ['a defect', new TypeError('it is undefined'), 'internal'],
])('says why it cannot start and ends with 1: %s', async (kind, error, code) => {
  own.start = () => {
    throw error;
  };
  run();
  parent.say({ type: 'init', config: {}, dataDir: dir, logDir: dir, instance: 3, ...NO_PEERS });
  await soon(() => exits.length > 0);
  expect(exits[0]).toEqual({ code: 1, after: ['hello', 'logs', 'failed'] });
  expect(parent.said('failed')[0]?.error).toMatchObject({ code, message: error.message });
  const [record] = logged();
  expect(record).toMatchObject({ level: 'error', subsystem: 'daemon', event: 'init_failed' });
  // Where it was is of use for a defect only.
  expect(record?.message.includes('at ')).toBe(kind === 'a defect');
  expect(stderr).toContain(error.message);
});

it('says what a start would say, without starting, and ends with 0', async () => {
  let started = false;
  own.start = () => {
    started = true;
  };
  run();
  parent.say({ type: 'check', config: {}, dataDir: dir });
  await soon(() => exits.length > 0);
  expect(parent.said('checked')[0]?.outcome).toEqual({
    ok: true,
    result: { mistakes: [], warnings: [], held: [] },
  });
  expect([started, exits[0]?.code]).toEqual([false, 0]);
});

it('logs what it does not understand, and answers what follows', async () => {
  await start();
  parent.sayRaw({ type: 'explode' });
  parent.say({ type: 'ping', seq: 4 });
  expect(parent.said('pong')).toEqual([{ type: 'pong', seq: 4 }]);
  vi.advanceTimersByTime(100);
  expect(logged().find(({ event }) => event === 'bad_message')).toMatchObject({
    level: 'error',
    subsystem: 'link',
    message: expect.stringContaining('Main sent what this daemon does not know'),
  });
});

it('shows itself to a window that main relays, of its instance, and refuses files where it has none', async () => {
  await start();
  parent.say({ type: 'stream-open', streamId: 1, transport: 'link', purpose: 'watch', role: 'viewer' });
  expect(await parent.heard('stream-data')).toMatchObject({
    streamId: 1,
    data: { type: 'hello', source: 'echo', instance: 3, pid: process.pid },
  });
  parent.say({ type: 'stream-data', streamId: 1, data: { type: 'catalog?' } });
  expect(parent.said('stream-data').at(-1)).toMatchObject({ streamId: 1, data: { type: 'catalog' } });
  parent.say({ type: 'stream-close', streamId: 1 });
  parent.say({ type: 'stream-data', streamId: 1, data: { type: 'catalog?' } });
  expect(parent.said('stream-data')).toHaveLength(2);
  parent.say({ type: 'stream-open', streamId: 2, transport: 'link', purpose: 'bytes', role: 'admin' });
  expect(parent.said('stream-data').at(-1)).toMatchObject({
    streamId: 2,
    data: { type: 'bytes-cancel', error: { code: 'unsupported' } },
  });
});

it.each([
  ['debug', ['debug', 'info']],
  ['', ['info']],
  ['warn', ['info']],
])('logs details where its environment asks for them (%j)', async (level, levels) => {
  vi.stubEnv('SIGNALBOX_LOG_LEVEL', level);
  await start();
  vi.advanceTimersByTime(100);
  const before = logged().length;
  context.log('net').debug('detail', '');
  context.log('net').info('news', '');
  vi.advanceTimersByTime(100);
  expect(
    logged()
      .slice(before)
      .map((record) => record.level),
  ).toEqual(levels);
  vi.unstubAllEnvs();
});

it('says in its log that an instrument found no room', async () => {
  await start();
  for (let n = 0; n <= limits.instruments.default; n++)
    context.metrics.instrument('queue', { queue: `${n}` }, { length: { kind: 'gauge', help: '' } });
  vi.advanceTimersByTime(100);
  expect(logged().at(-1)).toMatchObject({ level: 'warn', subsystem: 'metrics', event: 'instrument_refused' });
});
