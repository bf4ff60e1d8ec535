/** What the model of a host opens, closes, keeps and says as its host tells it things. */
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { Catalog } from '../../contract/link/catalog.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import { DAEMON_STATES } from '../../contract/states.ts';
import { STALE_AFTER_MS } from './host-model.ts';
import { Hosts } from './hosts.ts';
import { daemon, FakeDocument, fakeHost } from './test-host.ts';

let page: FakeDocument;
let hosts: Hosts;
beforeEach(() => {
  vi.useFakeTimers();
  page = new FakeDocument();
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', () => 0);
  hosts = new Hosts();
});
afterEach(() => {
  hosts.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function ready(fake = fakeHost()) {
  const model = hosts.add(fake.access);
  fake.connect({ phase: 'connected' });
  await vi.advanceTimersByTimeAsync(0);
  const say = (id: string, seq: number, value: number) =>
    fake.say(fake.of(id).at(-1), seq, model.source(id)?.samples.layout.size ?? 0, value);
  const state = () => model.store.getState();
  const open = (id: string) => fake.of(id).filter(({ closed }) => !closed).length;
  return { ...fake, model, say, state, open };
}
const notices = () => hosts.screen.store.getState().notices.map(({ tone, text }) => `${tone} ${text}`);

describe('hello', () => {
  it('is said once the host is connected, not before', async () => {
    const fake = fakeHost();
    const model = hosts.add(fake.access);
    fake.connect({ phase: 'connecting' });
    await vi.advanceTimersByTimeAsync(0);
    expect([fake.asked(), model.store.getState().connection]).toEqual([[], { phase: 'connecting' }]);
    fake.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    expect(fake.request.mock.calls[0]).toEqual(['hello', {}]);
  });

  it('brings all that pages render from, and takes back that the host would end', async () => {
    const { state, emit, connect, answers, now } = await ready();
    expect(state()).toMatchObject({ history: { state: 'recording' }, configError: null, closing: null });
    emit({ type: 'closing', reason: 'asked' });
    const before = (answers.hello as unknown as () => { result: object })();
    now.daemon = daemon({ state: 'stopped' });
    const configError = { code: 'config_invalid', message: 'line 3' };
    answers.hello = () => ({ ok: true, result: { ...before.result, configError, daemons: [now.daemon] } });
    connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    expect(state()).toMatchObject({ closing: null, configError, daemons: { d: { state: 'stopped' } } });
  });

  it('that is refused is said, and leaves all as it was', async () => {
    const { state, answers, connect, open } = await ready();
    const before = state().host;
    answers.hello = () => ({ ok: false, error: { code: 'busy', message: 'Too many windows.' } });
    connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
    expect([notices(), state().host === before, open('d')]).toEqual([['bad Too many windows.'], true, 1]);
  });

  it('offers only what the role may use', async () => {
    const fake = fakeHost();
    const usual = fake.answers.hello as unknown as () => { result: object };
    fake.answers.hello = () => ({ ok: true, result: { ...usual().result, role: 'viewer' } });
    const { state } = await ready(fake);
    expect(state().host?.manifests[0]?.commands).toEqual([]);
  });
});

describe('streams', () => {
  test.each(DAEMON_STATES.map((state) => [state, state === 'running' || state === 'stopping'] as const))(
    'of a daemon that is %s are open: %j',
    async (state, isOpen) => {
      const { emit, open } = await ready();
      emit({ type: 'daemon', daemon: daemon({ state }) });
      expect(open('d')).toBe(isOpen ? 1 : 0);
    },
  );

  it('come and go with the connection, but stay while the daemon is the same', async () => {
    const { emit, of, connect, open } = await ready();
    emit({ type: 'daemon', daemon: daemon({ restarts: 1 }) });
    expect(of('d')).toHaveLength(1);
    connect({ phase: 'lost', since: 1, retryAt: 2 });
    expect([open('d'), open('main')]).toEqual([0, 0]);
  });

  it('of a daemon that ended show nothing as current', async () => {
    const { emit, state, say, greet, of } = await ready();
    greet(of('d')[0], 1);
    say('d', 1, 5);
    expect(state().freshness.d).toEqual({ state: 'live' });
    emit({ type: 'daemon', daemon: daemon({ state: 'stopped' }) });
    expect(state().freshness.d).toEqual({ state: 'none' });
  });

  it('are opened anew for a process that measures something else, and kept for one that measures more', async () => {
    const { emit, model, of, open, greet } = await ready();
    const before = model.source('d');
    const own = (name: string) => ({ name, kind: 'gauge', unit: 'count', help: '' }) as const;
    const tell = (catalog: Catalog) => emit({ type: 'catalog', source: 'd', catalog } as never);
    const fixed = before!.samples.layout.catalog;
    tell({ revision: 2, metrics: [...fixed, { ...own('signalbox_d_queue_depth'), labels: { queue: 'q' } }] });
    expect([model.source('d') === before, of('d').length]).toEqual([true, 1]);
    page.hidden = true;
    tell({ revision: 3, metrics: catalogOf('d', [own('signalbox_d_other')]) });
    expect([model.source('d') === before, of('d').length, open('d')]).toEqual([false, 2, 1]);
    greet(of('d')[1], 1);
    expect(of('d')[1]?.sent[0]).toEqual({ type: 'rate', hz: 1 });
    // Of a process that nobody has heard of there is no state to go by.
    emit({ type: 'catalog', source: 'e', catalog: { revision: 1, metrics: catalogOf('e', []) } } as never);
    expect([model.source('e')?.id, of('e').length]).toEqual(['e', 0]);
  });

  it('of a daemon that the window knows no metrics of are none', async () => {
    const { emit, of, state } = await ready();
    emit({ type: 'daemon', daemon: daemon({ id: 'e' }) });
    expect([of('e').length, state().daemons.e?.state]).toEqual([0, 'running']);
  });

  it('of main tell the time of the host', async () => {
    const { model, greet, of, say } = await ready();
    expect(model.hostNow()).toBe(Date.now());
    greet(of('main')[0], 1);
    greet(of('d')[0], 1);
    const now = Date.now();
    say('main', 1, 0);
    await vi.advanceTimersByTimeAsync(500);
    expect(model.hostNow()).toBe(now + 500);
    const values = new Float64Array(model.source('main')!.samples.layout.size);
    const frame = { seq: 2, time: Date.now() + 60_000, skipped: 0, revision: 1, values };
    of('main')[0]?.handlers.onMessage({ type: 'frame', frame });
    expect(model.hostNow()).toBe(now + 60_500);
    say('d', 1, 0);
    expect(model.hostNow()).toBe(now + 60_500);
  });
});

describe('what is stale', () => {
  it('is judged a second at a time, three seconds after the last frame', async () => {
    const { state, greet, of, say } = await ready();
    greet(of('d')[0], 1);
    await vi.advanceTimersByTimeAsync(10_000);
    // Nothing has come yet.
    expect(state().freshness.d).toBeUndefined();
    greet(of('d').at(-1), 1);
    say('d', 1, 1);
    const since = Date.now();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS);
    expect(state().freshness.d).toEqual({ state: 'live' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state().freshness.d).toEqual({ state: 'stale', since });
    const known = state();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state()).toBe(known);
  });

  it('is not a process that is measured anew and has sent nothing yet', async () => {
    const { state, greet, of, say, emit } = await ready();
    greet(of('d')[0], 1);
    say('d', 1, 1);
    emit({ type: 'catalog', source: 'd', catalog: { revision: 1, metrics: catalogOf('d', []) } } as never);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state().freshness.d).toEqual({ state: 'live' });
  });

  it('is main as well, and a daemon that stops, but not one that is down', async () => {
    const { state, greet, of, say, emit } = await ready();
    greet(of('main')[0], 1);
    greet(of('d')[0], 1);
    say('main', 1, 1);
    say('d', 1, 1);
    emit({ type: 'daemon', daemon: daemon({ state: 'stopping' }) });
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS + 1_000);
    expect([state().freshness.main?.state, state().freshness.d?.state]).toEqual(['stale', 'stale']);
    emit({ type: 'daemon', daemon: daemon({ state: 'stopped' }) });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state().freshness.d).toEqual({ state: 'none' });
  });
});

