import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { browser, type FakeHostOptions, startFakeHost } from './fake-host.ts';
import { CONTROL_LIMITS } from './limits.ts';
import { auditOf, closeHosts, logOf, startHost, statesOf } from './test-hosts.ts';

afterEach(closeHosts);

test('a daemon is started with its table, its folders and the runtime that is meant for it', async () => {
  const host = await startHost({ toml: '[chat]\ngreeting = "hi"\nruntime = "node"\n' });
  const process = host.launcher.newest('chat');
  expect(process.request).toMatchObject({ id: 'chat', runtime: 'node' });
  expect(process.last('init')).toMatchObject({
    config: { greeting: 'hi' },
    dataDir: join(host.dataDir, 'chat'),
    logDir: join(host.dataDir, 'logs'),
  });
  expect(host.launcher.newest('archive').request.runtime).toBe('host');
});

test('a daemon that lacks an address is told who has it, where that is another one of this host', async () => {
  const host = await startHost({ toml: '', autostart: [] });
  host.plane.serves({ host: '127.0.0.1', port: 7000 });
  const detail = { host: '127.0.0.1', port: 7000, key: 'chat.port' };
  host.launcher.onLaunch = (process) =>
    queueMicrotask(() => {
      process.hello();
      process.say({ type: 'failed', error: { code: 'address_in_use', message: 'taken', detail } });
      process.end({ exitCode: 1 });
    });
  expect(await host.ask('daemon.start', { id: 'chat' })).toMatchObject({
    ok: false,
    error: {
      code: 'address_in_use',
      message: expect.stringMatching(/127\.0\.0\.1:7000: the dashboard of this Signalbox does$/),
    },
  });
});

test('a daemon that is started after the file went bad runs with the last good settings, and the log says so', async () => {
  const host = await startHost({ toml: '[chat]\ngreeting = "hi"\n' });
  await host.write('[chat]\ngreeting = 5\n');
  expect(await host.ask('config.reload')).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
  expect(host.events).toContainEqual({ type: 'config', error: host.plane.configError });
  await host.ask('daemon.restart', { id: 'chat' });
  expect(host.launcher.newest('chat').last('init').config).toEqual({ greeting: 'hi' });
  expect((await logOf(host)).filter(({ event }) => event === 'last_good_configuration')).toMatchObject([
    { level: 'warn', message: expect.stringContaining('chat.greeting: expected text, got 5') },
  ]);
});

test('streams are for those who may have them, and only while their session lasts', async () => {
  const host = await startHost();
  const request = () => ({ transport: 'port', purpose: 'bytes', transfer: fakePort() }) as const;
  const open = (actor = browser('admin'), session: string | null = null) =>
    host.plane.openStream('chat', request(), { actor, session });
  expect(open(browser('viewer'))).toMatchObject({ ok: false, error: { code: 'access_denied' } });
  expect(host.launcher.newest('chat').inbox).not.toContain('stream-open');
  expect(open(browser('admin'), 'gone')).toMatchObject({ ok: false, error: { code: 'unauthorized' } });
  const owner = { actor: browser('operator'), address: null, since: 1, expiresAt: null };
  const session = host.plane.sessions.open(owner);
  session.hold('connection', () => {});
  expect(open(session.owner.actor, session.id)).toMatchObject({ ok: true });
  expect(host.launcher.newest('chat').last('stream-open')).toMatchObject({
    role: 'operator',
    purpose: 'bytes',
  });
  expect(session.count('stream')).toBe(1);
  // It ends by itself, and the session knows.
  host.launcher.newest('chat').say({ type: 'stream-close', streamId: 1 });
  expect(session.count('stream')).toBe(0);
  const second = fakePort();
  const asker = { actor: session.owner.actor, session: session.id };
  host.plane.openStream('chat', { transport: 'port', purpose: 'watch', transfer: second }, asker);
  session.end();
  expect(second.close).toHaveBeenCalledOnce();
});

