/** `signalbox top` against an instance that a test plays: what it shows when, and how it ends. */
import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ControlEvent } from '../../contract/control/messages.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import { layoutOf, readMetrics } from '../../contract/metric-frame.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { seriesId } from '../../contract/series-id.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { type TopClient, topCommand } from './top-command.ts';

const labelled = (spec: MetricSpec, name: string): MetricSpec => ({
  ...spec,
  labels: { queue: name },
  instrument: 'queue',
});
const { gauge, counter } = metricSpecs('ircd');
const CATALOG: readonly MetricSpec[] = [
  gauge('cpu_ratio', ''),
  counter('messages', ''),
  labelled(gauge('queue_depth', ''), 'out'),
  labelled(gauge('queue_capacity', ''), 'out'),
];
const MAIN_CATALOG: readonly MetricSpec[] = [metricSpecs('main').gauge('cpu_ratio', '')];

function instance() {
  const state: { daemon: Partial<DaemonSnapshot>; onEvent: (event: ControlEvent) => void } = {
    daemon: { id: 'ircd', state: 'running', unresponsive: false, pid: 9 },
    onEvent: () => {},
  };
  let end = () => {};
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  const asked: string[] = [];
  const figures = (source: string) => (source === 'main' ? MAIN_CATALOG : CATALOG);
  const answers: Record<string, (args: { source?: string }) => unknown> = {
    hello: () => ({
      pid: 1,
      manifests: [{ id: 'ircd', highlights: { messages: 'signalbox_ircd_messages_total' } }],
      catalogs: {
        main: { revision: 1, metrics: MAIN_CATALOG },
        ircd: { revision: 1, metrics: CATALOG },
      },
      daemons: [state.daemon],
    }),
    'task.list': () => ({ tasks: [] }),
    'metrics.follow': () => ({}),
    'metrics.latest': ({ source = '' }) => {
      const metrics = figures(source);
      const layout = layoutOf(metrics);
      return {
        time: 0,
        catalog: { revision: 1, metrics },
        metrics: readMetrics(layout, new Float64Array(layout.size)),
      };
    },
  };
  const client = {
    closed,
    onEvent: (listener: (event: ControlEvent) => void) => {
      state.onEvent = listener;
    },
    request: async (name: string, args: { source?: string }) => {
      asked.push(name);
      return { ok: true, result: answers[name]?.(args) };
    },
  } as unknown as TopClient;
  return {
    ...{ client, asked, answers },
    end: () => end(),
    say: (event: ControlEvent) => state.onEvent(event),
    second: (source: string, time: number, values: readonly number[], revision = 1) =>
      state.onEvent({ type: 'metrics', source, time, revision, values }),
  };
}

function terminal(isTTY = true) {
  const shown: string[] = [];
  const stdout = Object.assign(new EventEmitter(), {
    ...{ isTTY, columns: 120, rows: 20, writableNeedDrain: false },
    write(text: unknown) {
      shown.push(String(text));
      return true;
    },
  });
  const raw: boolean[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    ...{ isTTY, setRawMode: (on: boolean) => raw.push(on), resume: () => {}, pause: () => {} },
  });
  const process = Object.assign(new EventEmitter(), { stdout, stdin, exit: vi.fn() });
  return {
    ...{ shown, stdout, stdin, raw },
    process: process as unknown as NonNullable<Parameters<typeof topCommand>[2]>,
    /** Pictures so far, without what enters and leaves the screen. */
    pictures: () => shown.filter((text) => text.startsWith('\u001b[H')),
    press: (keys: string) => stdin.emit('data', Buffer.from(keys)),
  };
}

const written: string[] = [];
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
  written.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

async function open(isTTY = true, json = false) {
  const host = instance();
  const screen = terminal(isTTY);
  const code = topCommand(host.client, json, screen.process, clock);
  await clock.advance(0);
  return { ...host, screen, code };
}

test('on a terminal a picture is drawn at once, and one a second at most while figures come', async () => {
  const { screen, second, code } = await open();
  expect(screen.pictures()).toHaveLength(1);
  for (let i = 1; i <= 5; i++) second('ircd', i * 100, [0.5, i * 10, 3, 10]);
  await clock.advance(999);
  expect(screen.pictures()).toHaveLength(1);
  await clock.advance(1);
  expect(screen.pictures()).toHaveLength(2);
  expect(screen.pictures()[1]).toMatch(/ircd +running +9 +50\.0 % .* 100\/s/);
  expect(screen.pictures()[1]).toMatch(/ircd +queue +out +3 of 10/);
  await clock.advance(60_000);
  expect(screen.pictures()).toHaveLength(2);
  expect(clock.pendingTimers).toBe(0);
  screen.press('q');
  expect(await code).toBe(0);
});

test('nothing is asked for again while it goes on', async () => {
  const { screen, asked, second, code } = await open();
  const before = asked.length;
  expect(asked).toEqual(['hello', 'metrics.follow', 'task.list', 'metrics.latest', 'metrics.latest']);
  second('ircd', 1_000, [0.5, 10, 3, 10]);
  await clock.advance(5_000);
  expect(asked).toHaveLength(before);
  screen.press('\u0003');
  expect(await code).toBe(0);
});

