/** The control plane as a whole, with daemons that do what the tests say. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createCaller } from './caller.ts';
import { browser, chat, type FakeHostOptions, startFakeHost } from './fake-host.ts';
import { CONTROL_LIMITS } from './limits.ts';
import { auditOf, closeHosts, logOf, startHost, statesOf } from './test-hosts.ts';

afterEach(closeHosts);

test('daemons start by themselves, the recorder first, and the trail says of those of people who did it', async () => {
  const host = await startHost();
  expect(host.launcher.processes.map(({ request }) => request.id)).toEqual(['archive', 'chat']);
  expect(statesOf(host)).toEqual({ chat: 'running', archive: 'running' });
  expect(auditOf(host)).toMatchObject([
    {
      actor: 'signalbox',
      from: 'system',
      action: 'daemon.start',
      target: 'chat',
      args: { reason: 'autostart' },
      ok: true,
      outcome: 'running',
    },
  ]);
});

test.each<[string, FakeHostOptions, readonly string[]]>([
  ['what the host was told starts', { autostart: ['chat'] }, ['chat', 'archive']],
  ['nothing else than the recorder starts where the host was told nothing', { autostart: [] }, ['archive']],
  [
    'the configuration decides where the host does not',
    { autostart: null, toml: '[signalbox]\nautostart = ["chat"]\n' },
    ['chat', 'archive'],
  ],
  ['and without a word of it only the recorder starts', { autostart: null, toml: '' }, ['archive']],
])('%s', async (_, options, expected) => {
  const host = await startHost(options);
  expect(host.plane.autostart).toEqual(expected);
  expect(statesOf(host).chat).toBe(expected.includes('chat') ? 'running' : 'stopped');
});

test('with a mistake in the configuration nothing starts, and everybody is told which', async () => {
  const host = await startHost({ toml: '[chat]\nport = "x"\n' });
  expect(host.launcher.processes).toEqual([]);
  expect(host.plane.configError).toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(':2: chat.port:'),
  });
  expect(host.plane.historyPaused).toBe(true);
  expect(await host.ask('hello')).toMatchObject({
    ok: true,
    result: { configError: host.plane.configError },
  });
  expect(await logOf(host)).toMatchObject([
    { level: 'error', event: 'config_invalid', message: host.plane.configError?.message },
  ]);
  expect(await host.ask('daemon.start', { id: 'chat' })).toMatchObject({
    ok: false,
    error: { code: 'config_invalid' },
  });
});

test('a client learns first what the host is, what may be watched and what its role is', async () => {
  const host = await startHost({ toml: '' });
  host.plane.serves({ host: '127.0.0.1', port: 7100 });
  const viewer = createCaller(browser('viewer'), () => {});
  const outcome = await host.ask('hello', {}, viewer);
  expect(outcome).toEqual({
    ok: true,
    result: {
      host: 'headless',
      version: '1.2.3',
      runtime: 'node 24.0.0',
      dataDir: host.dataDir,
      configFile: join(host.dataDir, 'signalbox.toml'),
      platform: process.platform,
      pid: process.pid,
      startedAt: 1_700_000_000_000,
      role: 'viewer',
      manifests: [expect.objectContaining({ id: 'chat' }), expect.objectContaining({ id: 'archive' })],
      catalogs: { main: expect.anything(), chat: expect.anything(), archive: expect.anything() },
      daemons: host.plane.snapshots(),
      history: expect.objectContaining({ state: 'recording' }),
      configError: null,
      dashboard: { host: '127.0.0.1', port: 7100 },
    },
  });
  expect(await host.ask('status', {}, viewer)).toEqual({
    ok: true,
    result: {
      host: 'headless',
      pid: process.pid,
      closing: null,
      daemons: host.plane.snapshots(),
      history: expect.objectContaining({ state: 'recording' }),
    },
  });
});

test('main is measured from the first moment, with the figures that are kept elsewhere', async () => {
  const host = await startHost();
  const latest = await host.ask('metrics.latest', { source: 'main' });
  expect(latest).toMatchObject({
    ok: true,
    result: {
      metrics: {
        signalbox_main_clients: 0,
        signalbox_main_daemons_running: 0,
        signalbox_main_history_buffered: 0,
        // What was asked of each daemon and has no answer yet.
        'signalbox_main_correlation_depth{correlation="chat"}': 0,
        'signalbox_main_correlation_capacity{correlation="archive"}': CONTROL_LIMITS.outstandingRequests,
      },
    },
  });
  expect(host.plane.latestMetrics().map(({ source }) => source)).toEqual(['main']);
  host.launcher.newest('chat').say({
    type: 'summary',
    summary: { time: 5, revision: 1, values: new Float64Array([3]), intervals: [] },
  });
  expect(host.plane.latestMetrics().map(({ source }) => source)).toEqual(['main', 'chat']);
  expect(await host.ask('metrics.latest', { source: 'chat' })).toMatchObject({
    ok: true,
    result: { time: 5, metrics: { signalbox_chat_clients: 3 } },
  });
});

test('a summary that does not fit has the process asked what it measures', async () => {
  const host = await startHost();
  const process = host.launcher.newest('chat');
  const summary = { time: 5, revision: 9, values: new Float64Array([3]), intervals: [] };
  process.say({ type: 'summary', summary });
  expect(process.inbox).toContain('catalog?');
});

test('closing tells why, drains people’s daemons before the recorder, and lets the next instance in only then', async () => {
  const host = await startFakeHost();
  await host.plane.started;
  const order: string[] = [];
  for (const process of host.launcher.processes) {
    const { send } = process;
    process.send = (message) => {
      if (message.type === 'stop' || (message.type === 'command' && message.name === 'append'))
        order.push(`${process.request.id} ${message.type === 'stop' ? 'stop' : 'append'}`);
      send.call(process, message);
    };
  }
  const closing = host.plane.close('the operator said so', async () => {
    order.push('port given back');
    expect(await host.ask('status')).toMatchObject({ ok: true, result: { closing: 'the operator said so' } });
  });
  expect(host.plane.close('twice')).toBe(closing);
  await closing;
  expect(order).toEqual(['chat stop', 'archive append', 'archive stop', 'port given back']);
  expect(statesOf(host)).toEqual({ chat: 'stopped', archive: 'stopped' });
  expect(host.events).toContainEqual({ type: 'closing', reason: 'the operator said so' });
  expect(auditOf(host).at(-1)).toMatchObject({
    actor: 'signalbox',
    action: 'daemon.stop',
    target: 'chat',
    args: { reason: 'the operator said so' },
    ok: true,
  });
  const log = await readFile(join(host.dataDir, 'logs', 'main.log'), 'utf8');
  expect(log).toContain('"event":"closing"');
  expect(await host.ask('daemon.start', { id: 'chat' })).toMatchObject({
    ok: false,
    error: { code: 'busy' },
  });
  expect(host.clock.pendingTimers).toBe(0);
  await host.close();
});

test('an operator who does not wait ends every process at once, and the cause says so', async () => {
  const host = await startHost();
  host.plane.forceClose();
  expect(host.launcher.processes.map(({ killed }) => killed)).toEqual([1, 1]);
  expect(host.plane.snapshots().map(({ cause }) => cause)).toEqual([
    'killed: Signalbox was told to end at once',
    'killed: Signalbox was told to end at once',
  ]);
});

test('while the machine sleeps no daemon is killed for its silence; afterwards it is', async () => {
  const host = await startHost();
  const process = host.launcher.newest('chat');
  host.plane.suspend();
  await host.clock.advance(CONTROL_LIMITS.deadMs * 2);
  expect(process.killed).toBe(0);
  host.plane.resume();
  await host.clock.advance(CONTROL_LIMITS.deadMs);
  expect(process.killed).toBe(1);
});

test('history is paused while the recorder is down, and there is nothing to pause in a host without one', async () => {
  const host = await startHost();
  expect(host.plane.historyPaused).toBe(false);
  host.launcher.newest('archive').end({ signal: 'SIGKILL' });
  expect(host.plane.historyPaused).toBe(true);
  expect(await host.ask('audit.query', {})).toMatchObject({ ok: false, error: { code: 'history_paused' } });
  const bare = await startHost({ registry: [chat] });
  expect(bare.plane.historyPaused).toBe(false);
  expect(await bare.ask('status')).toMatchObject({
    result: { history: { state: 'paused', reason: 'This host has no recorder.', buffered: 0 } },
  });
  // Nothing keeps the trail there, so that nothing waits for it.
  expect(await bare.ask('daemon.restart', { id: 'chat' })).toMatchObject({
    ok: true,
    result: { state: 'running' },
  });
});

test('everybody hears what their role may hear, until they leave', async () => {
  const host = await startHost();
  const [viewer, operator] = [vi.fn(), vi.fn()];
  const leave = host.plane.subscribe(browser('viewer'), viewer);
  host.plane.subscribe(browser('operator'), operator);
  await host.ask('daemon.stop', { id: 'chat' });
  const heard = (listener: typeof viewer) => new Set(listener.mock.calls.map(([{ type }]) => type));
  expect(heard(viewer)).toEqual(new Set(['daemon']));
  expect(heard(operator)).toEqual(new Set(['daemon', 'audit']));
  leave();
  viewer.mockClear();
  await host.ask('daemon.start', { id: 'chat' });
  expect(viewer).not.toHaveBeenCalled();
});

test('windows are told of sessions that begin, and of a crowd of them no more than twice in half a second', async () => {
  const host = await startHost();
  const told = () => host.events.filter(({ type }) => type === 'sessions').length;
  const owner = { actor: browser('viewer'), address: null, since: 1, expiresAt: null };
  for (let n = 0; n < 10; n++) host.plane.sessions.open(owner);
  await host.clock.advance(CONTROL_LIMITS.sessionNewsMs);
  expect(told()).toBe(2);
});

test('what the configuration says of the host itself is in force, with defaults where it is silent', async () => {
  const host = await startHost({
    toml: '[signalbox]\nallowed_hosts = ["irc.example.org"]\non_close = "quit"\n',
  });
  expect(host.plane).toMatchObject({ allowedHosts: ['irc.example.org'], onClose: 'quit' });
  const silent = await startHost({ toml: '' });
  expect(silent.plane).toMatchObject({ allowedHosts: [], onClose: 'tray' });
  const broken = await startHost({ toml: 'nonsense' });
  expect(broken.plane).toMatchObject({ allowedHosts: [], onClose: 'tray' });
});
