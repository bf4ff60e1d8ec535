import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STALE_AFTER_MS } from './host-model.ts';
import { Hosts } from './hosts.ts';
import { daemon, FakeDocument, fakeHost } from './test-host.ts';

describe('the model of a host', () => {
  let page: FakeDocument;
  let frames: FrameRequestCallback[];
  let open: Hosts[];

  beforeEach(() => {
    vi.useFakeTimers();
    page = new FakeDocument();
    frames = [];
    open = [];
    vi.stubGlobal('document', page);
    vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) => frames.push(draw));
  });
  afterEach(() => {
    for (const hosts of open) hosts.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** A model that has said hello to a host whose daemon runs. */
  async function ready() {
    const hosts = new Hosts();
    open.push(hosts);
    const fake = fakeHost();
    const model = hosts.add(fake.access);
    fake.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    const say = (stream: Parameters<typeof fake.say>[0], seq: number, value: number) =>
      fake.say(stream, seq, model.source('d')?.samples.layout.size ?? 0, value);
    return { ...fake, model, screen: hosts.screen, say };
  }

  it('learns of the host and opens a stream to each process that runs', async () => {
    const { model, of } = await ready();
    expect(model.store.getState().daemons.d?.state).toBe('running');
    expect([of('main').length, of('d').length]).toEqual([1, 1]);
  });

  it('takes frames over and gives their credit back when they are drawn', async () => {
    const { model, screen, of, say, greet } = await ready();
    const chart = { source: model.source('d') ?? {}, intervalMs: 0, draw: vi.fn() };
    screen.draw.add(chart);
    screen.draw.setVisible(chart, true);
    for (const draw of frames.splice(0)) draw(performance.now());
    const stream = of('d')[0];
    greet(stream, 1);
    expect(stream?.sent).toContainEqual({ type: 'rate', hz: 10 });
    say(stream, 1, 42);
    expect(model.source('d')?.samples.length).toBe(1);
    expect(stream?.sent).not.toContainEqual({ type: 'ack', seq: 1 });
    for (const draw of frames.splice(0)) draw(performance.now());
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
    const { model, screen, of, say, greet } = await ready();
    const chart = { source: model.source('d') ?? {}, intervalMs: 0, draw: vi.fn() };
    screen.draw.add(chart);
    screen.draw.setVisible(chart, true);
    screen.text.add(
      () => '',
      () => {},
    );
    const stream = of('d')[0];
    greet(stream, 1);
    say(stream, 1, 42);
    for (const draw of frames.splice(0)) draw(performance.now());
    await vi.advanceTimersByTimeAsync(250);
    // The past, which is drawn as soon as it is there.
    expect(frames).toHaveLength(1);
    for (const draw of frames.splice(0)) draw(performance.now());
    say(stream, 2, 42);
    expect(frames).toHaveLength(0);
    expect(stream?.sent).toContainEqual({ type: 'ack', seq: 2 });
    chart.draw.mockClear();
    await vi.advanceTimersByTimeAsync(1_000);
    for (const draw of frames.splice(0)) draw(performance.now());
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
    const { screen, of, emit } = await ready();
    emit({ type: 'daemon', daemon: daemon({ state: 'backoff', instance: 1, cause: 'killed' }) });
    expect(of('d')[0]?.closed).toBe(true);
    expect(screen.store.getState().announcements.at(-1)).toMatchObject({
      host: 'a',
      text: expect.stringContaining('killed'),
    });
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
    const { model, now, of, connect } = await ready();
    connect({ phase: 'lost', since: 5, retryAt: 6 });
    expect([of('main')[0]?.closed, of('d')[0]?.closed]).toEqual([true, true]);
    now.daemon = daemon({ state: 'stopped', instance: 1 });
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
    const { model, screen } = await ready();
    model.notify('bad', 'no');
    expect(screen.store.getState().notices).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screen.store.getState().notices).toHaveLength(0);
  });
});
