/** A host without a process behind it, for tests of what the window makes of hosts: it answers, streams and is closed. */
import { vi } from 'vitest';
import { z } from 'zod';
import type { BytePipe } from '../../contract/byte-stream.ts';
import type { HistoryResult } from '../../contract/control/history.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import type { ControlEvent } from '../../contract/control/messages.ts';
import { describeManifest, type Manifest, type ManifestDescription } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { FromWindow } from '../../contract/stream.ts';
import { ByteChannel } from '../../kit/byte-channel.ts';
import type { ConnectionState, ControlClient, HostAccess, StreamHandlers } from '../client/control-client.ts';
import { testPipes } from '../client/test-pipes.ts';

/** The part of `document` that the models look at. */
export class FakeDocument extends EventTarget {
  hidden = false;
}

/** What a daemon says about itself: that of `d`, with what a test wants to be otherwise. */
export function manifestOf(change: Partial<Manifest> = {}): ManifestDescription {
  return describeManifest({
    id: 'd',
    title: 'D',
    summary: '',
    config: z.object({}),
    metrics: [{ name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: '' }],
    commands: {
      drop: { summary: '', danger: 'safe', access: 'operate', result: 'json', args: z.object({}) },
    },
    ...change,
  });
}

/** A snapshot of the daemon `d`, with what a test wants to be otherwise. */
export function daemon(change: Partial<DaemonSnapshot> = {}): DaemonSnapshot {
  return {
    id: 'd',
    state: 'running',
    unresponsive: false,
    pid: 7,
    instance: 1,
    since: 0,
    restarts: 0,
    nextStartAt: null,
    listeners: [],
    cause: null,
    crashes: [],
    pendingRestart: [],
    runtime: null,
    ...change,
  };
}

interface OpenStream {
  readonly source: string;
  readonly handlers: StreamHandlers;
  readonly sent: FromWindow[];
  closed: boolean;
}

/** What a test wants of a host to be otherwise. */
export interface FakeHostOptions {
  /** Its daemons, instead of `d` alone; all of them run. */
  readonly manifests?: readonly ManifestDescription[];
  /** Other things that it says in its hello. */
  readonly info?: Partial<HostInfo>;
  readonly session?: HostAccess['session'];
}

export type FakeHost = ReturnType<typeof fakeHost>;

/** A host with the daemon `d`, which runs. */
export function fakeHost(id = 'a', options: FakeHostOptions = {}) {
  const manifests = options.manifests ?? [manifestOf()];
  const streams: OpenStream[] = [];
  /** The daemon's ends of channels for files, in the order in which they were opened. */
  const files: { readonly source: string; readonly channel: ByteChannel }[] = [];
  /** Why no channel for files is opened; null where one is. */
  const refusals: { bytes: Error | null } = { bytes: null };
  const events = new Set<(event: ControlEvent) => void>();
  const connections = new Set<(state: ConnectionState) => void>();
  const now = { daemon: daemon(), closed: false };
  const history = (): HistoryResult => {
    const at = Math.floor(Date.now() / 1000) - 5;
    const series = [{ metric: 'signalbox_d_open', stat: 'value' as const, values: [41, 42] }];
    return { stepSeconds: 1, times: [at, at + 1], series };
  };
  const hello = (): HostInfo => ({
    host: 'headless',
    version: '1',
    platform: 'linux',
    pid: 1,
    startedAt: 0,
    dataDir: '/d',
    configFile: null,
    runtime: 'node',
    role: 'admin',
    manifests,
    catalogs: {
      main: { revision: 1, metrics: [] },
      ...Object.fromEntries(manifests.map(({ id, metrics }) => [id, { revision: 1, metrics }])),
    },
    daemons: manifests.map(({ id }) => (id === now.daemon.id ? now.daemon : daemon({ id }))),
    history: { state: 'recording', since: 0, reason: null, buffered: 0, dropped: 0 },
    configError: null,
    dashboard: null,
    ...options.info,
  });
  /** What the host answers to requests by name; tests may put other answers there. */
  const answers: Record<string, (args: unknown) => unknown> = {
    hello: () => ({ ok: true, result: hello() }),
    'audit.query': () => ({ ok: true, result: { entries: [], more: false } }),
    'task.list': () => ({ ok: true, result: { tasks: [] } }),
    'marks.query': () => ({ ok: true, result: { marks: [], actions: true } }),
    'logs.query': () => ({ ok: true, result: { records: [] } }),
    'history.query': () => ({ ok: true, result: history() }),
  };
  const request = vi.fn((name: string, args: unknown) =>
    Promise.resolve(answers[name]?.(args) ?? { ok: true, result: {} }),
  );
  const client = {
    request: request as unknown as ControlClient['request'],
    onEvent: (listener: (event: ControlEvent) => void) => {
      events.add(listener);
      return () => events.delete(listener);
    },
    onConnection: (listener: (state: ConnectionState) => void) => {
      connections.add(listener);
      return () => connections.delete(listener);
    },
    openStream: (source: string, handlers: StreamHandlers) => {
      const stream: OpenStream = { source, handlers, sent: [], closed: false };
      streams.push(stream);
      return {
        send: (message: FromWindow) => void stream.sent.push(message),
        close: () => {
          stream.closed = true;
        },
      };
    },
    openBytes: async (source: string): Promise<BytePipe> => {
      if (refusals.bytes !== null) throw refusals.bytes;
      const [window, served] = testPipes();
      files.push({ source, channel: new ByteChannel(served, false) });
      return window;
    },
    retryNow: vi.fn(),
    close: () => {
      now.closed = true;
    },
  } satisfies ControlClient;
  const access: HostAccess = { id, name: `host ${id}`, client, session: options.session ?? null };
  return {
    access,
    now,
    answers,
    request,
    streams,
    files,
    refusals,
    retryNow: client.retryNow,
    /** Names of the requests made so far. */
    asked: () => request.mock.calls.map(([name]) => name),
    /** Streams opened to a source so far. */
    of: (source: string) => streams.filter((stream) => stream.source === source),
    /** Who still listens to the host. */
    listeners: () => events.size + connections.size,
    emit: (event: ControlEvent) => {
      for (const listener of events) listener(event);
    },
    connect: (state: ConnectionState) => {
      for (const listener of connections) listener(state);
    },
    greet: (stream: OpenStream | undefined, instance: number) =>
      stream?.handlers.onMessage({
        type: 'hello',
        source: stream.source,
        instance,
        pid: 1,
        startedAt: 0,
      }),
    /** Sends a frame of so many values, of which the last says how much is open. */
    say: (stream: OpenStream | undefined, seq: number, size: number, open: number) => {
      const values = new Float64Array(size);
      values[size - 1] = open;
      stream?.handlers.onMessage({
        type: 'frame',
        frame: { seq, time: Date.now(), skipped: 0, revision: 1, values },
      });
    },
  };
}
