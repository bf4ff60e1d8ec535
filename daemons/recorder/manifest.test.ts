/** What main, windows and the CLI go by: what the recorder takes, up to which size, who may run it, and what it measures. Said a second time, by hand. */
import { expect, it } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import { manifest } from './manifest.ts';
import { appendArgs } from './store/batch.ts';

const short = (name: string) => name.replace('signalbox_recorder_', '');

it('is there for Signalbox itself, and shows people three commands of it', () => {
  expect([manifest.id, manifest.title, manifest.internal, manifest.role]).toEqual([
    'recorder',
    'Recorder',
    true,
    'recorder',
  ]);
  const shown = describeManifest(manifest).commands.map((one) =>
    [one.name, one.access, one.danger, one.unrecorded, one.result, one.timeoutMs].join(' '),
  );
  expect(shown).toEqual([
    'stats read safe run table 10000',
    'vacuum admin safe refuse json 600000',
    'backup admin safe refuse json 600000',
  ]);
  const all = Object.entries(manifest.commands).map(([name, one]) =>
    [name, one.access, one.danger, one.internal === true, one.timeoutMs ?? 0].join(' '),
  );
  expect(all).toEqual([
    'append admin safe true 0',
    'journal admin safe true 0',
    'history admin safe true 30000',
    'audit admin safe true 0',
    'marks admin safe true 0',
    'settingGet admin safe true 0',
    'settingSet admin safe true 0',
    'stats read safe false 0',
    'vacuum admin safe false 600000',
    'backup admin safe false 600000',
  ]);
  expect(manifest.commands.vacuum.effects).toEqual(['signalbox_recorder_database_bytes']);
});

it('shows what the database holds in these columns', () => {
  const columns = manifest.commands.stats.columns?.map(({ key, title, type }) => `${key} ${title} ${type}`);
  expect(columns).toEqual([
    'table Table text',
    'rows Rows number',
    'oldest Oldest time',
    'newest Newest time',
    'bytes Bytes bytes',
    'note Note text',
  ]);
});

it('measures, draws and highlights these', () => {
  const facts = manifest.metrics.map(({ name, kind, unit }) => `${short(name)} ${kind} ${unit}`);
  expect(facts).toEqual([
    'batches_total counter count',
    'rows_total counter count',
    'rejected_total counter count',
    'append_failures_total counter count',
    'append_seconds histogram seconds',
    'query_seconds histogram seconds',
    'queries_waiting gauge count',
    'database_bytes gauge bytes',
    'rows_1s gauge count',
    'rows_10s gauge count',
    'rows_1m gauge count',
    'audit_rows gauge count',
    'databases_lost_total counter count',
    'databases_set_aside_total counter count',
    'damaged_rows_total counter count',
    'damaged_lines_total counter count',
  ]);
  expect(manifest.charts?.map(({ title, metrics }) => [title, ...metrics.map(short)])).toEqual([
    ['Latency', 'append_seconds', 'query_seconds'],
    ['Rows stored', 'rows_total'],
    ['Database size', 'database_bytes'],
  ]);
  const { messages = '', latency = '', queue = '' } = manifest.highlights ?? {};
  expect([messages, latency, queue].map(short)).toEqual(['rows_total', 'append_seconds', 'queries_waiting']);
  // They are drawn as everywhere.
  expect(manifest.instruments).toBeUndefined();
});

it.each([
  ['history_days', 30, 1, 3_650],
  ['audit_days', 365, 1, 36_500],
  ['audit_rows', 100_000, 1_000, 10_000_000],
])('keeps %s %i where nobody says otherwise, and from %i to %i', (name, usual, least, most) => {
  expect(manifest.config.parse({})).toMatchObject({ [name]: usual });
  const takes = (value: number) => manifest.config.safeParse({ [name]: value }).success;
  expect([least - 1, least, most, most + 1, least + 0.5].map(takes)).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
  expect(manifest.config.safeParse({ [`${name}_`]: usual }).success).toBe(false);
});

const long = (characters: number) => 'x'.repeat(characters);

it.each([
  ['journal', { folder: '/x', run: long(64) }, { folder: '/x', run: long(65) }],
  ['journal', { folder: 'x', run: 'r' }, { folder: '', run: 'r' }],
  ['journal', { folder: 'x', run: 'r' }, { folder: 'x', run: '' }],
  ['settingGet', { key: long(128) }, { key: long(129) }],
  ['settingGet', { key: 'k' }, { key: '' }],
  ['settingSet', { key: 'k', value: { a: 1 } }, { key: '', value: 1 }],
  ['backup', { file: 'copy.db' }, { file: '' }],
  [
    'history',
    { source: 'ircd', metrics: ['level'], from: 1, to: 2, renamed: { [long(128)]: long(128) } },
    { source: 'ircd', metrics: ['level'], from: 1, to: 2, renamed: { a: long(129) } },
  ],
] as const)('takes of %s %j and not %j', (name, good, bad) => {
  const takes = (args: object) => manifest.commands[name].args.safeParse(args).success;
  expect([takes(good), takes(bad)]).toEqual([true, false]);
});

