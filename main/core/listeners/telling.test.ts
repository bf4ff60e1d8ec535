/** What clients, main's log and its figures say of what is announced. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { ControlEvent } from '../../../contract/control/messages.ts';
import type { DaemonSnapshot, DaemonState } from '../../../contract/states.ts';
import type { Logger } from '../../../daemons/runtime/telemetry/logger.ts';
import { MetricRegistry } from '../../../daemons/runtime/telemetry/metric-registry.ts';
import { shownInstruments } from '../../../daemons/runtime/telemetry/test-fixtures/shown-instruments.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { AnnouncementBus, Announcements } from '../announcements.ts';
import { EventBus } from '../event-bus.ts';
import { EventHub } from '../event-hub.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import type { MainTelemetry } from '../main-telemetry.ts';
import type { LogStore } from '../records/log-store.ts';
import { MetricFollowers } from '../records/metric-followers.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import { clientsListen } from './clients-listener.ts';
import { historyListens } from './history-listener.ts';
import { logsListen } from './logs-listener.ts';
import { metricsListen } from './metrics-listener.ts';
import { telemetryListens } from './telemetry-listener.ts';

let bus: AnnouncementBus;
let clock: FakeClock;
let log: ReturnType<typeof vi.fn>;
let crashes: ReturnType<typeof vi.fn>;
let metrics: MetricRegistry;
let told: ControlEvent[];

beforeEach(() => {
  bus = new EventBus<Announcements>((_name, error) => {
    throw error;
  });
  clock = new FakeClock();
  log = vi.fn();
  crashes = vi.fn();
  told = [];
  const clients = new EventHub();
  clients.subscribe((event) => told.push(event));
  clientsListen(bus, clients);
  metrics = new MetricRegistry('main', []);
  const telemetry = { logger: { log } as unknown as Logger, crashes: { add: crashes }, registry: metrics };
  telemetryListens(bus, telemetry as unknown as MainTelemetry, clock, {
    ...CONTROL_LIMITS,
    outputLinesPerSecond: 2,
  });
});

const snapshotOf = (state: DaemonState, cause: string | null = null) =>
  ({ id: 'ircd', state, cause, since: 5, pid: null }) as DaemonSnapshot;
const change = (previous: DaemonState, state: DaemonState, cause: string | null = null) =>
  bus.publish('daemonChanged', { snapshot: snapshotOf(state, cause), previous });

test('clients are told of each change in the words of the control API', () => {
  const catalog = { revision: 2, metrics: [] };
  const task = { id: 1, title: 't', phase: '', done: 0, total: null, cancellable: true, end: null };
  const history = { state: 'paused', since: 1, reason: 'x', buffered: 0, dropped: 0 } as const;
  const entry = { key: 'k' } as Announcements['entryWritten']['entry'];
  const error = { code: 'config_invalid', message: 'x' } as const;
  change('starting', 'running');
  bus.publish('catalogCame', { source: 'ircd', catalog });
  bus.publish('taskCame', { source: 'ircd', task });
  bus.publish('historyChanged', { history });
  bus.publish('entryWritten', { entry });
  bus.publish('configRead', { error });
  bus.publish('sessionsChanged', null);
  bus.publish('closing', { reason: 'done' });
  expect(told).toEqual([
    { type: 'daemon', daemon: snapshotOf('running') },
    { type: 'catalog', source: 'ircd', catalog },
    { type: 'task', source: 'ircd', task },
    { type: 'history', history },
    { type: 'audit', entry },
    { type: 'config', error },
    { type: 'sessions' },
    { type: 'closing', reason: 'done' },
  ]);
});

test.each<[DaemonState, DaemonState, string | null, string, string]>([
  ['stopped', 'starting', null, 'info', 'ircd is starting'],
  ['starting', 'running', null, 'info', 'ircd is running'],
  ['running', 'stopping', 'by itself', 'info', 'ircd is stopping: by itself'],
  ['running', 'crashed', 'killed by signal SIGKILL', 'error', 'ircd crashed: killed by signal SIGKILL'],
  ['starting', 'failed', 'no certificate', 'error', 'ircd failed: no certificate'],
  ['crashed', 'backoff', 'killed', 'info', 'ircd is backoff: killed'],
])('the log tells from %s to %s', (previous, state, cause, level, text) => {
  change(previous, state, cause);
  expect(log).toHaveBeenCalledExactlyOnceWith(level, 'supervisor', `daemon_${state}`, text);
  expect(crashes).toHaveBeenCalledTimes(state === 'crashed' ? 1 : 0);
});

test('what changes without the state is no line of the log, and no crash more', () => {
  change('running', 'running');
  change('crashed', 'crashed');
  expect(log).not.toHaveBeenCalled();
  expect(crashes).not.toHaveBeenCalled();
});

test('what a daemon writes is in the log, its errors as warnings, and a flood is left out and said', async () => {
  const write = (stream: 'stdout' | 'stderr', line: string) =>
    bus.publish('outputCame', { id: 'ircd', stream, line });
  write('stdout', 'ready');
  write('stderr', 'oops');
  write('stdout', 'too much');
  await clock.advance(1_000);
  write('stdout', 'later');
  expect(log.mock.calls).toEqual([
    ['info', 'ircd', 'daemon_stdout', 'ready'],
    ['warn', 'ircd', 'daemon_stderr', 'oops'],
    ['warn', 'ircd', 'output_held', '1 more lines of ircd were left out.'],
    ['info', 'ircd', 'daemon_stdout', 'later'],
  ]);
  expect(shownInstruments(metrics)).toEqual({
    'limiter daemon output': { depth: 1, completed: 3, rejected: 1 },
  });
});

test('what main does not know is a mistake of the daemon that said it', () => {
  bus.publish('malformedCame', { id: 'ircd', reason: 'type: unknown' });
  expect(log).toHaveBeenCalledExactlyOnceWith(
    'error',
    'ircd',
    'malformed_message',
    'ircd sent what main does not know: type: unknown',
  );
});

test('that many requests wait at a daemon is said before any is refused', () => {
  bus.publish('requestsCrowded', { id: 'ircd', outstanding: 205, limit: 256 });
  expect(log).toHaveBeenCalledExactlyOnceWith(
    'warn',
    'supervisor',
    'requests_crowded',
    '205 of 256 requests that may be outstanding at ircd are; past the limit, more are refused.',
    { outstanding: 205, limit: 256 },
  );
});

test('history gets each second with the list in whose order its values are, and each state with its cause', () => {
  const history = { addSample: vi.fn(), addState: vi.fn(), recorderChanged: vi.fn() };
  historyListens(bus, history as unknown as Parameters<typeof historyListens>[1], null);
  const metrics = [{ name: 'a', kind: 'gauge', unit: 'count', help: '' }] as const;
  const summary = { time: 9, revision: 1, values: new Float64Array([1]), intervals: [] };
  bus.publish('secondMeasured', { source: 'ircd', instance: 3, metrics, summary });
  expect(history.addSample).toHaveBeenCalledExactlyOnceWith({
    source: 'ircd',
    instance: 3,
    time: 9,
    metrics,
    values: summary.values,
    intervals: [],
  });
  change('running', 'crashed', 'killed');
  expect(history.addState).toHaveBeenCalledExactlyOnceWith({
    time: 5,
    daemon: 'ircd',
    state: 'crashed',
    cause: 'killed',
  });
  // Without a recorder nobody is one.
  expect(history.recorderChanged).not.toHaveBeenCalled();
});

test('logs of a daemon are kept as its own', () => {
  const append = vi.fn();
  logsListen(bus, { append } as unknown as LogStore);
  bus.publish('logsCame', { id: 'ircd', instance: 2, records: ['r'], dropped: 4 });
  expect(append).toHaveBeenCalledExactlyOnceWith('ircd', 2, ['r'], 4);
});

test('a process that came again is asked anew what it measures', () => {
  const metrics = {
    update: vi.fn(() => false),
    clear: vi.fn(),
    layout: vi.fn(() => null),
    describe: vi.fn(),
  };
  metricsListen(bus, metrics as unknown as MetricsStore, new MetricFollowers(), { log } as unknown as Logger);
  const missing = vi.fn();
  bus.subscribe('catalogMissing', missing);
  const came = () =>
    bus.publish('summaryCame', {
      source: 'ircd',
      instance: 1,
      summary: { time: 1, revision: 1, values: new Float64Array(1), intervals: [] },
    });
  came();
  came();
  expect(missing).toHaveBeenCalledTimes(1);
  change('running', 'crashed');
  expect(metrics.clear).toHaveBeenCalledExactlyOnceWith('ircd');
  came();
  expect(missing).toHaveBeenCalledTimes(2);
  // One that fits in between makes the next that does not news again.
  metrics.update.mockReturnValueOnce(true);
  came();
  came();
  expect(missing).toHaveBeenCalledTimes(3);
  const catalog = { revision: 2, metrics: [] };
  bus.publish('catalogCame', { source: 'ircd', catalog });
  expect(metrics.describe).toHaveBeenCalledExactlyOnceWith('ircd', catalog);
});
