import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { HistoryResult } from '../../contract/control/history.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import type { ControlEvent } from '../../contract/control/messages.ts';
import { describeManifest } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { FromWindow } from '../../contract/stream.ts';
import type { ConnectionState, ControlClient, StreamHandlers } from '../client/control-client.ts';
import { HostModel, STALE_AFTER_MS } from './host-model.ts';

/** The part of `document` that the model looks at. */
class FakeDocument extends EventTarget {
  hidden = false;
}

const manifest = describeManifest({
  id: 'd',
  title: 'D',
  summary: '',
  config: z.object({}),
  metrics: [{ name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: '' }],
  commands: {},
});

const daemon = (change: Partial<DaemonSnapshot> = {}): DaemonSnapshot => ({
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
});

interface OpenStream {
  readonly source: string;
  readonly handlers: StreamHandlers;
  readonly sent: FromWindow[];
  closed: boolean;
}

function make() {
  const streams: OpenStream[] = [];
  const host = { daemon: daemon() };
  let emit: (event: ControlEvent) => void = () => {};
  let connect: (state: ConnectionState) => void = () => {};
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
    manifests: [manifest],
    catalogs: {
      main: { revision: 1, metrics: [] },
      d: { revision: 1, metrics: catalogOf('d', manifest.metrics) },
    },
    daemons: [host.daemon],
    history: { state: 'recording', since: 0, reason: null, buffered: 0, dropped: 0 },
    configError: null,
    dashboard: null,
  });
  const history = (): HistoryResult => {
    const at = Math.floor(Date.now() / 1000) - 5;
    const series = [{ metric: 'signalbox_d_open', stat: 'value' as const, values: [41, 42] }];
    return { stepSeconds: 1, times: [at, at + 1], series };
  };
  const answers: Record<string, () => unknown> = {
    hello,
    'logs.query': () => ({ records: [] }),
    'history.query': history,
  };
  const request = vi.fn((name: string, _args: unknown) =>
    Promise.resolve({ ok: true, result: answers[name]?.() }),
  );
  const client = {
    request: request as unknown as ControlClient['request'],
    onEvent: (listener: (event: ControlEvent) => void) => {
      emit = listener;
      return () => {};
    },
    onConnection: (listener: (state: ConnectionState) => void) => {
      connect = listener;
      return () => {};
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
    retryNow: () => {},
    close: () => {},
  } satisfies ControlClient;
  const model = new HostModel(client);
  const of = (source: string) => streams.filter((stream) => stream.source === source);
  const say = (stream: OpenStream | undefined, seq: number, open: number) => {
    const size = model.source('d')?.samples.layout.size ?? 0;
    const values = new Float64Array(size);
    values[size - 1] = open;
    stream?.handlers.onMessage({
      type: 'frame',
      frame: { seq, time: Date.now(), skipped: 0, revision: 1, values },
    });
  };
  const greet = (stream: OpenStream | undefined, instance: number) =>
    stream?.handlers.onMessage({ type: 'hello', source: 'd', instance, pid: 1, startedAt: 0 });
  return {
    model,
    host,
    request,
    of,
    say,
    greet,
    emit: (event: ControlEvent) => emit(event),
    connect: (state: ConnectionState) => connect(state),
  };
}