const sample = {
  source: 'ircd',
  instance: 1,
  time: 0,
  values: new Float64Array(1),
  intervals: [{ metric: long(1_000), buckets: new Uint32Array(2) }],
};
const state = { time: 0, daemon: 'ircd', state: long(32), cause: null };
const metric = { name: 'm', kind: 'counter', unit: 'count' };
const many = <One>(count: number, one: One) => new Array<One>(count).fill(one);

it.each<[string, object, object]>([
  ['samples', { samples: many(2_000, sample) }, { samples: many(2_001, sample) }],
  ['states', { states: many(2_000, state) }, { states: many(2_001, state) }],
  ['the name of a state', { states: [state] }, { states: [{ ...state, state: long(33) }] }],
  ['a cause', { states: [{ ...state, cause: 'x' }] }, { states: [{ ...state, cause: undefined }] }],
  ['the time', { samples: [sample] }, { samples: [{ ...sample, time: -1 }] }],
  [
    'a source',
    { samples: [{ ...sample, source: long(128) }] },
    { samples: [{ ...sample, source: long(129) }] },
  ],
  ['no source', { samples: [sample] }, { samples: [{ ...sample, source: '' }] }],
  ['an instance', { samples: [sample] }, { samples: [{ ...sample, instance: 1.5 }] }],
  ['values', { samples: [sample] }, { samples: [{ ...sample, values: [1] }] }],
  [
    'buckets',
    { samples: [sample] },
    { samples: [{ ...sample, intervals: [{ metric: 'm', buckets: [1, 2] }] }] },
  ],
  [
    'histograms',
    { samples: [{ ...sample, intervals: many(1_000, sample.intervals[0]) }] },
    { samples: [{ ...sample, intervals: many(1_001, sample.intervals[0]) }] },
  ],
  ['a list', { samples: [{ ...sample, catalog: 0 }] }, { samples: [{ ...sample, catalog: -1 }] }],
  [
    'lists',
    { catalogs: many(1_000, { source: 'a', id: 1, metrics: [metric] }) },
    { catalogs: many(1_001, { source: 'a', id: 1, metrics: [metric] }) },
  ],
  [
    'metrics of a list',
    { catalogs: [{ source: 'a', metrics: many(1_000, metric) }] },
    { catalogs: [{ source: 'a', metrics: many(1_001, metric) }] },
  ],
  [
    'a kind',
    { catalogs: [{ source: 'a', metrics: [{ ...metric, kind: 'histogram' }] }] },
    { catalogs: [{ source: 'a', metrics: [{ ...metric, kind: 'summary' }] }] },
  ],
  [
    'a unit',
    { catalogs: [{ source: 'a', metrics: [{ ...metric, unit: 'ratio' }] }] },
    { catalogs: [{ source: 'a', metrics: [{ ...metric, unit: 'metres' }] }] },
  ],
  ['a run', { epoch: long(64) }, { epoch: long(65) }],
  ['no run', { epoch: 'r' }, { epoch: '' }],
  ['a number', { batch: 0 }, { batch: -1 }],
  ['half a number', { batch: 7 }, { batch: 0.5 }],
])('takes a batch with %s within bounds and refuses it beyond', (_, good, bad) => {
  const takes = (parts: object) => appendArgs.safeParse({ epoch: 'run', batch: 1, ...parts }).success;
  expect([takes(good), takes(bad)]).toEqual([true, false]);
});

it('takes a batch of nothing, and metrics of every kind and unit', () => {
  expect(appendArgs.parse({ epoch: 'run', batch: 1 })).toEqual({
    epoch: 'run',
    batch: 1,
    catalogs: [],
    samples: [],
    states: [],
  });
  for (const kind of ['counter', 'gauge', 'histogram'])
    for (const unit of ['seconds', 'bytes', 'ratio', 'count'])
      expect(
        appendArgs.safeParse({
          epoch: 'r',
          batch: 0,
          catalogs: [{ source: 'a', metrics: [{ name: 'm', kind, unit }] }],
        }).success,
      ).toBe(true);
});
