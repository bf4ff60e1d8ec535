import { beforeEach, expect, test, vi } from 'vitest';
import type { Catalog, MetricSpec } from '../../../contract/link/catalog.ts';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import { processMetrics } from '../../../contract/metric-specs.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { FakeLauncher } from './fake-launcher.ts';
import { ManagedDaemon } from './managed-daemon.ts';

const gauge = (name: string, more: Partial<MetricSpec> = {}): MetricSpec => ({
  name,
  kind: 'gauge',
  unit: 'count',
  help: '',
  ...more,
});
const own = gauge('signalbox_ircd_clients');

let launcher: FakeLauncher;
let daemon: ManagedDaemon;
const taken = vi.fn();
const malformed = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  launcher = new FakeLauncher();
  daemon = new ManagedDaemon({
    id: 'ircd',
    launcher,
    plan: () => ({ ok: true, result: { runtime: 'node', config: {}, dataDir: '/d', logDir: '/l' } }),
    introduction: () => NO_PEERS,
    clock: new FakeClock(),
    limits: CONTROL_LIMITS,
    random: () => 0,
    events: {
      onSnapshot() {},
      onMessage: (_id, _instance, message) => {
        if (message.type === 'catalog') taken(message.catalog);
      },
      onOutput() {},
      onMalformed: malformed,
      onCrowded: () => {},
    },
  });
  void daemon.start();
});

const lies: [string, readonly MetricSpec[], string][] = [
  ['a figure of another daemon', [gauge('signalbox_relay_rooms')], 'signalbox_ircd_<what>'],
  ['a line break in a name', [gauge('signalbox_ircd_a\nforged 1')], 'signalbox_ircd_<what>'],
  ['a label that is no word', [gauge(own.name, { labels: { 'a="1"} 5\nforged': 'x' } })], 'label'],
  ['the same twice', [own, own], 'twice'],
  ['a help without end', [gauge(own.name, { help: 'x'.repeat(2_000) })], 'help'],
  ['more than anybody can show', Array.from({ length: 2_000 }, (_, i) => gauge(`${own.name}_${i}`)), '2000'],
];

test.each(lies)('a daemon that begins with %s is refused, and why is its cause', (_what, metrics, why) => {
  const process = launcher.newest();
  process.hello();
  process.ready([], { revision: 1, metrics });
  expect(taken).not.toHaveBeenCalled();
  process.end({ exitCode: 1 });
  expect(daemon.snapshot()).toMatchObject({ state: 'failed', cause: expect.stringContaining(why) });
});

test.each(lies)('a daemon that comes to measure %s keeps the catalog it had', (_what, metrics, why) => {
  const process = launcher.newest();
  process.comeUp();
  process.say({ type: 'catalog', catalog: { revision: 2, metrics } });
  expect(taken).toHaveBeenCalledOnce();
  expect(malformed).toHaveBeenCalledExactlyOnceWith('ircd', expect.stringContaining(why));
});

test('a revision may be said again, and may not go back; nor is one taken of a process that is not ready', () => {
  const process = launcher.newest();
  const say = (revision: number) => {
    const catalog: Catalog = { revision, metrics: [...processMetrics('ircd'), own] };
    process.say({ type: 'catalog', catalog });
  };
  process.hello();
  say(9);
  process.ready();
  for (const revision of [3, 3, 2, 4]) say(revision);
  expect(taken.mock.calls.map(([catalog]) => catalog.revision)).toEqual([1, 3, 3, 4]);
  expect(malformed).toHaveBeenCalledTimes(2);
});
