/** One process from launch to end: what it is told, what is passed on, which deadlines it has. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { WireError } from '../../../contract/errors.ts';
import { LINK_PROTOCOL } from '../../../contract/link/protocol.ts';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { QueueTally } from '../../../kit/queue-tally.ts';
import { RequestFigures } from '../../../kit/request-figures.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { DaemonSession, type LaunchPlan, type SessionEvents } from './daemon-session.ts';
import { FakeLauncher, type FakeProcess } from './fake-launcher.ts';

const limits = {
  ...CONTROL_LIMITS,
  helloMs: 3_000,
  initMs: 4_000,
  stopMs: 5_000,
  stopGraceMs: 500,
  failedExitMs: 600,
  killConfirmMs: 700,
  heartbeatMs: 1_000,
  deadMs: 20_000,
  stderrLines: 2,
  outputLineChars: 5,
  outstandingRequests: 2,
  outstandingPerUser: 1,
  requestSlackMs: 50,
};
const impact = { type: 'impact', name: 'drop', args: {} } as const;

let figures: RequestFigures;
let clock: FakeClock;
let launcher: FakeLauncher;
let events: { [Name in keyof SessionEvents]: ReturnType<typeof vi.fn> };

beforeEach(() => {
  clock = new FakeClock();
  launcher = new FakeLauncher();
  figures = new RequestFigures();
  events = {
    onHello: vi.fn(),
    onListeners: vi.fn(),
    onAnnouncedStop: vi.fn(),
    onUnresponsive: vi.fn(),
    onMessage: vi.fn(),
    onOutput: vi.fn(),
    onMalformed: vi.fn(),
    onCrowded: vi.fn(),
    onEnd: vi.fn(),
  };
});

function launch(more: Partial<LaunchPlan> = {}): { session: DaemonSession; process: FakeProcess } {
  const session = new DaemonSession({
    id: 'd',
    instance: 3,
    plan: { runtime: 'node', config: { a: 1 }, dataDir: '/data/d', logDir: '/logs', ...more },
    introduction: () => NO_PEERS,
    launcher,
    clock,
    limits,
    figures,
    outbox: new QueueTally(),
    events: events as unknown as SessionEvents,
  });
  return { session, process: launcher.newest() };
}

function launchReady(more: Partial<LaunchPlan> = {}) {
  const made = launch(more);
  made.process.comeUp();
  return made;
}

const cause = () => events.onEnd.mock.calls[0]?.[0].verdict.cause;
const kind = () => events.onEnd.mock.calls[0]?.[0].verdict.kind;

test.each<[string, (process: FakeProcess) => void, number, string]>([
  ['say hello', () => {}, 3_000, 'd did not say hello within 3 s and was killed'],
  ['become ready', (one) => one.hello(), 4_000, 'd did not become ready within 4 s and was killed'],
])('a process that does not %s in time is killed, and not before', async (_, act, ms, words) => {
  const { process } = launch();
  act(process);
  await clock.advance(ms - 1);
  expect(process.killed).toBe(0);
  await clock.advance(1);
  expect(process.killed).toBe(1);
  expect(cause()).toBe(words);
  expect(clock.pendingTimers).toBe(0);
});

test('one that is ready in time has no deadline any more', async () => {
  const { process, session } = launchReady();
  process.answersPings = true;
  expect(session.ready).toBe(true);
  await clock.advance(60_000);
  expect(process.killed).toBe(0);
});

test('the handshake tells each side what it needs, once', () => {
  const { process, session } = launch();
  expect(session.ready).toBe(false);
  process.hello();
  process.hello();
  expect(events.onHello).toHaveBeenCalledExactlyOnceWith(1000, 'node 24.0.0');
  expect(process.inbox).toEqual(['init']);
  const listener = { protocol: 'irc', host: '127.0.0.1', port: 6667, tls: false };
  const catalog = { revision: 1, metrics: [] };
  process.ready([listener], catalog);
  process.ready([], catalog);
  expect(events.onListeners).toHaveBeenCalledExactlyOnceWith([listener], true);
  expect(events.onMessage).toHaveBeenCalledExactlyOnceWith({ type: 'catalog', catalog });
  process.say({ type: 'listeners', listeners: [] });
  expect(events.onListeners).toHaveBeenLastCalledWith([], false);
});

test('a process that is ready before it has said hello is not believed', () => {
  const { process, session } = launch();
  process.ready();
  expect(session.ready).toBe(false);
  expect(events.onListeners).not.toHaveBeenCalled();
});

test.each([
  [
    'of another protocol',
    (one: FakeProcess) => one.hello(LINK_PROTOCOL + 1),
    `The process says it is d with protocol ${LINK_PROTOCOL + 1}; expected d with protocol ${LINK_PROTOCOL}.`,
  ],
  [
    'of another daemon',
    (one: FakeProcess) => one.hello(LINK_PROTOCOL, 'e'),
    `The process says it is e with protocol ${LINK_PROTOCOL}; expected d with protocol ${LINK_PROTOCOL}.`,
  ],
])('a process %s is refused, and killed when it does not end by itself', async (_, act, message) => {
  const { process } = launch();
  act(process);
  expect(process.inbox).toEqual([]);
  await clock.advance(599);
  expect(process.killed).toBe(0);
  await clock.advance(1);
  expect(process.killed).toBe(1);
  expect(events.onEnd.mock.calls[0]?.[0].verdict).toEqual({
    kind: 'refused',
    cause: message,
    error: { code: 'init_failed', message },
  });
});

test('a mistake that the daemon finds is told where the operator wrote it', () => {
  const locate = (error: WireError): WireError => ({ ...error, message: `s.toml:3: ${error.message}` });
  const { process } = launch({ locate });
  process.hello();
  process.say({ type: 'failed', error: { code: 'config_invalid', message: 'no certificate' } });
  process.say({ type: 'failed', error: { code: 'internal', message: 'another' } });
  process.end({ exitCode: 1 });
  expect(cause()).toBe('s.toml:3: no certificate');
});

test('a failure of a daemon that runs refuses nothing', async () => {
  const { process, session } = launchReady();
  process.say({ type: 'failed', error: { code: 'internal', message: 'x' } });
  await clock.advance(limits.failedExitMs + 1);
  expect(process.killed).toBe(0);
  expect(session.ready).toBe(true);
});

test('what the session does not handle itself is passed on; a pong and an answer to a check are not', () => {
  const { process } = launchReady();
  events.onMessage.mockClear();
  const logs = { type: 'logs', records: [], dropped: 1 } as const;
  process.say(logs);
  process.say({ type: 'pong', seq: 1 });
  process.say({ type: 'checked', outcome: { ok: true, result: { mistakes: [], warnings: [], held: [] } } });
  expect(events.onMessage.mock.calls).toEqual([[logs]]);
  process.sayRaw({ type: 'logs' });
  expect(events.onMalformed).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^records: /));
});

test('a stop drains within its time, and past the grace the process is killed with that as the cause', async () => {
  const { process, session } = launchReady();
  session.stop();
  session.stop();
  expect(process.inbox.filter((type) => type === 'stop')).toHaveLength(1);
  expect(process.last('stop')).toEqual({ type: 'stop', deadlineMs: 5_000 });
  expect(session.ready).toBe(false);
  await clock.advance(5_499);
  expect(process.killed).toBe(0);
  await clock.advance(1);
  expect(cause()).toBe('d did not stop within 5 s and was killed');
  expect(kind()).toBe('stopped');
});

test('a stop before hello kills at once: there is nothing to drain', () => {
  const { process, session } = launch();
  session.stop();
  expect(process.killed).toBe(1);
  expect(process.inbox).toEqual([]);
  expect(kind()).toBe('stopped');
});

test('a stop during init is a drain', () => {
  const { process, session } = launch();
  process.hello();
  session.stop();
  expect(process.killed).toBe(0);
  expect(process.inbox).toEqual(['init', 'stop']);
});

test('a stop that the daemon announces has the same time, and is announced once', async () => {
  const { process } = launchReady();
  process.say({ type: 'stopping', message: 'DIE by ann' });
  process.say({ type: 'stopping', message: 'again' });
  expect(events.onAnnouncedStop).toHaveBeenCalledExactlyOnceWith('DIE by ann');
  await clock.advance(5_499);
  expect(process.killed).toBe(0);
  expect(process.inbox).toEqual(['init']);
  await clock.advance(1);
  expect(cause()).toBe('d announced its stop but did not end within 5 s and was killed');
  expect(kind()).toBe('crashed');
});

test('an announcement after we asked says nothing new', () => {
  const { process, session } = launchReady();
  session.stop();
  process.say({ type: 'stopping', message: 'as asked' });
  expect(events.onAnnouncedStop).not.toHaveBeenCalled();
});

test('while it drains it is not pinged', async () => {
  const { process, session } = launchReady();
  session.stop();
  await clock.advance(4_000);
  expect(process.received.some(({ type }) => type === 'ping')).toBe(false);
});

test('a process that outlives SIGKILL is given up after a while, and hears nothing more', async () => {
  const { process, session } = launchReady();
  process.mortal = false;
  session.kill('enough');
  session.kill('another reason');
  await clock.advance(699);
  expect(events.onEnd).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(events.onEnd).toHaveBeenCalledOnce();
  const [end] = events.onEnd.mock.calls[0] as [{ end: unknown; uptimeMs: number; verdict: unknown }];
  expect(end).toMatchObject({
    verdict: { kind: 'crashed', cause: 'enough' },
    end: { exitCode: null, signal: null, reason: 'the system did not report its end after SIGKILL' },
    uptimeMs: 700,
  });
  // When it does end at last, that is no second end.
  process.write('last words');
  process.say({ type: 'pong', seq: 1 });
  process.end();
  session.kill('x');
  session.stop();
  expect(events.onEnd).toHaveBeenCalledOnce();
  expect(events.onOutput).not.toHaveBeenCalled();
  expect(clock.pendingTimers).toBe(0);
});

test('of its errors the last lines are kept, each cut to its length', () => {
  const { process } = launchReady();
  for (const text of ['one', 'two', 'three is long']) process.write(text);
  expect(events.onOutput.mock.calls).toEqual([
    ['stderr', 'one'],
    ['stderr', 'two'],
    ['stderr', 'three'],
  ]);
  process.end({ exitCode: 1 });
  expect(events.onEnd.mock.calls[0]?.[0].stderr).toEqual(['two', 'three']);
});

test('one user may not have all requests that may be outstanding, and Signalbox itself is no user', async () => {
  const { session } = launchReady();
  const ask = (name: string, from: 'cli' | 'browser' | 'system') =>
    session.request(
      { type: 'command', name: 'list', args: {}, timeoutMs: 100, actor: { name, from, role: 'admin' } },
      'list',
      100,
    );
  const first = ask('anna', 'cli');
  const second = ask('anna', 'cli');
  expect(await second.outcome).toMatchObject({
    ok: false,
    error: {
      code: 'limit_reached',
      message: '1 requests of anna (cli) are outstanding already; list was not sent.',
    },
  });
  const other = ask('anna', 'browser');
  expect([session.cancel(first.requestId), session.cancel(other.requestId)]).toEqual([true, true]);
  ask('signalbox', 'system');
  ask('signalbox', 'system');
  expect(figures).toMatchObject({ depth: 2, submitted: 4, cancelled: 2, rejected: 1, capacity: 2 });
});

test('most requests that may be outstanding are told before one is refused, and figures outlive the process', () => {
  const { process, session } = launchReady();
  session.request(impact, 'the question', 100);
  expect(events.onCrowded).not.toHaveBeenCalled();
  session.request(impact, 'the question', 100);
  expect(events.onCrowded).toHaveBeenCalledExactlyOnceWith(2, 2);
  process.end({ exitCode: 1 });
  expect(figures).toMatchObject({ depth: 0, cancelled: 2 });
  launchReady().session.request(impact, 'the question', 100);
  expect(figures).toMatchObject({ depth: 1, submitted: 3 });
});

test('requests have the slack of the link on top of their time, and only so many are outstanding', async () => {
  const { process, session } = launchReady();
  const first = session.request(impact, 'the question', 100);
  expect(process.last('impact')).toEqual({ ...impact, requestId: first.requestId });
  session.request(impact, 'the question', 100);
  const third = session.request(impact, 'the question', 100);
  expect(await third.outcome).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
  expect(process.inbox.filter((type) => type === 'impact')).toHaveLength(2);
  await clock.advance(149);
  expect(process.inbox).not.toContain('cancel');
  await clock.advance(1);
  expect(await first.outcome).toMatchObject({ ok: false, error: { code: 'timeout' } });
  expect(process.last('cancel').type).toBe('cancel');
});

test('a daemon that stops, is killed or has ended is asked nothing more', async () => {
  const message = 'd is stopping; the question was not sent.';
  const refused = { ok: false, error: { code: 'not_running', message } };
  const stopping = launchReady();
  stopping.session.stop();
  const killed = launchReady();
  killed.process.mortal = false;
  killed.session.kill('x');
  const ended = launchReady();
  ended.process.end({ exitCode: 1 });
  for (const { session, process } of [stopping, killed, ended]) {
    const { requestId, outcome } = session.request(impact, 'the question', 100);
    expect([requestId, await outcome]).toEqual([0, refused]);
    expect(process.inbox).not.toContain('impact');
  }
});

test.each<[string, (one: FakeProcess, session: DaemonSession) => void, WireError]>([
  [
    'crashes',
    (one) => one.end({ exitCode: 3 }),
    { code: 'crashed', message: 'd ended: exited with code 3.' },
  ],
  [
    'stops',
    (one, session) => {
      session.stop();
      one.end({ exitCode: 0 });
    },
    { code: 'not_running', message: 'd was stopped before it answered.' },
  ],
])('what is outstanding when a daemon %s says so', async (_, act, error) => {
  const { process, session } = launchReady();
  const { outcome } = session.request(impact, 'the question', 100);
  act(process, session);
  expect(await outcome).toEqual({ ok: false, error });
});

test('what waits for a daemon that the system has no process for is told why it could not start', async () => {
  const { process, session } = launch();
  const { outcome } = session.request(impact, 'the question', 100);
  process.end({ reason: 'spawn EAGAIN', unavailable: 'EAGAIN' });
  expect(await outcome).toEqual({
    ok: false,
    error: {
      code: 'init_failed',
      message: 'd could not start: could not run: spawn EAGAIN',
      detail: { cause: 'unavailable' },
    },
  });
});

test('what waits for a daemon that refuses is told its code and what it names', async () => {
  const { process, session } = launch();
  const waiting = session.request(impact, 'the question', 100);
  process.hello();
  process.say({ type: 'failed', error: { code: 'address_in_use', message: 'taken', detail: { port: 1 } } });
  const refused = {
    ok: false,
    error: {
      code: 'init_failed',
      message: 'd could not start: taken',
      detail: { port: 1, cause: 'address_in_use' },
    },
  };
  expect(await waiting.outcome).toEqual(refused);
  expect(await session.request(impact, 'the question', 100).outcome).toEqual(refused);
});

test('other daemons are told of to one that has said hello and still listens, and it is asked for its catalog only then', () => {
  const peers = [{ id: 'e', endpoints: [] }];
  const { process, session } = launch();
  const both = () => {
    session.tellPeers(peers);
    session.askForCatalog();
  };
  both();
  expect(process.inbox).toEqual([]);
  process.hello();
  both();
  expect(process.inbox).toEqual(['init', 'peers']);
  expect(process.last('peers')).toEqual({ type: 'peers', peers });
  process.ready();
  both();
  expect(process.inbox).toEqual(['init', 'peers', 'peers', 'catalog?']);
  session.stop();
  both();
  expect(process.inbox).toEqual(['init', 'peers', 'peers', 'catalog?', 'stop']);
});

test('while the machine sleeps no deadline runs; afterwards it does, and heartbeats only for what is ready', async () => {
  const starting = launch();
  starting.session.suspend();
  await clock.advance(100_000);
  expect(starting.process.killed).toBe(0);
  starting.session.resume();
  expect(starting.process.received).toEqual([]);
  await clock.advance(2_999);
  expect(starting.process.killed).toBe(0);
  await clock.advance(1);
  expect(starting.process.killed).toBe(1);
  const { process, session } = launchReady();
  session.suspend();
  await clock.advance(100_000);
  expect(process.received.some(({ type }) => type === 'ping')).toBe(false);
  session.resume();
  await clock.advance(1_000);
  expect(process.last('ping')).toEqual({ type: 'ping', seq: 1 });
});

test('a process that is silent for too long is killed with how long that was', async () => {
  const { process } = launchReady();
  await clock.advance(19_999);
  expect(process.killed).toBe(0);
  await clock.advance(1);
  expect(cause()).toBe('did not answer heartbeats for 20 s and was killed');
});
