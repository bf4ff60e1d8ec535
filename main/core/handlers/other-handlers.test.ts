/** Sessions, tasks, logs, metrics and the configuration as people ask for them. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCaller } from '../caller.ts';
import { browser, type FakeHost, startFakeHost } from '../fake-host.ts';
import { CONTROL_LIMITS } from '../limits.ts';

let host: FakeHost;

beforeEach(async () => {
  host = await startFakeHost({ toml: '[chat]\ngreeting = "hi"\npassword = "hunter2"\n' });
  await host.plane.started;
  host.events.length = 0;
});
afterEach(() => host.close());

const entries = () => host.events.flatMap((event) => (event.type === 'audit' ? [event.entry] : []));
const owner = { actor: browser('viewer'), address: '192.0.2.7', since: 5, expiresAt: 9 };

test('sessions are listed with the own one marked, and ended when that is confirmed', async () => {
  const [own, other] = [host.plane.sessions.open(owner), host.plane.sessions.open(owner)];
  const closed: string[] = [];
  own.hold('connection', () => closed.push('own'));
  other.hold('connection', () => closed.push('other'));
  const caller = createCaller(browser('admin'), () => {}, own.id);
  const list = async () => {
    const outcome = await host.ask('sessions.list', {}, caller);
    return outcome.ok ? (outcome.result as { sessions: unknown[] }).sessions : [];
  };
  const about = {
    name: 'ann',
    from: 'browser',
    role: 'viewer',
    address: '192.0.2.7',
    where: null,
    since: 5,
    expiresAt: 9,
    connections: 1,
    streams: 0,
  };
  expect(await list()).toEqual([
    { id: own.id, ...about, current: true },
    { id: other.id, ...about, current: false },
  ]);
  expect(await host.ask('session.end', { id: 'nope', confirmed: true }, caller)).toMatchObject({
    ok: false,
    error: { code: 'not_found', message: expect.stringContaining('"nope"') },
  });
  expect(await host.ask('session.end', { id: other.id }, caller)).toMatchObject({
    ok: false,
    error: {
      code: 'confirmation_required',
      message: expect.stringContaining(`Ending the session ${other.id} disconnects ann.`),
      detail: { impact: 'disconnects ann' },
    },
  });
  expect(closed).toEqual([]);
  expect(await host.ask('session.end', { id: other.id, confirmed: true }, caller)).toEqual({
    ok: true,
    result: { ended: other.id },
  });
  expect(closed).toEqual(['other']);
  expect(entries()).toMatchObject([
    { action: 'session.end', target: '', args: { id: other.id, of: 'ann' }, ok: true },
  ]);
  // Whoever ends their own session gets the answer first.
  expect(await host.ask('session.end', { id: own.id, confirmed: true }, caller)).toEqual({
    ok: true,
    result: { ended: own.id },
  });
  expect(closed).toEqual(['other']);
  await vi.waitFor(() => expect(closed).toEqual(['other', 'own']));
  expect(await list()).toEqual([]);
});

test('long work is listed while it goes on, and ended where that is possible', async () => {
  const chat = host.launcher.newest('chat');
  const task = { id: 1, title: 'Copying', phase: 'pages', done: 3, total: 10, cancellable: true, end: null };
  chat.say({ type: 'task', task });
  chat.say({ type: 'task', task: { ...task, id: 2, title: 'Sorting', cancellable: false } });
  expect(await host.ask('task.list')).toMatchObject({
    ok: true,
    result: {
      tasks: [
        { ...task, source: 'chat' },
        { id: 2, source: 'chat' },
      ],
    },
  });
  expect(host.events).toContainEqual({ type: 'task', source: 'chat', task });
  expect(await host.ask('task.cancel', { source: 'chat', id: 3 })).toMatchObject({
    ok: false,
    error: { code: 'not_found', message: 'chat has no task 3; it may have ended.' },
  });
  expect(await host.ask('task.cancel', { source: 'chat', id: 2 })).toMatchObject({
    ok: false,
    error: { code: 'refused', message: '"Sorting" cannot be ended early; it ends by itself.' },
  });
  expect(chat.inbox).not.toContain('task-cancel');
  expect(entries()).toEqual([]);
  expect(await host.ask('task.cancel', { source: 'chat', id: 1 })).toEqual({ ok: true, result: {} });
  expect(chat.last('task-cancel')).toEqual({ type: 'task-cancel', id: 1 });
  expect(entries()).toMatchObject([{ action: 'task.cancel', target: 'chat', args: { id: 1 }, ok: true }]);
  chat.say({ type: 'task', task: { ...task, end: 'cancelled' } });
  expect(await host.ask('task.list')).toMatchObject({ ok: true, result: { tasks: [{ id: 2 }] } });
});

test('logs are asked for by process, and come as they are written to whoever follows', async () => {
  const chat = host.launcher.newest('chat');
  const record = (seq: number) => ({
    seq,
    time: seq,
    level: 'warn',
    subsystem: 's',
    event: 'e',
    message: `m${seq}`,
  });
  const logs = (records: unknown[], dropped = 0) => chat.say({ type: 'logs', records, dropped });
  logs([record(1)]);
  expect(await host.ask('logs.query', { source: 'chat' })).toEqual({
    ok: true,
    result: { records: [{ ...record(1), source: 'chat', instance: 1 }] },
  });
  const everything = await host.ask('logs.query', {});
  expect(everything).toMatchObject({
    ok: true,
    result: { records: expect.arrayContaining([expect.objectContaining({ source: 'main' })]) },
  });
  for (const name of ['logs.query', 'logs.follow', 'metrics.latest'])
    expect(await host.ask(name, { source: 'nope', follow: true })).toMatchObject({
      ok: false,
      error: { code: 'unknown_daemon', message: 'No process is called "nope".' },
    });
  await host.ask('logs.follow', { source: 'chat', follow: true });
  logs([record(2)]);
  await host.clock.advance(CONTROL_LIMITS.logFlushMs);
  await host.ask('logs.follow', { source: 'chat', follow: false });
  logs([record(3)]);
  await host.clock.advance(CONTROL_LIMITS.logFlushMs);
  const told = host.events.flatMap((event) => (event.type === 'logs' ? event.records : []));
  expect(told.map(({ seq }) => seq)).toEqual([2]);
});

test('figures of every process come each second to whoever follows them, until that ends', async () => {
  const heard = vi.fn();
  const other = vi.fn();
  const caller = createCaller(browser('viewer'), heard);
  const bystander = createCaller(browser('viewer'), other);
  const chat = host.launcher.newest('chat');
  const second = async (time: number) => {
    const summary = { time, revision: 1, values: Float64Array.of(time), intervals: [] };
    chat.say({ type: 'summary', summary });
    await host.clock.advance(0);
  };
  const times = () => heard.mock.calls.flatMap(([{ source, time }]) => (source === 'chat' ? [time] : []));
  await second(1);
  expect(await host.ask('metrics.follow', { follow: true }, caller)).toEqual({ ok: true, result: {} });
  await host.ask('metrics.follow', { follow: true }, caller);
  await second(2);
  expect(heard).toHaveBeenCalledWith({
    type: 'metrics',
    source: 'chat',
    time: 2,
    revision: 1,
    values: [2],
  });
  await host.ask('metrics.follow', { follow: false }, caller);
  await second(3);
  expect(times()).toEqual([2]);
  await host.ask('metrics.follow', { follow: true }, caller);
  await second(4);
  caller.close();
  await second(5);
  expect(times()).toEqual([2, 4]);
  bystander.close();
  expect(other).not.toHaveBeenCalled();
});

test('a process that has not reported yet, or does not run, has no figures, and that is said with its state', async () => {
  expect(await host.ask('metrics.latest', { source: 'chat' })).toMatchObject({
    ok: false,
    error: { code: 'not_running', message: 'chat is running and reports no metrics.' },
  });
  await host.ask('daemon.stop', { id: 'chat' });
  expect(await host.ask('metrics.latest', { source: 'chat' })).toMatchObject({
    ok: false,
    error: { message: 'chat is stopped and reports no metrics.' },
  });
});

test('history may not end before it begins', async () => {
  const ask = (from: number, to: number) =>
    host.ask('history.query', { source: 'chat', metrics: ['signalbox_chat_clients'], from, to });
  expect(await ask(5, 4)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
  expect(await ask(5, 5)).toEqual({ ok: true, result: { did: 'history' } });
  expect(host.launcher.newest('archive').last('command')).toMatchObject({
    name: 'history',
    timeoutMs: CONTROL_LIMITS.historyQueryMs,
  });
  expect(await host.ask('audit.query', { limit: 3 })).toEqual({ ok: true, result: { did: 'audit' } });
  expect(host.launcher.newest('archive').last('command')).toMatchObject({
    name: 'audit',
    args: { limit: 3 },
  });
});

test('the configuration is shown as it was read and as it works, without its secrets', async () => {
  expect(await host.ask('config.get')).toEqual({
    ok: true,
    result: {
      file: `${host.dataDir}/signalbox.toml`,
      text: '[chat]\ngreeting = "hi"\npassword = "[redacted]"\n',
      effective: { chat: { port: 7000, greeting: 'hi', password: '[redacted]' }, archive: {} },
      waiting: {},
    },
  });
});

test('what waits for a restart is shown apart from what is in force', async () => {
  const chat = host.launcher.newest('chat');
  const { send } = chat;
  chat.send = (message) => {
    if (message.type === 'reload' && message.step === 'commit') {
      const result = { applied: [], restartRequired: ['port'], warnings: ['mind the gap'] };
      chat.say({ type: 'reply', requestId: message.requestId, outcome: { ok: true, result } });
    } else send.call(chat, message);
  };
  await host.write('[chat]\ngreeting = "ho"\nport = 7001\nruntime = "node"\n');
  expect(await host.ask('config.reload')).toEqual({
    ok: true,
    result: {
      daemons: [
        { id: 'chat', applied: [], restartRequired: ['runtime', 'port'], warnings: ['mind the gap'] },
      ],
    },
  });
  expect(entries()).toMatchObject([{ action: 'config.reload', target: '', ok: true }]);
  expect(await host.ask('config.get')).toMatchObject({
    ok: true,
    result: {
      effective: { chat: { runtime: 'host', port: 7000, greeting: 'ho' } },
      waiting: { chat: { runtime: 'node', port: 7001 } },
    },
  });
  await host.ask('daemon.restart', { id: 'chat' });
  expect(await host.ask('config.get')).toMatchObject({
    ok: true,
    result: { effective: { chat: { port: 7001 } }, waiting: {} },
  });
});