describe('what the host tells', () => {
  it('is read out when a daemon is in another state, and not for anything else', async () => {
    const { emit } = await ready();
    const said = () => hosts.screen.store.getState().announcements.at(-1);
    emit({ type: 'daemon', daemon: daemon({ restarts: 2 }) });
    emit({ type: 'daemon', daemon: daemon({ id: 'e' }) });
    expect(said()).toBeUndefined();
    emit({ type: 'daemon', daemon: daemon({ state: 'failed', cause: 'port taken' }) });
    expect(said()).toMatchObject({ host: 'a', text: 'd is failed: port taken' });
  });

  it('is counted where the configuration was read, and kept where it has a mistake', async () => {
    const { emit, state } = await ready();
    emit({ type: 'config', error: { code: 'config_invalid', message: 'line 3' } });
    emit({ type: 'config', error: null });
    expect(state()).toMatchObject({ configReads: 2, configError: null });
  });

  it('goes to those who listen for entries of the audit trail, until they end it', async () => {
    const { emit, model } = await ready();
    const heard = vi.fn();
    const end = model.onAudit(heard);
    emit({ type: 'audit', entry: { id: 1 } as never });
    end();
    emit({ type: 'audit', entry: { id: 2 } as never });
    expect(heard.mock.calls).toEqual([[{ id: 1 }]]);
  });

  it('goes to the log of its source, and nowhere for an unknown one', async () => {
    const { emit, model } = await ready();
    const record = {
      time: 1,
      level: 'info',
      subsystem: 's',
      event: 'e',
      message: 'm',
      seq: 1,
      instance: 1,
    } as const;
    emit({
      type: 'logs',
      records: [
        { ...record, source: 'd' },
        { ...record, source: 'nobody' },
        { ...record, source: 'main' },
      ],
    });
    expect([model.source('d')?.logs.records.length, model.source('main')?.logs.records.length]).toEqual([
      1, 1,
    ]);
  });
});