test('limits are lowered to the descriptors that there are, and the operator is told', async () => {
  const host = await startHost({ limits: { ...CONTROL_LIMITS, httpConnections: 10_000_000 } });
  expect(host.plane.limits.httpConnections).toBeLessThan(10_000_000);
  expect(host.plane.descriptorNotice).toMatch(/^The system lets Signalbox open \d+ files/);
  expect(await logOf(host)).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      event: 'descriptors_low',
      message: host.plane.descriptorNotice,
    }),
  );
});

test('what a host has to say goes to main’s log', async () => {
  const host = await startHost();
  host.plane.log('warn', 'http', 'slow', 'somebody is slow');
  expect(await logOf(host)).toContainEqual(
    expect.objectContaining({ level: 'warn', subsystem: 'http', event: 'slow', message: 'somebody is slow' }),
  );
});

test('what a daemon’s operators ask of main is answered to that daemon', async () => {
  const host = await startHost();
  const process = host.launcher.newest('chat');
  const deed = { actor: 'bob!b@h', command: 'kill', args: { nick: 'eve' } };
  process.say({ type: 'deed', requestId: 7, ...deed });
  expect(process.last('deed-begun')).toEqual({
    type: 'deed-begun',
    requestId: 7,
    outcome: { ok: true, result: null },
  });
  process.say({ type: 'deed-done', requestId: 7, ...deed, ok: true, outcome: 'gone' });
  expect(auditOf(host).at(-1)).toMatchObject({
    actor: 'bob!b@h',
    from: 'chat',
    command: 'kill',
    ok: true,
    outcome: 'gone',
  });
  process.say({ type: 'lifecycle', requestId: 8, action: 'reload', actor: 'bob!b@h', reason: 'REHASH' });
  await vi.waitFor(() => expect(process.inbox).toContain('lifecycle-outcome'));
  expect(process.last('lifecycle-outcome')).toMatchObject({ requestId: 8, outcome: { ok: true } });
  expect(auditOf(host).at(-1)).toMatchObject({ actor: 'bob!b@h', from: 'system', action: 'config.reload' });
  expect(await logOf(host)).toContainEqual(
    expect.objectContaining({
      level: 'info',
      event: 'lifecycle_request',
      message: 'bob!b@h asked for config.reload: REHASH',
    }),
  );
});

test('a daemon whose operator asks for its end is stopped without a question, one that may not be is told why', async () => {
  const answer: FakeHostOptions['answer'] = (request) =>
    request.type === 'impact' ? { ok: true, result: 'disconnects 3 clients' } : undefined;
  const host = await startHost({ answer });
  const process = host.launcher.newest('chat');
  process.say({ type: 'lifecycle', requestId: 1, action: 'stop', actor: 'bob', reason: 'DIE' });
  await vi.waitFor(() => expect(statesOf(host).chat).toBe('stopped'));
  expect(auditOf(host).at(-1)).toMatchObject({
    actor: 'bob',
    action: 'daemon.stop',
    target: 'chat',
    ok: true,
  });
  await host.ask('daemon.start', { id: 'chat' });
  const next = host.launcher.newest('chat');
  void host.plane.close('going down');
  next.say({ type: 'lifecycle', requestId: 2, action: 'restart', actor: 'bob', reason: 'RESTART' });
  await vi.waitFor(async () =>
    expect((await logOf(host)).filter(({ event }) => event === 'lifecycle_refused')).toMatchObject([
      { level: 'warn', message: expect.stringMatching(/^daemon\.restart: /) },
    ]),
  );
});

test('nothing of a folder that is in use is touched by a second instance', async () => {
  const host = await startHost();
  await expect(startIn(host.dataDir)).rejects.toMatchObject({ code: 'conflict' });
  expect(statesOf(host)).toEqual({ chat: 'running', archive: 'running' });
});

async function startIn(dataDir: string): Promise<void> {
  const second = await startFakeHost({ dataDir });
  await second.close();
}

function fakePort() {
  return { on: vi.fn(), start: vi.fn(), postMessage: vi.fn(), close: vi.fn() };
}