describe('the model of the window', () => {
  let page: FakeDocument;
  let frames: (() => void)[];
  let open: HostModel[];

  beforeEach(() => {
    vi.useFakeTimers();
    page = new FakeDocument();
    frames = [];
    open = [];
    vi.stubGlobal('document', page);
    vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
  });
  afterEach(() => {
    for (const model of open) model.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** A model that has said hello to a host whose daemon runs. */
  async function ready() {
    const made = make();
    open.push(made.model);
    made.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    return made;
  }

  it('learns of the host and opens a stream to each process that runs', async () => {
    const { model, of } = await ready();
    expect(model.store.getState().daemons.d?.state).toBe('running');
    expect([of('main').length, of('d').length]).toEqual([1, 1]);
  });

  it('takes frames over and gives their credit back when they are drawn', async () => {
    const { model, of, say, greet } = await ready();
    const chart = { source: 'd', intervalMs: 0, draw: vi.fn() };
    model.draw.add(chart);
    model.draw.setVisible(chart, true);
    for (const draw of frames.splice(0)) draw();
    const stream = of('d')[0];
    greet(stream, 1);
    expect(stream?.sent).toContainEqual({ type: 'rate', hz: 10 });
    say(stream, 1, 42);
    expect(model.source('d')?.samples.length).toBe(1);
    expect(stream?.sent).not.toContainEqual({ type: 'ack', seq: 1 });
    for (const draw of frames.splice(0)) draw();
    expect(stream?.sent).toContainEqual({ type: 'ack', seq: 1 });
  });

  it('puts the minutes before it was opened in front of the first frame, and asks for them once', async () => {
    const { model, of, say, greet, request } = await ready();
    const stream = of('d')[0];
    greet(stream, 1);
    say(stream, 1, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    say(stream, 2, 6);
    const samples = model.source('d')?.samples;
    const shown = samples?.column(samples.layout.slot('signalbox_d_open'));
    expect([...(shown ?? [])]).toEqual([41, 42, 5, 6]);
    const asked = request.mock.calls.flatMap(([name, args]) => (name === 'history.query' ? [args] : []));
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ source: 'd', points: 602 });
  });

  it('fills what it missed while it was signed out, so that no hole stays in the charts', async () => {
    const { model, of, say, greet, request, connect } = await ready();
    greet(of('d')[0], 1);
    say(of('d')[0], 1, 5);
    await vi.advanceTimersByTimeAsync(1_000);
    connect({ phase: 'signed-out' });
    await vi.advanceTimersByTimeAsync(9_000);
    connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    greet(of('d')[1], 1);
    say(of('d')[1], 1, 6);
    say(of('d')[1], 2, 6);
    await vi.advanceTimersByTimeAsync(0);
    const samples = model.source('d')?.samples;
    const shown = samples?.column(samples.layout.slot('signalbox_d_open'));
    expect([...(shown ?? [])]).toEqual([41, 42, 5, 41, 42, 6]);
    expect(request.mock.calls.filter(([name]) => name === 'history.query')).toHaveLength(4);
  });

  it('draws a frame without news with the next text, and gives its credit back before', async () => {
    const { model, of, say, greet } = await ready();
    const chart = { source: 'd', intervalMs: 0, draw: vi.fn() };
    model.draw.add(chart);
    model.draw.setVisible(chart, true);
    model.text.add(
      () => '',
      () => {},
    );
    const stream = of('d')[0];
    greet(stream, 1);
    say(stream, 1, 42);
    for (const draw of frames.splice(0)) draw();
    await vi.advanceTimersByTimeAsync(250);
    say(stream, 2, 42);
    expect(frames).toHaveLength(0);
    expect(stream?.sent).toContainEqual({ type: 'ack', seq: 2 });
    chart.draw.mockClear();
    await vi.advanceTimersByTimeAsync(1_000);
    for (const draw of frames.splice(0)) draw();
    expect(chart.draw).toHaveBeenCalledOnce();
  });

  it('asks for one frame a second while it is hidden, and gives credit back without drawing', async () => {
    const { of, say, greet } = await ready();
    const stream = of('d')[0];
    greet(stream, 1);
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    expect(stream?.sent.at(-1)).toEqual({ type: 'rate', hz: 1 });
    say(stream, 1, 42);
    expect(stream?.sent.at(-1)).toEqual({ type: 'ack', seq: 1 });
  });

  it('moves to the next process after a restart', async () => {
    const { model, of, emit } = await ready();
    emit({ type: 'daemon', daemon: daemon({ state: 'backoff', instance: 1, cause: 'killed' }) });
    expect(of('d')[0]?.closed).toBe(true);
    expect(model.store.getState().announcement).toContain('killed');
    emit({ type: 'daemon', daemon: daemon({ instance: 2 }) });
    expect(of('d')).toHaveLength(2);
  });

  it('says since when figures are stale, and that they are live again', async () => {
    const { model, of, say, greet } = await ready();
    greet(of('d')[0], 1);
    say(of('d')[0], 1, 1);
    const arrived = Date.now();
    expect(model.store.getState().freshness.d).toEqual({ state: 'live' });
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS + 1_000);
    expect(model.store.getState().freshness.d).toEqual({ state: 'stale', since: arrived });
    say(of('d').at(-1), 2, 1);
    expect(model.store.getState().freshness.d).toEqual({ state: 'live' });
  });

  it('closes all streams with the connection and opens them when it is back', async () => {
    const { model, host, of, connect } = await ready();
    connect({ phase: 'lost', since: 5, retryAt: 6 });
    expect([of('main')[0]?.closed, of('d')[0]?.closed]).toEqual([true, true]);
    host.daemon = daemon({ state: 'stopped', instance: 1 });
    connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    expect(model.store.getState().daemons.d?.state).toBe('stopped');
    expect([of('main').length, of('d').length]).toEqual([2, 1]);
  });

  it('keeps what the host says of history and configuration', async () => {
    const { model, emit } = await ready();
    const history = { state: 'paused', since: 1, reason: 'gone', buffered: 3, dropped: 0 } as const;
    emit({ type: 'history', history });
    emit({ type: 'config', error: { code: 'config_invalid', message: 'line 3' } });
    emit({ type: 'closing', reason: 'asked' });
    expect(model.store.getState()).toMatchObject({
      history,
      configError: { message: 'line 3' },
      closing: 'asked',
    });
  });

  it('takes notices away after a while', async () => {
    const { model } = await ready();
    model.notify('bad', 'no');
    expect(model.store.getState().notices).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(model.store.getState().notices).toHaveLength(0);
  });
});
