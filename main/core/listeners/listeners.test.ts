/** What follows when something is announced, listener by listener. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { DaemonSnapshot, DaemonState } from '../../../contract/states.ts';
import type { Logger } from '../../../daemons/runtime/telemetry/logger.ts';
import type { AnnouncementBus, Announcements } from '../announcements.ts';
import { EventBus } from '../event-bus.ts';
import type { HistoryClient } from '../records/history-client.ts';
import { MetricFollowers } from '../records/metric-followers.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import { TaskList } from '../records/task-list.ts';
import type { StreamBroker } from '../stream-broker.ts';
import { auditListens } from './audit-listener.ts';
import { historyListens } from './history-listener.ts';
import { metricsListen } from './metrics-listener.ts';
import { streamsListen } from './streams-listener.ts';
import { tasksListen } from './tasks-listener.ts';

const heard = {
  metrics: { update: vi.fn(() => true), clear: vi.fn(), layout: vi.fn(() => ({ catalog: [] })) },
  history: { addSample: vi.fn(), addState: vi.fn(), recorderChanged: vi.fn() },
  streams: { fromDaemon: vi.fn(), processEnded: vi.fn() },
  audit: { endDeed: vi.fn(), daemonEnded: vi.fn() },
  log: vi.fn(),
};
let bus: AnnouncementBus;

beforeEach(() => {
  vi.clearAllMocks();
  bus = new EventBus<Announcements>((_name, error) => {
    throw error;
  });
  const logger = { log: heard.log } as unknown as Logger;
  metricsListen(bus, heard.metrics as unknown as MetricsStore, new MetricFollowers(), logger);
  historyListens(bus, heard.history as unknown as HistoryClient, 'recorder');
  streamsListen(bus, heard.streams as unknown as StreamBroker);
  auditListens(bus, heard.audit);
});

function change(id: string, previous: DaemonState, state: DaemonState, pid: number | null): void {
  const snapshot = { id, state, pid, since: 5, cause: null } as DaemonSnapshot;
  bus.publish('daemonChanged', { snapshot, previous });
}

const summary = { time: 1, revision: 1, values: new Float64Array(1), intervals: [] };

test('a second of an unknown catalog is not recorded, and the process is asked for it, once', () => {
  const missing = vi.fn();
  bus.subscribe('catalogMissing', missing);
  const came = (revision: number) =>
    bus.publish('summaryCame', { source: 'ircd', instance: 1, summary: { ...summary, revision } });
  came(1);
  heard.metrics.update.mockReturnValueOnce(false).mockReturnValueOnce(false).mockReturnValueOnce(false);
  came(2);
  came(2);
  expect(heard.history.addSample).toHaveBeenCalledOnce();
  expect(missing).toHaveBeenCalledExactlyOnceWith({ source: 'ircd' });
  expect(heard.log).toHaveBeenCalledExactlyOnceWith('warn', 'ircd', 'summary_unknown', expect.any(String));
  came(3);
  expect(missing).toHaveBeenCalledTimes(2);
});

test('when a process has ended its figures, streams and deeds end too, whatever state follows', () => {
  for (const state of ['crashed', 'stopped'] as const) change('ircd', 'running', state, null);
  expect(heard.metrics.clear).toHaveBeenCalledTimes(2);
  expect(heard.streams.processEnded).toHaveBeenCalledTimes(2);
  expect(heard.audit.daemonEnded).toHaveBeenCalledTimes(2);
});

test('what a process told that ended while it started is not said to go on', () => {
  const task = { id: 1, title: 'Copying', phase: '', done: 0, total: null, cancellable: true, end: null };
  const tasks = new TaskList();
  tasksListen(bus, tasks, { tasksOfDaemon: 64 });
  const told = vi.fn();
  bus.publish('taskCame', { source: 'ircd', task });
  bus.subscribe('taskCame', told);
  change('ircd', 'starting', 'crashed', null);
  expect(tasks.all()).toEqual([]);
  expect(told).toHaveBeenCalledExactlyOnceWith({ source: 'ircd', task: { ...task, end: 'failed' } });
});

test('what a daemon sends on streams is passed on as its own', () => {
  const message = { type: 'stream-close', streamId: 3 } as const;
  bus.publish('streamSaid', { id: 'ircd', message });
  expect(heard.streams.fromDaemon).toHaveBeenCalledExactlyOnceWith('ircd', message);
});

test('a process that still drains keeps what it has', () => {
  change('ircd', 'running', 'stopping', 7);
  expect(heard.metrics.clear).not.toHaveBeenCalled();
  expect(heard.streams.processEnded).not.toHaveBeenCalled();
  expect(heard.audit.daemonEnded).not.toHaveBeenCalled();
  expect(heard.history.addState).toHaveBeenCalledOnce();
});

test('what changes without the state is no new state in history, but history hears of its recorder', () => {
  change('recorder', 'running', 'running', 8);
  expect(heard.history.addState).not.toHaveBeenCalled();
  expect(heard.history.recorderChanged).toHaveBeenCalledOnce();
  change('ircd', 'running', 'running', 7);
  expect(heard.history.recorderChanged).toHaveBeenCalledOnce();
});