test('what fills rises to the top, and what has ended has no instruments any more', async () => {
  const { screen, say, second, code } = await open();
  second('ircd', 1_000, [0.5, 0, 10, 10]);
  await clock.advance(1_000);
  expect(screen.pictures().at(-1)).toMatch(/full +.*ircd +queue +out/);
  say({
    type: 'daemon',
    daemon: { id: 'ircd', state: 'stopped', unresponsive: false, pid: null } as DaemonSnapshot,
  });
  await clock.advance(1_000);
  expect(screen.pictures().at(-1)).toMatch(/ircd +stopped +- +-/);
  expect(screen.pictures().at(-1)).toContain('No daemon has queues or pools now.');
  screen.press('q');
  await code;
});

test('an instrument that is made while one looks appears, and figures of an unknown catalog are left out', async () => {
  const { screen, say, second, code } = await open();
  const metrics = [...CATALOG, labelled(gauge('queue_depth', ''), 'new')];
  second('ircd', 1_000, [0, 0, 1, 10, 7], 2);
  await clock.advance(1_000);
  expect(screen.pictures()).toHaveLength(1);
  say({ type: 'catalog', source: 'ircd', catalog: { revision: 2, metrics } });
  second('ircd', 2_000, [0, 0, 1, 10, 7], 2);
  await clock.advance(1_000);
  expect(screen.pictures().at(-1)).toMatch(/queue +new +7/);
  expect(seriesId(metrics.at(-1)!)).toContain('new');
  screen.press('q');
  await code;
});

test('long work is shown while it goes on', async () => {
  const { screen, say, code } = await open();
  const task = { id: 1, title: 'Copying', phase: '', done: 1, total: 2, cancellable: true } as const;
  say({ type: 'task', source: 'recorder', task: { ...task, end: null } });
  await clock.advance(1_000);
  expect(screen.pictures().at(-1)).toContain('recorder: Copying: 50 %');
  say({ type: 'task', source: 'recorder', task: { ...task, end: 'done' } });
  await clock.advance(1_000);
  expect(screen.pictures().at(-1)).not.toContain('Copying');
  screen.press('q');
  await code;
});

test('keys and another size are answered at once', async () => {
  const { screen, code } = await open();
  for (const [keys, sort] of [
    ['\u001b[C', 'by name'],
    ['s', 'by depth'],
    ['\u001b[D\u001b[D\u001b[D', 'by refused'],
  ] as const) {
    screen.press(keys);
    expect(screen.pictures().at(-1)).toContain(sort);
  }
  const before = screen.pictures().length;
  screen.press('x');
  expect(screen.pictures()).toHaveLength(before);
  screen.stdout.columns = 20;
  screen.stdout.emit('resize');
  expect(screen.pictures()).toHaveLength(before + 1);
  const widest = Math.max(
    ...screen
      .pictures()
      .at(-1)!
      .split('\r\n')
      .map((line) => stripVTControlCharacters(line).length),
  );
  expect(widest).toBeLessThanOrEqual(20);
  screen.press('q');
  await code;
});

test('the end of the instance ends it, says so, and leaves the terminal as it was', async () => {
  const { screen, end, code } = await open();
  end();
  expect(await code).toBe(0);
  expect(screen.shown.at(-1)).toBe('\u001b[?7h\u001b[?25h\u001b[?1049l');
  expect(screen.raw).toEqual([true, false]);
  expect(written).toEqual(['signalbox: the instance ended\n']);
  expect(clock.pendingTimers).toBe(0);
});

test('elsewhere one picture is printed once there are rates, and it ends', async () => {
  const { screen, second, code } = await open(false);
  second('main', 1_000, [0.1]);
  await clock.advance(100);
  expect(written).toEqual([]);
  second('ircd', 1_000, [0.5, 40, 3, 10]);
  expect(await code).toBe(0);
  expect(screen.shown).toEqual([]);
  expect(written.join('')).toMatch(/ircd +running +9 +50\.0 % .* 40\/s/);
  expect(written.join('')).toContain('ircd    queue  out   3 of 10');
  expect(written.join('')).not.toContain('\u001b');
});

test('a process that says nothing holds the one picture up for a moment only', async () => {
  const { second, code } = await open(false);
  second('ircd', 1_000, [0.5, 40, 3, 10]);
  await clock.advance(2_499);
  expect(written).toEqual([]);
  await clock.advance(1);
  expect(await code).toBe(0);
  expect(written.join('')).toMatch(/main +running +1 /);
});

test('for programs it is one object, on a terminal too', async () => {
  const { second, code } = await open(true, true);
  second('main', 1_000, [0.1]);
  second('ircd', 1_000, [0.5, 40, 9, 10]);
  expect(await code).toBe(0);
  expect(JSON.parse(written.join(''))).toEqual({
    time: clock.now(),
    daemons: [
      {
        ...{ id: 'main', state: 'running', unresponsive: false, pid: 1, cpuRatio: 0.1 },
        ...{ memoryBytes: null, loopDelayP99Seconds: null, messagesPerSecond: null },
      },
      {
        ...{ id: 'ircd', state: 'running', unresponsive: false, pid: 9, cpuRatio: 0.5 },
        ...{ memoryBytes: null, loopDelayP99Seconds: null, messagesPerSecond: 40 },
      },
    ],
    tasks: [],
    instruments: [{ daemon: 'ircd', kind: 'queue', name: 'out', depth: 9, capacity: 10, trouble: 'filling' }],
  });
});

test('where the instance refuses that is told', async () => {
  const { client } = instance();
  const refusing = {
    ...client,
    request: async () => ({ ok: false, error: { code: 'access_denied', message: 'no' } }),
  };
  expect(await topCommand(refusing as unknown as TopClient, true, terminal().process, clock)).toBe(1);
  expect(JSON.parse(written.join(''))).toMatchObject({ ok: false, error: { code: 'access_denied' } });
});
