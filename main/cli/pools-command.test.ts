/** What `signalbox pools` prints for people and for programs. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { INSTRUMENT_FIGURES, type InstrumentFigure } from '../../contract/instrument-figures.ts';
import type { InstrumentKind, MetricSpec } from '../../contract/manifest.ts';
import type { MetricReading } from '../../contract/metric-frame.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { seriesId } from '../../contract/series-id.ts';
import { poolsCommand } from './pools-command.ts';
import type { SocketClient } from './socket-client.ts';

const written: string[] = [];
beforeEach(() => {
  written.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => vi.restoreAllMocks());

interface Says {
  readonly metrics: MetricSpec[];
  readonly readings: Record<string, MetricReading>;
}

/** An instrument with the figures of its kind, of which these are not 0. */
function add(
  says: Says,
  daemon: string,
  kind: InstrumentKind,
  name: string,
  values: Readonly<Record<string, number | { count: number; p50: number; p99: number }>>,
): void {
  const figures: Readonly<Record<string, InstrumentFigure>> = INSTRUMENT_FIGURES[kind];
  for (const [figure, { kind: metric, help }] of Object.entries(figures)) {
    const spec = {
      ...metricSpecs(daemon)[metric](`${kind}_${figure}`, help),
      labels: { [kind]: name },
      instrument: kind,
    };
    says.metrics.push(spec);
    const none = metric === 'histogram' ? { count: 0, p50: 0, p99: 0 } : 0;
    const value = values[figure] ?? none;
    says.readings[seriesId(spec)] = typeof value === 'number' ? value : { ...value, p95: 0, p999: 0, max: 0 };
  }
}

/** A client of an instance whose processes say this; one that says nothing does not run. */
function instance(says: Readonly<Record<string, Says | null>>): Pick<SocketClient, 'request'> {
  const request = async (name: string, args: { source?: string }) => {
    if (name === 'status') {
      const daemons = Object.keys(says).filter((id) => id !== 'main');
      return { ok: true, result: { daemons: daemons.map((id) => ({ id })) } };
    }
    const said = says[args.source ?? ''];
    if (said === null || said === undefined)
      return {
        ok: false,
        error: { code: said === null ? 'not_running' : 'unknown_daemon', message: 'none' },
      };
    const catalog = { revision: 1, metrics: said.metrics };
    return { ok: true, result: { time: 1, catalog, metrics: said.readings } };
  };
  return { request: request as unknown as SocketClient['request'] };
}
const nothing = (): Says => ({ metrics: [], readings: {} });

test('programs get one array over all processes that run, main and the recorder included', async () => {
  const [main, recorder] = [nothing(), nothing()];
  add(main, 'main', 'queue', 'journal', { depth: 2, capacity: 10, high_water: 3 });
  add(recorder, 'recorder', 'pool', 'chunks', {
    active: 1,
    max: 2,
    run: { count: 4, p50: 0.5, p99: 0.75 },
  });
  expect(await poolsCommand(instance({ main, recorder, ircd: null }), true)).toBe(0);
  expect(JSON.parse(written.join(''))).toEqual([
    {
      ...{ daemon: 'main', kind: 'queue', name: 'journal', depth: 2, highWater: 3, capacity: 10 },
      ...{ submitted: 0, completed: 0, rejected: 0, waitSeconds: { count: 0, p50: 0, p99: 0 } },
    },
    {
      ...{ daemon: 'recorder', kind: 'pool', name: 'chunks', depth: 0, highWater: 0 },
      ...{ active: 1, idle: 0, max: 2, submitted: 0, completed: 0, failed: 0, cancelled: 0, rejected: 0 },
      waitSeconds: { count: 0, p50: 0, p99: 0 },
      runSeconds: { count: 4, p50: 0.5, p99: 0.75 },
    },
  ]);
});

test('people get a line each, with what the kind has beyond the columns', async () => {
  const ircd = nothing();
  add(ircd, 'ircd', 'queue', 'hub\u001b[2J', {
    ...{ depth: 2, capacity: 10, high_water: 3, completed: 7, rejected: 1, dropped: 4 },
    wait: { count: 9, p50: 0.001, p99: 0.25 },
  });
  add(ircd, 'ircd', 'queue', 'send queue bytes', { depth: 1_536, capacity: 1_048_576, high_water: 3_072 });
  add(ircd, 'ircd', 'cache', 'dns', { depth: 5, capacity: 9, hits: 3, misses: 1, expired: 2, failed: 1 });
  add(ircd, 'ircd', 'breaker', 'services', { state: 2, rejected: 6 });
  await poolsCommand(instance({ main: nothing(), ircd }), false);
  const lines = written
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(lines).toEqual([
    [
      'DAEMON',
      'KIND',
      'NAME',
      'DEPTH',
      'ACTIVE/IDLE/MAX',
      'WAIT P50, P99',
      'RUN P50, P99',
      'DONE',
      'REFUSED',
      'ALSO',
    ],
    [
      'ircd',
      'queue',
      'hub\\x1b[2J',
      '2 of 10, most 3',
      '-',
      '1.00 ms, 250.00 ms',
      '-',
      '7',
      '1',
      'dropped 4',
    ],
    ['ircd', 'queue', 'send queue bytes', '1.5 KiB of 1.0 MiB, most 3.0 KiB', '-', '-', '-', '0', '0', '-'],
    ['ircd', 'cache', 'dns', '5 of 9', '-', '-', '-', '3', '-', 'hit rate 75 %, expired 2, failed 1'],
    ['ircd', 'breaker', 'services', '-', '-', '-', '-', '0', '6', 'open'],
  ]);
});

test('where nothing has queues or pools that is said, and programs get an empty array', async () => {
  await poolsCommand(instance({ main: nothing() }), false);
  await poolsCommand(instance({ main: nothing() }), true);
  expect(written).toEqual(['No daemon has queues or pools now.\n', '[]\n']);
});

test('an instance that cannot say is told as a failure', async () => {
  expect(await poolsCommand(instance({}), true)).toBe(2);
  expect(JSON.parse(written.join(''))).toMatchObject({ ok: false, error: { code: 'unknown_daemon' } });
});