describe('frames', () => {
  it('give their credit back at once where nothing draws them', async () => {
    const { greet, of, say } = await ready();
    greet(of('d')[0], 1);
    say('d', 1, 5);
    expect(of('d')[0]?.sent.at(-1)).toEqual({ type: 'ack', seq: 1 });
  });

  it('bring figures up to date at once only where the page draws their source', async () => {
    const { greet, of, say, model } = await ready();
    const written: string[] = [];
    hosts.screen.text.add(
      () => String(model.source('d')?.samples.length),
      (text) => written.push(text),
    );
    greet(of('d')[0], 1);
    say('d', 1, 5);
    await vi.advanceTimersByTimeAsync(250);
    expect(written).toEqual(['0']);
    hosts.screen.draw.add({ source: model.source('d')!, intervalMs: 0, draw: () => {} });
    say('d', 2, 5);
    await vi.advanceTimersByTimeAsync(250);
    // The value is the same, so that only time has passed.
    expect(written).toEqual(['0']);
    say('d', 3, 6);
    await vi.advanceTimersByTimeAsync(250);
    expect(written.at(-1)).not.toBe('0');
  });

  it('are asked for at ten a second, and at one while nobody sees the window', async () => {
    const { greet, of } = await ready();
    greet(of('d')[0], 1);
    const rates = () => of('d')[0]?.sent.flatMap((one) => (one.type === 'rate' ? [one.hz] : []));
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    expect(rates()).toEqual([10, 1, 10]);
  });
});

it('says what main could not record, and what it warns of', async () => {
  const { model, answers } = await ready();
  answers['daemon.stop'] = () => ({ ok: true, result: {}, audited: false });
  await model.client.request('daemon.stop', { id: 'd' });
  expect(notices()).toEqual([expect.stringMatching(/^bad This is not recorded: the audit trail/)]);
});

it('is closed once, with everything that belongs to it', async () => {
  const { model, now, listeners, open, emit, state } = await ready();
  const heard = vi.fn();
  model.onAudit(heard);
  const rates = vi.spyOn(page, 'removeEventListener');
  model.close();
  model.close();
  expect([now.closed, listeners(), open('d'), open('main'), model.closed.aborted]).toEqual([
    true,
    0,
    0,
    0,
    true,
  ]);
  expect(rates.mock.calls.filter(([type]) => type === 'visibilitychange')).toHaveLength(1);
  emit({ type: 'closing', reason: 'late' });
  expect(state().closing).toBeNull();
  model.notify('bad', 'too late');
  expect(notices()).toEqual([]);
});
