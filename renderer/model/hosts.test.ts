import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostModel } from './host-model.ts';
import { Hosts, named, told } from './hosts.ts';
import { daemon, FakeDocument, type FakeHost, fakeHost } from './test-host.ts';

describe('two hosts in one window, each with a daemon of the same id', () => {
  let frames: FrameRequestCallback[];
  let hosts: Hosts;
  let a: FakeHost;
  let b: FakeHost;
  let modelA: HostModel;
  let modelB: HostModel;

  const drawn = () => {
    for (const draw of frames.splice(0)) draw(performance.now());
  };
  const say = (fake: FakeHost, model: HostModel, seq: number, open: number) =>
    fake.say(fake.of('d').at(-1), seq, model.source('d')?.samples.layout.size ?? 0, open);
  const shown = (model: HostModel) => {
    const samples = model.source('d')?.samples;
    return samples?.shown(samples.layout.slot('signalbox_d_open'));
  };
  const chartOf = (model: HostModel) => {
    const chart = { source: model.source('d') ?? {}, intervalMs: 0, draw: vi.fn() };
    hosts.screen.draw.add(chart);
    hosts.screen.draw.setVisible(chart, true);
    drawn();
    chart.draw.mockClear();
    return chart;
  };
  const record = { time: 1, level: 'info', subsystem: 's', event: 'e', message: 'm', seq: 1 } as const;

  beforeEach(async () => {
    vi.useFakeTimers();
    frames = [];
    vi.stubGlobal('document', new FakeDocument());
    vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) => frames.push(draw));
    hosts = new Hosts();
    a = fakeHost('a');
    b = fakeHost('b');
    modelA = hosts.add(a.access);
    modelB = hosts.add(b.access);
    for (const fake of [a, b]) fake.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    for (const fake of [a, b]) fake.greet(fake.of('d')[0], 1);
  });
  afterEach(() => {
    hosts.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('keeps their metrics apart, and draws only the charts of the host that sent some', () => {
    const chartA = chartOf(modelA);
    const chartB = chartOf(modelB);
    say(a, modelA, 1, 5);
    drawn();
    expect([shown(modelA), shown(modelB)]).toEqual([5, Number.NaN]);
    expect([chartA.draw.mock.calls.length, chartB.draw.mock.calls.length]).toEqual([1, 0]);
    say(b, modelB, 1, 7);
    drawn();
    expect([shown(modelA), shown(modelB)]).toEqual([5, 7]);
    expect([chartA.draw.mock.calls.length, chartB.draw.mock.calls.length]).toEqual([1, 1]);
    expect(modelA.source('d')?.key).not.toBe(modelB.source('d')?.key);
  });

  it('gives each host the credit for its own frames', () => {
    chartOf(modelA);
    chartOf(modelB);
    say(a, modelA, 3, 5);
    say(b, modelB, 9, 7);
    drawn();
    expect(a.of('d')[0]?.sent.filter(({ type }) => type === 'ack')).toEqual([{ type: 'ack', seq: 3 }]);
    expect(b.of('d')[0]?.sent.filter(({ type }) => type === 'ack')).toEqual([{ type: 'ack', seq: 9 }]);
  });

  it('keeps their states, logs and audit entries apart', () => {
    const entries = { a: vi.fn(), b: vi.fn() };
    modelA.onAudit(entries.a);
    modelB.onAudit(entries.b);
    b.emit({ type: 'daemon', daemon: daemon({ state: 'stopped' }) });
    b.emit({ type: 'logs', records: [{ ...record, source: 'd', instance: 1 }] });
    b.emit({ type: 'audit', entry: { id: 1 } as never });
    const stateOf = (model: HostModel) => model.store.getState().daemons.d?.state;
    expect([stateOf(modelA), stateOf(modelB)]).toEqual(['running', 'stopped']);
    expect([modelA, modelB].map((model) => model.source('d')?.logs.records.length)).toEqual([0, 1]);
    expect([entries.a.mock.calls.length, entries.b.mock.calls.length]).toEqual([0, 1]);
    const { announcements } = hosts.screen.store.getState();
    expect(announcements.at(-1)).toMatchObject({ host: 'b', text: 'd is stopped' });
  });

  it('says of a notice which host it is about, only where there are several', () => {
    modelB.notify('bad', 'd: refused');
    const [notice] = hosts.screen.store.getState().notices;
    expect(notice).toMatchObject({ host: 'b', text: 'd: refused' });
    expect(told([modelA, modelB], 'b', 'd: refused')).toBe('host b: d: refused');
    expect(told([modelB], 'b', 'd: refused')).toBe('d: refused');
    expect(told([modelA, modelB], null, 'The app is in the tray')).toBe('The app is in the tray');
    expect(named([modelA, modelB], 'a', 'Stop d')).toBe('Stop d on host a');
    expect(named([modelA], 'a', 'Stop d')).toBe('Stop d');
  });

  it('tells of what is known of all, anew whenever something changes on any', () => {
    const listener = vi.fn();
    const end = hosts.subscribeStates(listener);
    const before = hosts.states();
    expect(hosts.states()).toBe(before);
    b.emit({ type: 'closing', reason: 'asked' });
    expect(listener).toHaveBeenCalledOnce();
    expect(hosts.states().map(({ state }) => state.closing)).toEqual([null, 'asked']);
    hosts.remove('a');
    expect(hosts.states().map(({ host }) => host.id)).toEqual(['b']);
    const c = fakeHost('c');
    hosts.add(c.access);
    listener.mockClear();
    c.emit({ type: 'closing', reason: 'asked' });
    a.emit({ type: 'closing', reason: 'asked' });
    expect(listener).toHaveBeenCalledOnce();
    listener.mockClear();
    end();
    b.emit({ type: 'closing', reason: 'once more' });
    expect(listener).not.toHaveBeenCalled();
  });

  it('follows those that come and no longer those that have gone, also when they change places', () => {
    const listener = vi.fn();
    const end = hosts.subscribeStates(listener);
    const before = hosts.states();
    hosts.remove('a');
    hosts.add(fakeHost('c').access);
    expect(listener).toHaveBeenCalledTimes(2);
    modelA.store.setState({ closing: 'late' });
    expect(listener).toHaveBeenCalledTimes(2);
    expect(hosts.states().map(({ host }) => host.id)).toEqual(['b', 'c']);
    expect(hosts.states()).not.toBe(before);
    const now = hosts.states();
    hosts.get('c')?.store.setState({ closing: 'asked' });
    expect(hosts.states()).not.toBe(now);
    expect(hosts.states()[0]?.state).toBe(now[0]?.state);
    end();
    hosts.remove('c');
    expect(listener).toHaveBeenCalledTimes(3);
    hosts.remove('nobody');
    expect(hosts.states().map(({ host }) => host.id)).toEqual(['b']);
  });

  it('lets go of the page when the window is closed', () => {
    const drawn = vi.spyOn(hosts.screen.draw, 'drawDirty');
    hosts.close();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(drawn).not.toHaveBeenCalled();
  });

  it('has one host of an id', () => {
    expect(() => hosts.add(fakeHost('a').access)).toThrow('a already');
    expect(hosts.get('a')).toBe(modelA);
  });

  it('leaves nothing of a host that is closed, and the other as it was', async () => {
    modelA.notify('info', 'of a');
    modelB.notify('info', 'of b');
    a.emit({ type: 'daemon', daemon: daemon({ state: 'backoff' }) });
    const gone = modelA.closed;
    hosts.remove('a');
    expect(gone.aborted).toBe(true);
    expect([a.now.closed, b.now.closed]).toEqual([true, false]);
    expect([a.listeners(), b.listeners()]).toEqual([0, 2]);
    expect(a.streams.every((stream) => stream.closed)).toBe(true);
    expect(b.streams.some((stream) => stream.closed)).toBe(false);
    expect(hosts.screen.store.getState().notices.map(({ text }) => text)).toEqual(['of b']);
    expect(hosts.screen.store.getState().announcements).toEqual([]);
    modelA.notify('bad', 'too late');
    expect(hosts.screen.store.getState().notices).toHaveLength(1);
    say(b, modelB, 1, 7);
    expect(shown(modelB)).toBe(7);
    hosts.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('opens no stream for a host that was closed before it had said hello', async () => {
    const c = fakeHost('c');
    let greet: (outcome: unknown) => void = () => {};
    const hello = c.answers.hello?.({});
    c.answers.hello = () =>
      new Promise((resolve) => {
        greet = resolve;
      });
    const model = hosts.add(c.access);
    c.connect({ phase: 'connected' });
    hosts.remove('c');
    greet(hello);
    await vi.advanceTimersByTimeAsync(0);
    expect([c.streams.length, model.store.getState().host]).toEqual([0, null]);
  });
});
